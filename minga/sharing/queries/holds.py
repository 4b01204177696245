"""Queues as they are read: how many wait, which place is one's own, and for whom something is ready. No other name."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from minga.communities.models import Community
from minga.communities.rules.time import last_day
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound, NotSignedIn
from minga.kit.ids import Id, parse_id
from minga.sharing.access import listing_to_see
from minga.sharing.access.asks import may_read
from minga.sharing.models import Ask, Listing
from minga.sharing.models.exchanges import Exchange
from minga.sharing.models.holds import Hold
from minga.sharing.models.loans import Loan
from minga.sharing.models.reservations import Reservation
from minga.sharing.queries import stock, times
from minga.sharing.rules.exchanges import ExchangeKind
from minga.sharing.rules.life import state
from minga.sharing.rules.queues import HoldState, state_of
from minga.sharing.rules.reservations import BOOKING_SILENT
from minga.sharing.rules.words import Direction, Kind, State

MINE_MAX = 50
_Other = aliased(Hold)


@dataclass(frozen=True, slots=True)
class HoldView:
    """One's own place in a queue."""

    id: Id
    listing_id: Id
    title: str
    position: int
    waiting: int
    wished_days: int
    state: HoldState
    ready_until: datetime | None
    ready_on: date | None
    """The last day on which it can be fetched, where the thing is."""
    placed_at: datetime
    community_id: Id
    asked: bool


@dataclass(frozen=True, slots=True)
class QueueBlock:
    """What stands about the queue on the page of a listing."""

    waiting: int
    mine: HoldView | None
    may_join: bool


def _wanted() -> Any:
    before = select(func.count()).where(
        _Other.listing_id == Hold.listing_id,
        _Other.ended_at.is_(None),
        or_(_Other.rank < Hold.rank, and_(_Other.rank == Hold.rank, _Other.id < Hold.id)),
    )
    all_of_them = select(func.count()).where(_Other.listing_id == Hold.listing_id, _Other.ended_at.is_(None))
    asked = select(func.count()).where(
        Ask.listing_id == Hold.listing_id,
        Ask.person_id == Hold.person_id,
        Ask.answered_at.is_(None),
        Ask.withdrawn_at.is_(None),
        Ask.lapsed_at.is_(None),
    )
    return (
        select(
            Hold,
            Listing.title,
            Community.zone,
            before.scalar_subquery().label("before"),
            all_of_them.scalar_subquery().label("waiting"),
            asked.scalar_subquery().label("asked"),
        )
        .join(Listing, Listing.id == Hold.listing_id)
        .join(Community, Community.id == Listing.community_id)
    )


def _view(row: Any) -> HoldView:
    hold: Hold = row.Hold
    return HoldView(
        id=hold.id,
        listing_id=hold.listing_id,
        title=row.title,
        position=row.before + 1,
        waiting=row.waiting,
        wished_days=hold.wished_days,
        state=state_of(hold.ready_at, hold.end_as),
        ready_until=hold.ready_until,
        ready_on=last_day(hold.ready_until, row.zone) if hold.ready_until else None,
        placed_at=hold.placed_at,
        community_id=hold.community_id,
        asked=row.asked > 0,
    )


def hold(session: Session, actor: Actor, hold_id: Id, *, at: datetime) -> HoldView:
    """One's own place in a queue."""
    if not actor.signed_in:
        raise NotFound()
    may_read(actor)
    row = session.execute(
        _wanted().where(Hold.id == parse_id(hold_id), Hold.person_id == actor.person_id)
    ).first()
    if row is None or actor.token_community_id not in (None, row.Hold.community_id):
        raise NotFound()
    return _view(row)


def holds_of(session: Session, actor: Actor, *, at: datetime) -> tuple[HoldView, ...]:
    """All places in queues of one person, what is ready first; one statement."""
    if not actor.signed_in:
        raise NotSignedIn()
    may_read(actor)
    wanted = (
        _wanted()
        .where(Hold.person_id == actor.person_id, Hold.ended_at.is_(None))
        .order_by(Hold.ready_until.nulls_last(), Hold.id)
        .limit(MINE_MAX)
    )
    if actor.token_community_id is not None:
        wanted = wanted.where(Hold.community_id == actor.token_community_id)
    return tuple(_view(row) for row in session.execute(wanted))


