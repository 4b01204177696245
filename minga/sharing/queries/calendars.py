"""The calendar of a listing: which days are free, as cells of a month and as a list of free times; it names nobody."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from minga.communities.models import Community
from minga.communities.rules.time import end_of, today
from minga.identity import Actor
from minga.kit.db import Instant, Session
from minga.kit.errors import NotSignedIn
from minga.kit.ids import Id
from minga.sharing.access import listing_to_see
from minga.sharing.access.asks import ask_to_see, may_read
from minga.sharing.access.lending import lending_of
from minga.sharing.access.reservations import reservation_to_see
from minga.sharing.models import Listing
from minga.sharing.models.reservations import Reservation
from minga.sharing.queries import stock, times
from minga.sharing.rules import reservations as rules
from minga.sharing.rules.bookings import closed_windows
from minga.sharing.rules.lending import Lending
from minga.sharing.rules.life import state
from minga.sharing.rules.reservations import (
    WINDOWS_MAX,
    DayWord,
    ReservationDates,
    ReservationEnd,
    ReservationState,
    day_word,
    month_of,
)
from minga.sharing.rules.windows import Window
from minga.sharing.rules.words import Kind, State

MINE_MAX = 50


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of the calendar, in a word, and how many are free all day."""

    day: date
    word: DayWord
    free: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """A month of a listing, and the next times in which it is free."""

    listing_id: Id
    zone: str
    copies: int
    by_days: bool
    month: date
    weeks: tuple[tuple[Cell | None, ...], ...]
    before: date | None
    after: date | None
    windows: tuple[Window, ...]
    reserve: bool
    """Whether it is offered for reserving now; whether somebody may is decided when they ask."""


def can_be_reserved(listing: Listing) -> bool:
    """Whether days or hours of it can be had at all."""
    return any(times.is_reserved(listing, term) for term in stock.terms_of(listing))


def calendar(
    session: Session, actor: Actor, listing_id: Id, *, month: date | None = None, at: datetime
) -> Calendar | None:
    """The calendar of a listing that the actor may see; None for what is not reserved, such as a gift."""
    may_read(actor)
    listing = listing_to_see(session, actor, listing_id, at=at)
    if not can_be_reserved(listing):
        return None
    zone = times.zone_of(session, listing.community_id)
    lending = lending_of(session, listing, at=at)
    here = today(at, zone)
    last = here + timedelta(days=lending.lead_days_max)
    first = min(max((month or here).replace(day=1), here.replace(day=1)), last.replace(day=1))
    copies = times.copies_of(session, listing)
    by_days = listing.kind is Kind.ITEM
    until = end_of(max(last, _last_of(first)) + timedelta(days=1), zone)
    busy = _busy(session, listing, lending, at, first, until, zone)
    levels = rules.Levels(busy)
    weeks = month_of(first)
    span = Window(min(at, _begin(first, zone)), until)
    shut = closed_windows(lending.booking.week, today(span.from_at, zone), last, zone)
    taken = [*busy, *(window for window in shut for _ in range(copies))]
    free = rules.free_windows(taken, span, copies)
    offered = _offered(listing, here, last)
    cells = tuple(
        tuple(
            _cell(day, free, levels, copies, offered, zone, by_days=by_days) if day else None for day in week
        )
        for week in weeks
    )
    return Calendar(
        listing_id=listing.id,
        zone=zone,
        copies=copies,
        by_days=by_days,
        month=first,
        weeks=cells,
        before=_month_before(first) if first > here.replace(day=1) else None,
        after=_month_after(first) if _month_after(first) <= last else None,
        windows=_shown(free, at, offered, zone, by_days=by_days),
        reserve=state(listing, at) is State.OPEN,
    )


def free_windows(
    session: Session,
    actor: Actor,
    listing_id: Id,
    *,
    from_at: datetime,
    until_at: datetime,
    wanted: int = 1,
    at: datetime,
) -> tuple[Window, ...]:
    """The times between two moments in which that many copies are free at once, in order."""
    may_read(actor)
    listing = listing_to_see(session, actor, listing_id, at=at)
    if not can_be_reserved(listing):
        return ()
    zone = times.zone_of(session, listing.community_id)
    lending = lending_of(session, listing, at=at)
    busy = _busy(session, listing, lending, at, today(from_at, zone), until_at, zone)
    copies = times.copies_of(session, listing)
    shut = closed_windows(lending.booking.week, today(from_at, zone), today(until_at, zone), zone)
    taken = [*busy, *(window for window in shut for _ in range(copies))]
    return tuple(rules.free_windows(taken, Window(from_at, until_at), copies, wanted=wanted))


def _busy(
    session: Session,
    listing: Listing,
    lending: Lending,
    at: datetime,
    since: date,
    until: datetime,
    zone: str,
) -> list[Window]:
    """The times in which a copy cannot be had: while somebody has it, and just before, so that it has rested."""
    held = times.held(
        session, listing.id, at=at, since=min(at, _begin(since, zone)), until=until + lending.buffer
    )
    return [Window(one.taken.window.from_at - lending.buffer, one.taken.window.until_at) for one in held]


def _begin(day: date, zone: str) -> datetime:
    return end_of(day - timedelta(days=1), zone)


