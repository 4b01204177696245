"""Reserving: copies are put aside for an ask or an exchange, confirmed, handed out and let go.

Whoever calls these holds the lock on the listing; the table itself refuses what would overlap all the same.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import or_, select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id, new_id
from minga.sharing.access.lending import lending_of
from minga.sharing.events.reservations import (
    ReservationCancelled,
    ReservationConfirmed,
    ReservationEvent,
    Reserved,
)
from minga.sharing.models import Ask, Listing
from minga.sharing.models.reservations import Reservation
from minga.sharing.queries import times
from minga.sharing.queries.times import Held
from minga.sharing.rules.exchanges import ONE
from minga.sharing.rules.reservations import HELD, ReservationEnd, free_numbers
from minga.sharing.rules.windows import Window
from minga.sharing.rules.words import Kind

GONE = N_("Somebody reserved it just now. Look at the calendar for other days.")


def buffer_of(session: Session, listing: Listing, *, at: datetime) -> timedelta:
    """How long a copy rests after somebody had it."""
    return lending_of(session, listing, at=at).buffer


def free_for(
    session: Session, listing: Listing, wish: Window, found: Sequence[Held], *, at: datetime
) -> list[int]:
    """The numbers of the copies that are free all through the wish and have rested after it."""
    rested = _rested(session, listing, wish, at)
    return free_numbers([one.taken for one in found], rested, times.copies_of(session, listing))


def _rested(session: Session, listing: Listing, wish: Window, at: datetime) -> Window:
    """A wish with the time in which the copy rests afterwards."""
    return Window(wish.from_at, wish.until_at + buffer_of(session, listing, at=at))


def put_aside(
    session: Session,
    actor: Actor,
    listing: Listing,
    wish: Window,
    copies: int,
    *,
    person_id: Id,
    ask_id: Id | None = None,
    exchange_id: Id | None = None,
    kept_until: datetime | None = None,
    quietly: bool = False,
    at: datetime,
) -> list[Reservation]:
    """Reserve so many copies, the lowest free numbers first: held until a moment, or for good."""
    let_lapse(session, listing.id, at=at)
    taken = times.held(session, listing.id, at=at, until=_rested(session, listing, wish, at).until_at)
    found = times.others(taken, exchange_id=exchange_id, ask_id=ask_id)
    numbers = free_for(session, listing, wish, found, at=at)
    if len(numbers) < copies:
        raise Conflict(GONE, code="taken_then")
    group, until = new_id(), wish.until_at + buffer_of(session, listing, at=at)
    rows = [
        Reservation(
            group_id=group,
            listing_id=listing.id,
            copy_no=number,
            from_at=wish.from_at,
            until_at=until,
            person_id=person_id,
            ask_id=ask_id,
            exchange_id=exchange_id,
            made_at=at,
            kept_until=kept_until,
            confirmed_at=at if kept_until is None else None,
            by_id=actor.person_id,
        )
        for number in numbers[:copies]
    ]
    session.add_all(rows)
    session.flush()
    confirmed = kept_until is None
    if quietly:
        return rows
    _tell(
        session,
        actor,
        listing,
        rows,
        Reserved,
        at=at,
        ask_id=ask_id,
        confirmed=confirmed,
        kept_until=kept_until,
    )
    return rows


def hold_for(
    session: Session, actor: Actor, listing: Listing, ask: Ask, wish: Window, *, at: datetime
) -> list[Reservation]:
    """Keep the days of an ask until its owner answers, for two days at most."""
    return put_aside(
        session,
        actor,
        listing,
        wish,
        max(1, ask.quantity_milli // ONE),
        person_id=ask.person_id,
        ask_id=ask.id,
        kept_until=at + HELD,
        at=at,
    )


def agree_on(
    session: Session,
    actor: Actor,
    listing: Listing,
    wish: Window,
    copies: int,
    *,
    person_id: Id,
    ask_id: Id | None,
    exchange_id: Id,
    at: datetime,
) -> list[Reservation]:
    """What was held for the ask is confirmed for its exchange; when that has lapsed or differs, it is reserved anew."""
    rows = times.group_of(session, ask_id=ask_id) if ask_id else []
    until = wish.until_at + buffer_of(session, listing, at=at)
    kept = [one for one in rows if one.kept_until is None or one.kept_until > at]
    if len(kept) == copies and all((one.from_at, one.until_at) == (wish.from_at, until) for one in kept):
        for one in kept:
            one.kept_until, one.confirmed_at, one.exchange_id = None, at, exchange_id
        session.flush()
        _tell(session, actor, listing, kept, ReservationConfirmed, at=at)
        return kept
    _end(session, rows, ReservationEnd.CANCELLED, at)
    return put_aside(
        session,
        actor,
        listing,
        wish,
        copies,
        person_id=person_id,
        ask_id=ask_id,
        exchange_id=exchange_id,
        at=at,
    )


def group(session: Session, group_id: Id | None) -> list[Reservation]:
    """The live rows that were reserved together."""
    if group_id is None:
        return []
    wanted = select(Reservation).where(Reservation.group_id == group_id, Reservation.ended_at.is_(None))
    return list(session.scalars(wanted.order_by(Reservation.copy_no)))


def let_go_group(session: Session, group_id: Id | None, end: ReservationEnd, *, at: datetime) -> None:
    """End what was put aside for somebody in the queue, unless it is agreed by now."""
    _end(session, [row for row in group(session, group_id) if row.exchange_id is None], end, at)


def let_go_waiting(session: Session, group_id: Id | None, *, at: datetime) -> None:
    """The same, unless an ask goes on with it."""
    rows = [row for row in group(session, group_id) if row.exchange_id is None and row.ask_id is None]
    _end(session, rows, ReservationEnd.CANCELLED, at)


def let_lapse(session: Session, listing_id: Id, *, at: datetime) -> int:
    """End what was held longer than its owner was given to answer; who asked is told, and the ask goes on."""
    rows = session.scalars(
        select(Reservation).where(
            Reservation.listing_id == listing_id,
            Reservation.ended_at.is_(None),
            Reservation.kept_until <= at,
        )
    ).all()
    if not rows:
        return 0
    _end(session, rows, ReservationEnd.LAPSED, at)
    listing = session.get_one(Listing, listing_id)
    asked = sorted((one for one in rows if one.ask_id is not None), key=lambda one: one.group_id)
    for _group, together in groupby(asked, key=lambda one: one.group_id):
        machine, end = Actor.machine(), ReservationEnd.LAPSED
        _tell(session, machine, listing, list(together), ReservationCancelled, at=at, end=end)
    return len(rows)


def let_go(
    session: Session,
    actor: Actor,
    listing: Listing,
    *,
    exchange_id: Id | None = None,
    ask_id: Id | None = None,
    end: ReservationEnd,
    at: datetime,
) -> int:
    """End the reservation of an exchange or ask; answers how many copies are free again."""
    rows = times.group_of(session, exchange_id=exchange_id, ask_id=ask_id)
    _end(session, rows, end, at)
    if rows and end is not ReservationEnd.OVER:
        _tell(session, actor, listing, rows, ReservationCancelled, at=at, end=end)
    return len(rows)


def _end(session: Session, rows: Sequence[Reservation], end: ReservationEnd, at: datetime) -> None:
    for one in rows:
        one.ended_at, one.end_as = at, end
    session.flush()


def hand_out(
    session: Session,
    actor: Actor,
    listing: Listing,
    window: Window,
    copies: int,
    *,
    person_id: Id,
    exchange_id: Id,
    at: datetime,
) -> list[Reservation] | None:
    """Say which copies are out from now on: those that were reserved where they are at home, else the lowest free ones.

    None when there are not enough.
    """
    let_lapse(session, listing.id, at=at)
    taken = times.held(session, listing.id, at=at, until=_rested(session, listing, window, at).until_at)
    found = times.others(taken, exchange_id=exchange_id)
    free = free_for(session, listing, window, found, at=at)
    if len(free) < copies:
        return None
    rows = times.group_of(session, exchange_id=exchange_id)
    own = [one.copy_no for one in rows if one.copy_no in free]
    numbers = sorted((own + [one for one in free if one not in own])[:copies])
    until = window.until_at + buffer_of(session, listing, at=at)
    _end(session, rows[copies:], ReservationEnd.OVER, at)
    spare = [one for one in numbers if one not in own]
    for one in rows[:copies]:
        if one.copy_no not in numbers:
            one.copy_no = spare.pop()
        one.from_at, one.until_at, one.out_at = at, until, at
    missing = copies - len(rows[:copies])
    group = rows[0].group_id if rows else new_id()
    for number in spare[:missing]:
        session.add(
            Reservation(
                group_id=group,
                listing_id=listing.id,
                copy_no=number,
                from_at=at,
                until_at=until,
                person_id=person_id,
                exchange_id=exchange_id,
                made_at=at,
                confirmed_at=at,
                out_at=at,
                by_id=actor.person_id,
            )
        )
    session.flush()
    return times.group_of(session, exchange_id=exchange_id)


def keep(session: Session, listing: Listing, exchange_id: Id, until_at: datetime, *, at: datetime) -> None:
    """What is out stays longer, and its reservation with it."""
    until = until_at + buffer_of(session, listing, at=at)
    for one in times.group_of(session, exchange_id=exchange_id):
        one.until_at = max(until, one.from_at + timedelta(minutes=1))
    session.flush()


def make_room(
    session: Session, listing: Listing, exchange_id: Id, wish: Window, *, at: datetime
) -> datetime | None:
    """Let what is out stay: others who reserved the same copies get another that is free. When one of them cannot,
    nothing more is moved and the moment it begins is answered."""
    let_lapse(session, listing.id, at=at)
    rested = Window(wish.from_at, wish.until_at + buffer_of(session, listing, at=at))
    mine = {one.copy_no for one in times.group_of(session, exchange_id=exchange_id)}
    in_the_way = session.scalars(
        select(Reservation)
        .where(
            Reservation.listing_id == listing.id,
            Reservation.ended_at.is_(None),
            Reservation.copy_no.in_(mine),
            Reservation.from_at < rested.until_at,
            Reservation.until_at > rested.from_at,
            or_(Reservation.exchange_id.is_(None), Reservation.exchange_id != exchange_id),
        )
        .order_by(Reservation.from_at)
    ).all()
    copies = times.copies_of(session, listing)
    for one in in_the_way:
        taken = [held.taken for held in times.held(session, listing.id, at=at)]
        window = Window(one.from_at, one.until_at)
        free = [number for number in free_numbers(taken, window, copies) if number not in mine]
        if one.out_at is not None or not free:
            return one.from_at
        one.copy_no = free[0]
        session.flush()
    return None


def is_by_days(listing: Listing) -> bool:
    """Whether it is taken for whole days."""
    return listing.kind is Kind.ITEM


def _tell(
    session: Session,
    actor: Actor,
    listing: Listing,
    rows: Sequence[Reservation],
    kind: type[ReservationEvent],
    *,
    at: datetime,
    **facts: Any,
) -> None:
    first = rows[0]
    other = listing.owner_id if actor.person_id == first.person_id else first.person_id
    emit(
        session,
        actor,
        kind(
            reservation_id=first.group_id,
            listing_id=listing.id,
            owner_id=listing.owner_id,
            holder_id=first.person_id,
            copies=len(rows),
            from_at=first.from_at,
            until_at=first.until_at,
            **facts,
        ),
        community_id=listing.community_id,
        person_id=other,
        at=at,
    )
