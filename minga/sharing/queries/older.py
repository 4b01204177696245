"""Listings from before a tie began: whose they are, and how many will be shown to the other side in some days."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from minga.communities.access import given_to, is_sharing, partnership_to_see, seat_to_see
from minga.communities.models import Partnership, Seat
from minga.communities.rules.federations import SeatDates
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.access import is_open
from minga.sharing.models import Listing
from minga.sharing.rules import Level

OWNERS_MAX = 5_000
SEATS_MAX = 30
"""Of so many others in a federation older listings are counted; each is a condition of its own."""


def owners_of_older(session: Session, giver_id: Id, taker_id: Id, *, at: datetime) -> list[tuple[Id, int]]:
    """Who owns open listings for partners that the taker will see later, and how many. For reactions."""
    rows = session.execute(
        select(Listing.owner_id, func.count())
        .where(*_older(giver_id, taker_id, at))
        .group_by(Listing.owner_id)
        .order_by(Listing.owner_id)
        .limit(OWNERS_MAX)
    )
    return [(row[0], row[1]) for row in rows]


def my_older(session: Session, actor: Actor, partnership_id: Id, *, at: datetime) -> int:
    """How many of one's own listings the other side will see later."""
    found = partnership_to_see(session, actor, partnership_id, at=at)
    if found.active_at is None or found.ended_at is not None:
        return 0
    return session.scalar(select(func.count()).select_from(mine_older(actor, found, at).subquery())) or 0


def mine_older(actor: Actor, found: Partnership, at: datetime) -> Select[Listing]:
    """One's own listings of either side that the other one does not see yet."""
    return _mine(actor, [(found.low_id, found.high_id), (found.high_id, found.low_id)], at)


def my_older_of_seat(session: Session, actor: Actor, seat_id: Id, *, at: datetime) -> int:
    """How many of one's own listings others of a federation will see later because of this seat."""
    found = seat_to_see(session, actor, seat_id, at=at)
    mine = mine_older_of_seat(session, actor, found, at)
    return session.scalar(select(func.count()).select_from(mine.subquery())) or 0


def mine_older_of_seat(session: Session, actor: Actor, found: Seat, at: datetime) -> Select[Listing]:
    """One's own listings that a seat brings to others, or to the one that took it, and that they do not see yet."""
    others = sitting_with(session, found)
    pairs = [(found.community_id, other) for other in others] + [
        (other, found.community_id) for other in others
    ]
    return _mine(actor, pairs, at)


def sitting_with(session: Session, found: Seat) -> list[Id]:
    """The other communities that share in the same federation now; none when this seat does not."""
    if not SeatDates(found.asked_at, found.joined_at, None, None, found.leaving_at, found.left_at).shares:
        return []
    wanted = select(Seat.community_id).where(
        Seat.federation_id == found.federation_id, Seat.id != found.id, is_sharing()
    )
    return list(session.scalars(wanted.order_by(Seat.id).limit(SEATS_MAX)))


def _mine(actor: Actor, pairs: Sequence[tuple[Id, Id]], at: datetime) -> Select[Listing]:
    """By pairs of giver and taker."""
    either = or_(false(), *(and_(*_older(giver, taker, at)) for giver, taker in pairs))
    return select(Listing).where(Listing.owner_id == actor.person_id, either).limit(OWNERS_MAX)


def _older(giver_id: Id, taker_id: Id, at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Open, for partners, of a kind that is given one day, but not given now."""
    given = {
        "giver": Listing.community_id,
        "direction": Listing.direction,
        "kind": Listing.kind,
        "published_at": Listing.published_at,
    }
    far = datetime.max.replace(tzinfo=at.tzinfo)
    return (
        Listing.community_id == giver_id,
        Listing.level == Level.PARTNERS,
        is_open(at),
        given_to([taker_id], at=far, **given),
        ~given_to([taker_id], at=at, **given),
    )
