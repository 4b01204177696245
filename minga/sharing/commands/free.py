"""Whether something is free for a wish, and if not, what can be said about it: who has it, until when, when it is free."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select

from minga.communities.rules.time import end_of, last_day, today
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import Conflict
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.sharing.access.lending import lending_of
from minga.sharing.commands import reserving
from minga.sharing.models import Listing
from minga.sharing.models.exchanges import Exchange, Leg
from minga.sharing.queries import times
from minga.sharing.queries.stock import FOREVER
from minga.sharing.queries.times import Held
from minga.sharing.rules.reservations import NOT_SO_MANY, check_lead, check_offered
from minga.sharing.rules.windows import Window, taken_around

JUST_GONE = N_("Just gone. Reserve a later day or join the queue.")
SOMEBODY_HAS_IT = N_("{name} has it until {day}. Reserve a later day or join the queue.")
UNKNOWN_HAS_IT = N_("Somebody has it until {day}. Reserve a later day or join the queue.")
LATE_WITH_IT = N_("It is out and late. Join the queue, and you are told when it is back.")
TAKEN_THEN = N_("Taken from {first} to {last}. Free before {before} and from {after}.")
TAKEN_UNTIL = N_("Taken until {last}. Free from {after}.")
TAKEN_FOR_LONG = N_("It is not there for a while, and nobody knows for how long.")
TAKEN_HOURS = N_("Taken from {start} to {end} on {day}. Look at the calendar for free times.")
MOMENT = timedelta(microseconds=1)


def check_free(
    session: Session,
    listing: Listing,
    wish: Window,
    copies: int,
    *,
    ask_id: Id | None = None,
    asker_id: Id | None = None,
    at: datetime,
) -> None:
    """Raise when fewer copies than wished are free all through the wish, saying what is known about it."""
    zone = times.zone_of(session, listing.community_id)
    _check_offered(session, listing, wish, zone, at)
    rest = lending_of(session, listing, at=at).buffer
    near = times.held(session, listing.id, at=at, until=wish.until_at + rest)
    there = reserving.free_for(
        session, listing, wish, times.others(near, ask_id=ask_id, waited_id=asker_id), at=at
    )
    if len(there) >= copies:
        return
    found = times.others(times.held(session, listing.id, at=at), ask_id=ask_id, waited_id=asker_id)
    if there:
        raise Conflict(NOT_SO_MANY, code="only_left", n=len(there), copies=times.copies_of(session, listing))
    now = Window(at, at + MOMENT)
    out = [one for one in found if one.out]
    if any(one.late for one in out):
        raise Conflict(LATE_WITH_IT, code="somebody_has_it")
    if out and wish.meets(now):
        _say_who_has_it(session, listing, out, zone, at)
    if wish.meets(now):
        raise Conflict(JUST_GONE, code="just_gone")
    _say_when_it_is_taken(session, listing, found, wish, zone, at)


def _check_offered(session: Session, listing: Listing, wish: Window, zone: str, at: datetime) -> None:
    first, last = today(wish.from_at, zone), last_day(wish.until_at, zone)
    check_offered(first, last, listing.available_from_on, listing.available_until_on)
    check_lead(first, today(at, zone), lending_of(session, listing, at=at).lead_days_max)


def _say_who_has_it(session: Session, listing: Listing, out: Sequence[Held], zone: str, at: datetime) -> None:
    one = min(out, key=lambda held: held.taken.window.until_at)
    day = last_day(one.taken.window.until_at - reserving.buffer_of(session, listing, at=at), zone)
    name = _name_if_visible(session, one.person_id, listing)
    if name is None:
        raise Conflict(UNKNOWN_HAS_IT, code="somebody_has_it", day=day)
    raise Conflict(SOMEBODY_HAS_IT, code="somebody_has_it", name=name, day=day)


def _say_when_it_is_taken(
    session: Session, listing: Listing, found: Sequence[Held], wish: Window, zone: str, at: datetime
) -> None:
    rest = reserving.buffer_of(session, listing, at=at)
    busy = [one.taken.window for one in found]
    stretch = taken_around(busy, Window(wish.from_at, wish.until_at + rest))
    if stretch.until_at >= FOREVER:
        raise Conflict(TAKEN_FOR_LONG, code="taken_then")
    first, last = today(stretch.from_at, zone), last_day(stretch.until_at - rest, zone)
    if not reserving.is_by_days(listing) and first == last:
        start, end = (
            f"{moment.astimezone(times.zone_info(zone)):%H:%M}"
            for moment in (stretch.from_at, stretch.until_at)
        )
        raise Conflict(TAKEN_HOURS, code="taken_then", start=start, end=end, day=first)
    after = _first_whole_day(stretch.until_at, zone)
    if stretch.from_at <= at:
        raise Conflict(TAKEN_UNTIL, code="taken_then", last=last, after=after)
    before = today(stretch.from_at - rest, zone)
    raise Conflict(TAKEN_THEN, code="taken_then", first=first, last=last, before=before, after=after)


def _first_whole_day(moment: datetime, zone: str) -> date:
    """The first day that begins at a moment or after it."""
    day = today(moment, zone)
    return day if end_of(day - timedelta(days=1), zone) >= moment else day + timedelta(days=1)


def _name_if_visible(session: Session, person_id: Id, listing: Listing) -> str | None:
    """The name of who has it, if they live in the community the thing is in, where members know each other."""
    leg = session.scalar(
        select(Leg.taker_root_id)
        .join(Exchange, Exchange.id == Leg.exchange_id)
        .where(Exchange.listing_id == listing.id, Leg.taker_id == person_id)
        .limit(1)
    )
    if leg != listing.root_id:
        return None
    return session.scalar(select(Person.name).where(Person.id == person_id))
