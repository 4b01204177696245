"""What a side of a partnership gives: less at once, more when a second person of the same side agrees. None commits."""

from datetime import datetime

from sqlalchemy import select, update

from minga.communities.access.ties import dates_of
from minga.communities.commands import seconds
from minga.communities.commands.ties import give, of_side
from minga.communities.events import TieChanged
from minga.communities.models import Partnership, Second, TieGift
from minga.communities.rules import ties as rules
from minga.communities.rules.ties import Given, Gives, TieState
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict
from minga.kit.events import emit
from minga.kit.ids import Id, parse_id

WIDEN = "tie.widen"


def change_gives(
    session: Session,
    actor: Actor,
    partnership_id: Id,
    side: Id,
    gives: Gives,
    *,
    known_kinds: frozenset[str],
    at: datetime,
) -> Second | None:
    """Give less at once; to give more a second person of the same side agrees first: that request is answered."""
    found = of_side(session, actor, partnership_id, side, at)
    if dates_of(found).state(at) is not TieState.ACTIVE:
        raise Conflict(rules.OVER, code="not_active")
    if gives.rows():
        rules.check_gives(gives, known_kinds)
    before = rules.gives_of(given_by(session, found.id, side))
    if gives.rows() == before.rows():
        return None
    if rules.is_wider(before, gives):
        wish = {"side": side, "rows": sorted(list(row) for row in gives.rows())}
        return seconds.ask(session, actor, WIDEN, side, at=at, wish=wish, about=found.id)
    _change(session, actor, found, side, gives.rows(), at, wider=False)
    return None


@seconds.applies(WIDEN)
def _widen(session: Session, actor: Actor, second: Second, at: datetime) -> None:
    found = session.get_one(Partnership, parse_id(second.about), with_for_update=True)
    if dates_of(found).state(at) is not TieState.ACTIVE:
        raise Conflict(rules.OVER, code="not_active")
    rows = frozenset((str(direction), str(kind)) for direction, kind in second.wish["rows"])
    _change(session, actor, found, str(second.wish["side"]), rows, at, wider=True)


def given_by(session: Session, partnership_id: Id, side: Id) -> frozenset[tuple[str, str]]:
    """The directions and kinds that a side gives, or would give once it is agreed."""
    rows = session.execute(
        select(TieGift.direction, TieGift.kind).where(
            TieGift.partnership_id == partnership_id, TieGift.giver_id == side, TieGift.until_at.is_(None)
        )
    )
    return frozenset((row[0].value, row[1]) for row in rows)


def _change(
    session: Session,
    actor: Actor,
    found: Partnership,
    side: Id,
    wanted: frozenset[tuple[str, str]],
    at: datetime,
    *,
    wider: bool,
) -> None:
    there = given_by(session, found.id, side)
    running = (TieGift.partnership_id == found.id, TieGift.giver_id == side, TieGift.until_at.is_(None))
    for direction, kind in sorted(there - wanted):
        session.execute(
            update(TieGift)
            .where(*running, TieGift.direction == Given(direction), TieGift.kind == kind)
            .values(until_at=at)
            .execution_options(synchronize_session=False)
        )
    session.flush()
    give(session, found, side, wanted - there, since=at)
    for one in (found.low_id, found.high_id):
        told = TieChanged(partnership_id=found.id, other_id=found.other(one), by_us=one == side, wider=wider)
        emit(session, actor, told, at=at, community_id=one)