def queue_block(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> QueueBlock | None:
    """The queue of a thing that is lent, for whoever sees the thing; None when there is no queue for it."""
    listing = listing_to_see(session, actor, listing_id, at=at)
    lent = listing.kind is Kind.ITEM and ExchangeKind.LOAN in stock.terms_of(listing)
    if not lent or listing.direction is not Direction.OFFER or not actor.signed_in:
        return None
    waiting = session.scalar(
        select(func.count()).select_from(Hold).where(Hold.listing_id == listing.id, Hold.ended_at.is_(None))
    )
    row = None
    if waiting:
        row = session.execute(
            _wanted().where(
                Hold.listing_id == listing.id,
                Hold.person_id == actor.person_id,
                Hold.ended_at.is_(None),
            )
        ).first()
    mine = _view(row) if row else None
    theirs = actor.person_id in (listing.owner_id, listing.entered_by_id)
    away = bool(waiting) or _all_away(session, listing, at)
    may_join = mine is None and not theirs and away and state(listing, at) is State.OPEN
    return QueueBlock(waiting or 0, mine, may_join)


def _all_away(session: Session, listing: Listing, at: datetime) -> bool:
    """Whether no copy is at home now."""
    now = [
        one
        for one in times.held(session, listing.id, at=at)
        if one.taken.window.from_at <= at < one.taken.window.until_at
    ]
    return len(now) >= times.copies_of(session, listing)


@dataclass(frozen=True, slots=True)
class QueueWork:
    """What the clock has to do about queues and reservations: nobody reads it."""

    listings: tuple[Id, ...]
    holds: tuple[Id, ...]
    bookings: tuple[Id, ...] = ()


def queue_work(session: Session, actor: Actor, *, at: datetime, limit: int = 500) -> QueueWork:
    """Queues that wait for something to become free, and places that were not used in time; for the node itself."""
    if not actor.operator:
        return QueueWork((), ())
    live = Hold.ended_at.is_(None)
    waiting = select(Hold.listing_id).where(live, Hold.ready_at.is_(None)).distinct().limit(limit)
    missed = select(Hold.id).where(live, Hold.ready_until <= at).order_by(Hold.ready_until).limit(limit)
    lapsed = (
        select(Reservation.listing_id)
        .where(Reservation.ended_at.is_(None), Reservation.kept_until <= at)
        .distinct()
        .limit(limit)
    )
    listings = {*session.scalars(waiting), *session.scalars(lapsed)}
    return QueueWork(
        tuple(sorted(listings)), tuple(session.scalars(missed)), _passed_bookings(session, at, limit)
    )


def _passed_bookings(session: Session, at: datetime, limit: int) -> tuple[Id, ...]:
    """Rooms that were booked for a time that is over, and that nobody said anything about."""
    found = session.scalars(
        select(Reservation.exchange_id)
        .join(Listing, Listing.id == Reservation.listing_id)
        .where(
            Reservation.ended_at.is_(None),
            Reservation.out_at.is_(None),
            Reservation.exchange_id.is_not(None),
            Reservation.until_at <= at - BOOKING_SILENT,
            Listing.kind == Kind.SPACE,
        )
        .distinct()
        .limit(limit)
    )
    return tuple(one for one in found if one is not None)


@dataclass(frozen=True, slots=True)
class NextReserver:
    """Who has reserved what is late, and from when."""

    person_id: Id
    listing_id: Id
    title: str
    community_id: Id
    group_id: Id
    from_at: datetime


def next_reservers(session: Session, actor: Actor, loan_id: Id, *, at: datetime) -> tuple[NextReserver, ...]:
    """Those who have reserved the copies of a loan that is out, the next first; for the node itself."""
    if not actor.operator:
        return ()
    late = select(Reservation.copy_no).join(Loan, Loan.exchange_id == Reservation.exchange_id)
    copies = late.where(Loan.leg_id == loan_id, Reservation.ended_at.is_(None))
    wanted = (
        select(
            Reservation.person_id,
            Reservation.listing_id,
            Listing.title,
            Listing.community_id,
            Reservation.group_id,
            Reservation.from_at,
        )
        .join(Listing, Listing.id == Reservation.listing_id)
        .join(Loan, and_(Loan.listing_id == Reservation.listing_id, Loan.leg_id == loan_id))
        .join(Exchange, Exchange.id == Loan.exchange_id)
        .where(
            Reservation.ended_at.is_(None),
            Reservation.out_at.is_(None),
            Reservation.person_id != Loan.borrower_id,
            Reservation.copy_no.in_(copies),
            Reservation.from_at > at,
        )
        .order_by(Reservation.from_at)
        .limit(5)
    )
    return tuple(NextReserver(*row) for row in session.execute(wanted))