def _last_of(first: date) -> date:
    return _month_after(first) - timedelta(days=1)


def _month_after(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def _month_before(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)


def _offered(listing: Listing, here: date, last: date) -> tuple[date, date]:
    """From the first to the last day that can be chosen."""
    return max(here, listing.available_from_on or here), min(last, listing.available_until_on or last)


def _cell(
    day: date,
    free: list[Window],
    levels: rules.Levels,
    copies: int,
    offered: tuple[date, date],
    zone: str,
    *,
    by_days: bool,
) -> Cell:
    window = Window(_begin(day, zone), end_of(day, zone))
    if day < offered[0] or day > offered[1]:
        return Cell(day, DayWord.CLOSED, 0)
    word = day_word(free, window, whole_days=by_days)
    left = copies - levels.most(window) if word is DayWord.FREE else 0
    return Cell(day, word, left)


def _shown(
    free: list[Window], at: datetime, offered: tuple[date, date], zone: str, *, by_days: bool
) -> tuple[Window, ...]:
    """The next free times from now on; for what goes by days only whole days of them."""
    span = Window(max(at, _begin(offered[0], zone)), end_of(offered[1], zone))
    found = []
    for one in free:
        if not one.meets(span):
            continue
        start, end = max(one.from_at, span.from_at), min(one.until_at, span.until_at)
        if by_days:
            end = _begin(today(end, zone), zone)
            start = start if start == at else _day_from(start, zone)
        if start < end:
            found.append(Window(start, end))
    return tuple(found[:WINDOWS_MAX])


def _day_from(moment: datetime, zone: str) -> datetime:
    day = today(moment, zone)
    return moment if _begin(day, zone) == moment else end_of(day, zone)


@dataclass(frozen=True, slots=True)
class ReservationLine:
    """Copies that were reserved together, as whoever reserved them or whose they are reads it."""

    id: Id
    listing_id: Id
    title: str
    kind: Kind
    copies: int
    from_at: datetime
    until_at: datetime
    zone: str
    state: ReservationState
    kept_until: datetime | None
    ask_id: Id | None
    exchange_id: Id | None


def reservations_of(session: Session, actor: Actor, *, at: datetime) -> tuple[ReservationLine, ...]:
    """What the actor has reserved and not fetched yet, the next first; one statement."""
    if not actor.signed_in:
        raise NotSignedIn()
    may_read(actor)
    wanted = (
        _wanted()
        .where(Reservation.person_id == actor.person_id, Reservation.ended_at.is_(None))
        .where(Reservation.out_at.is_(None), Reservation.until_at > at)
        .order_by(func.min(Reservation.from_at), Reservation.group_id)
        .limit(MINE_MAX)
    )
    if actor.token_community_id is not None:
        wanted = wanted.where(Listing.community_id == actor.token_community_id)
    lines = (_line(row, at) for row in session.execute(wanted))
    return tuple(line for line in lines if line.state.open)


def reservation(session: Session, actor: Actor, reservation_id: Id, *, at: datetime) -> ReservationLine:
    """One reservation, for whose it is and for the owner."""
    first = reservation_to_see(session, actor, reservation_id, at=at)[0]
    return _line(session.execute(_wanted().where(Reservation.group_id == first.group_id)).one(), at)


def reservation_of_ask(session: Session, actor: Actor, ask_id: Id, *, at: datetime) -> ReservationLine | None:
    """What was reserved with an ask that the actor may see."""
    row = session.execute(
        _wanted().where(Reservation.ask_id == ask_to_see(session, actor, ask_id, at=at).id)
    ).first()
    return _line(row, at) if row else None


def _wanted() -> Any:
    return (
        select(
            Reservation.group_id,
            Reservation.listing_id,
            Listing.title,
            Listing.kind,
            func.count().label("copies"),
            func.min(Reservation.from_at, type_=Instant).label("from_at"),
            func.max(Reservation.until_at, type_=Instant).label("until_at"),
            Community.zone,
            func.min(Reservation.kept_until, type_=Instant).label("kept_until"),
            func.min(Reservation.confirmed_at, type_=Instant).label("confirmed_at"),
            func.min(Reservation.out_at, type_=Instant).label("out_at"),
            func.min(Reservation.end_as).label("end_as"),
            Reservation.ask_id,
            Reservation.exchange_id,
        )
        .join(Listing, Listing.id == Reservation.listing_id)
        .join(Community, Community.id == Listing.community_id)
        .group_by(
            Reservation.group_id,
            Reservation.listing_id,
            Listing.id,
            Community.id,
            Reservation.ask_id,
            Reservation.exchange_id,
        )
    )


def _line(row: Any, at: datetime) -> ReservationLine:
    end = ReservationEnd(row.end_as) if row.end_as else None
    dates = ReservationDates(row.kept_until, row.confirmed_at, row.out_at, end)
    return ReservationLine(
        id=row.group_id,
        listing_id=row.listing_id,
        title=row.title,
        kind=row.kind,
        copies=row.copies,
        from_at=row.from_at,
        until_at=row.until_at,
        zone=row.zone,
        state=dates.state(at),
        kept_until=row.kept_until,
        ask_id=row.ask_id,
        exchange_id=row.exchange_id,
    )
