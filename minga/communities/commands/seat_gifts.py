"""What a community gives by its seat: started, changed and stopped. Every question about visibility reads these rows."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from minga.communities.access import seat_state, seat_to_see
from minga.communities.access.federations import JOIN, require_for
from minga.communities.commands import seconds
from minga.communities.commands.mandates import tell_seat
from minga.communities.events import SeatGivesChanged
from minga.communities.models import Community, Seat, SeatGift, Second
from minga.communities.rules.federations import NOT_SEATED, OLDER_WAIT, SeatState
from minga.communities.rules.ties import Given, Gives, check_gives, gives_of, is_wider
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict
from minga.kit.ids import Id, parse_id

WIDEN = "federation.widen"
Rows = frozenset[tuple[str, str]]


def change_seat_gives(
    session: Session,
    actor: Actor,
    seat_id: Id,
    gives: Gives,
    *,
    onward: bool = False,
    known_kinds: frozenset[str],
    at: datetime,
) -> Second | None:
    """Give less at once; to give more, or further, a second person of the community agrees: that request is answered."""
    seat = seat_to_see(session, actor, seat_id, at=at)
    require_for(session, actor, JOIN, seat.community_id, at=at)
    _must_share(seat, at)
    if gives.rows():
        check_gives(gives, known_kinds)
    there, went = given_by_seat(session, seat.id)
    if gives.rows() == there and onward == went:
        return None
    if is_wider(gives_of(there), gives) or (onward and not went):
        name = session.get_one(Community, seat.federation_id).name
        wish = wish_of(gives, onward) | {"what": name}
        return seconds.ask(session, actor, WIDEN, seat.community_id, at=at, wish=wish, about=seat.id)
    _change(session, actor, seat, gives.rows(), onward, at, wider=False)
    return None


@seconds.applies(WIDEN)
def _widen(session: Session, actor: Actor, second: Second, at: datetime) -> None:
    seat = session.get_one(Seat, parse_id(second.about), with_for_update=True)
    _must_share(seat, at)
    rows, onward = wished(second.wish)
    _change(session, actor, seat, rows, onward, at, wider=True)


def wish_of(gives: Gives, onward: bool) -> dict[str, Any]:
    """What is to be given, as it waits for a second person."""
    return {"rows": sorted(list(row) for row in gives.rows()), "onward": onward}


def wished(wish: dict[str, Any]) -> tuple[Rows, bool]:
    """The same, read again."""
    return frozenset((str(one), str(kind)) for one, kind in wish["rows"]), bool(wish["onward"])


def given_by_seat(session: Session, seat_id: Id) -> tuple[Rows, bool]:
    """The directions and kinds that a seat gives now, and whether they go onward to tied federations."""
    found = session.execute(
        select(SeatGift.direction, SeatGift.kind, SeatGift.onward_at).where(
            SeatGift.seat_id == seat_id, SeatGift.until_at.is_(None)
        )
    ).all()
    return frozenset((row[0].value, row[1]) for row in found), any(row[2] is not None for row in found)


def start_giving(
    session: Session, seat: Seat, rows: Iterable[tuple[str, str]], onward: bool, at: datetime
) -> None:
    """Give from this moment on, older listings a week later."""
    older = at + OLDER_WAIT
    session.add_all(
        SeatGift(
            seat_id=seat.id,
            federation_id=seat.federation_id,
            giver_id=seat.community_id,
            direction=Given(direction),
            kind=kind,
            since_at=at,
            older_at=older,
            onward_at=at if onward else None,
            onward_older_at=older if onward else None,
        )
        for direction, kind in sorted(rows)
    )
    session.flush()


def stop_giving(session: Session, seat_id: Id, at: datetime) -> None:
    """Nothing of this seat is given any more."""
    _values(session, (SeatGift.seat_id == seat_id, SeatGift.until_at.is_(None)), until_at=at)


def _change(
    session: Session, actor: Actor, seat: Seat, wanted: Rows, onward: bool, at: datetime, *, wider: bool
) -> None:
    there, went = given_by_seat(session, seat.id)
    running = (SeatGift.seat_id == seat.id, SeatGift.until_at.is_(None))
    for direction, kind in sorted(there - wanted):
        ended = (*running, SeatGift.direction == Given(direction), SeatGift.kind == kind)
        _values(session, ended, until_at=at)
    if went and not onward:
        _values(session, running, onward_at=None, onward_older_at=None)
    if onward and not went:
        _values(session, running, onward_at=at, onward_older_at=at + OLDER_WAIT)
    session.flush()
    start_giving(session, seat, wanted - there, onward, at)
    tell_seat(session, actor, seat, SeatGivesChanged, at=at, wider=wider)


def _values(session: Session, where: Iterable[Any], **values: Any) -> None:
    session.execute(
        update(SeatGift).where(*where).values(**values).execution_options(synchronize_session=False)
    )


def _must_share(seat: Seat, at: datetime) -> None:
    if seat_state(seat, at) is not SeatState.SEATED:
        raise Conflict(NOT_SEATED, code="not_seated")
