"""When a listing is taken: by reservations, by loans that are out or promised, by copies that are gone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import and_, exists, or_, select

from minga.communities.models import Community
from minga.communities.rules.time import end_of
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.models import Listing, ListingService
from minga.sharing.models.exchanges import Exchange
from minga.sharing.models.lending import ListingLending, OutOfUse
from minga.sharing.models.loans import Loan
from minga.sharing.models.reservations import Reservation
from minga.sharing.queries import stock
from minga.sharing.queries.stock import FOREVER
from minga.sharing.rules.exchanges import ONE, ExchangeKind
from minga.sharing.rules.reservations import Taken
from minga.sharing.rules.windows import Window
from minga.sharing.rules.words import Direction, Kind

_KEPT = "sharing.times"
T = TypeVar("T")
BOOKED = frozenset({Kind.SPACE, Kind.SERVICE})
"""Kinds that are taken for hours, whatever they are shared for; things are taken while they are lent."""


@dataclass(frozen=True, slots=True)
class Held:
    """A stretch of time in which a copy is not there for others, and who has it."""

    taken: Taken
    person_id: Id
    exchange_id: Id | None
    ask_id: Id | None
    out: bool
    late: bool
    broken: bool = False

    def waited_for(self, person_id: Id) -> bool:
        """Whether it was put aside for somebody in the queue, who has not asked for it yet."""
        return self.person_id == person_id and self.ask_id is None and self.exchange_id is None


def zone_of(session: Session, community_id: Id) -> str:
    """The zone whose days count for what lies in a community."""
    return session.scalars(select(Community.zone).where(Community.id == community_id)).one()


def zone_info(zone: str) -> ZoneInfo:
    """The same as an object of the calendar."""
    return ZoneInfo(zone)


def copies_of(session: Session, listing: Listing) -> int:
    """How many can be taken at the same moment."""
    return once(session, ("copies", listing.id), lambda: _copies_of(session, listing))


def _copies_of(session: Session, listing: Listing) -> int:
    if listing.kind is Kind.SERVICE:
        wanted = select(ListingService.at_once_max).where(ListingService.listing_id == listing.id)
        return int(session.scalar(wanted) or 1)
    if listing.kind is Kind.SPACE:
        side_by_side = select(ListingLending.at_once_max).where(ListingLending.listing_id == listing.id)
        return int(session.scalar(side_by_side) or 1)
    return max(1, int(stock.holds_milli(session, listing) or ONE) // ONE)


def is_reserved(listing: Listing, term: ExchangeKind) -> bool:
    """Whether what is agreed about it in this way takes days or hours of it."""
    if listing.direction is not Direction.OFFER:
        return False
    return listing.kind in BOOKED or (listing.kind is Kind.ITEM and term is ExchangeKind.LOAN)


def held(
    session: Session,
    listing_id: Id,
    *,
    at: datetime,
    since: datetime | None = None,
    until: datetime = FOREVER,
) -> list[Held]:
    """Everything that takes a copy from `since` (or from now) on and begins before `until`, in three statements.

    What is late is taken without end, and so is what is out of use with no day said.
    """
    key = (listing_id, at, since, until)
    return list(once(session, key, lambda: _held_now(session, listing_id, at, since or at, until)))


def once(session: Session, key: Any, ask: Callable[[], T]) -> T:
    """A unit that only reads asks the same thing once: the page of a listing shows it in several places."""
    if session.autoflush:
        return ask()
    kept: dict[Any, T] = session.info.setdefault(_KEPT, {})
    if key not in kept:
        kept[key] = ask()
    return kept[key]


def _held_now(
    session: Session, listing_id: Id, at: datetime, begins: datetime, until: datetime
) -> list[Held]:
    found = _reserved(session, listing_id, at, begins, until)
    broken = _out_of_use(session, listing_id, begins)
    return [*found, *_without_reservation(session, listing_id, at, begins), *broken]


def _out_of_use(session: Session, listing_id: Id, since: datetime) -> list[Held]:
    wanted = (
        select(OutOfUse.copy_no, OutOfUse.since_at, OutOfUse.until_on, Community.zone)
        .join(Listing, Listing.id == OutOfUse.listing_id)
        .join(Community, Community.id == Listing.community_id)
        .where(OutOfUse.listing_id == listing_id, OutOfUse.ended_at.is_(None))
    )
    found = []
    for copy_no, since_at, until_on, zone in session.execute(wanted):
        until = end_of(until_on, zone) if until_on else FOREVER
        if until > max(since, since_at):
            found.append(Held(Taken(Window(since_at, until), copy_no), "", None, None, False, False, True))
    return found


def _reserved(session: Session, listing_id: Id, at: datetime, since: datetime, until: datetime) -> list[Held]:
    wanted = select(
        Reservation.copy_no,
        Reservation.from_at,
        Reservation.until_at,
        Reservation.out_at,
        Reservation.person_id,
        Reservation.exchange_id,
        Reservation.ask_id,
    ).where(
        Reservation.listing_id == listing_id,
        Reservation.ended_at.is_(None),
        Reservation.from_at < until,
        or_(Reservation.until_at > since, Reservation.out_at.is_not(None)),
        or_(Reservation.kept_until.is_(None), Reservation.kept_until > at),
    )
    return [
        _held(copy_no, from_at, until_at, person_id, exchange_id, ask_id, out_at is not None, at)
        for copy_no, from_at, until_at, out_at, person_id, exchange_id, ask_id in session.execute(wanted)
    ]


def _held(
    copy_no: int | None,
    from_at: datetime,
    until_at: datetime,
    person_id: Id,
    exchange_id: Id | None,
    ask_id: Id | None,
    out: bool,
    at: datetime,
) -> Held:
    late = out and until_at <= at
    taken = Taken(Window(from_at, FOREVER if late else until_at), copy_no)
    return Held(taken, person_id, exchange_id, ask_id, out, late)


def _without_reservation(session: Session, listing_id: Id, at: datetime, since: datetime) -> list[Held]:
    """Loans that were agreed before there were reservations, and copies that were lost."""
    reserved = exists().where(Reservation.exchange_id == Exchange.id, Reservation.ended_at.is_(None))
    running = and_(Exchange.completed_at.is_(None), ~reserved)
    wanted = (
        select(
            Loan.copy_no,
            Exchange.from_at,
            Exchange.until_at,
            Exchange.receiver_id,
            Exchange.id,
            Exchange.ask_id,
            Exchange.started_at,
            Loan.lost_at,
        )
        .outerjoin(Loan, Loan.exchange_id == Exchange.id)
        .where(
            Exchange.listing_id == listing_id,
            Exchange.kind == ExchangeKind.LOAN,
            Exchange.cancelled_at.is_(None),
            or_(running, Loan.lost_at.is_not(None)),
        )
    )
    found = []
    for copy_no, from_at, until_at, person_id, exchange_id, ask_id, started_at, lost_at in session.execute(
        wanted
    ):
        if lost_at is not None:
            gone = Taken(Window(since - timedelta(days=1), FOREVER), copy_no)
            found.append(Held(gone, person_id, exchange_id, ask_id, False, False))
        elif from_at is not None and until_at is not None and (until_at > since or started_at is not None):
            out = started_at is not None
            found.append(_held(copy_no, from_at, until_at, person_id, exchange_id, ask_id, out, at))
    return found


def others(
    found: list[Held],
    *,
    exchange_id: Id | None = None,
    ask_id: Id | None = None,
    waited_id: Id | None = None,
) -> list[Held]:
    """Without what is taken for that exchange or ask itself, or put aside for that person as the next in the queue."""
    return [
        one
        for one in found
        if not (waited_id is not None and one.waited_for(waited_id))
        and not (exchange_id is not None and one.exchange_id == exchange_id)
        and not (ask_id is not None and one.ask_id == ask_id)
    ]


def group_of(
    session: Session, *, exchange_id: Id | None = None, ask_id: Id | None = None
) -> list[Reservation]:
    """The live rows of one exchange or ask, by the number of the copy."""
    mine = Reservation.exchange_id == exchange_id if exchange_id else Reservation.ask_id == ask_id
    return list(
        session.scalars(
            select(Reservation).where(mine, Reservation.ended_at.is_(None)).order_by(Reservation.copy_no)
        )
    )
