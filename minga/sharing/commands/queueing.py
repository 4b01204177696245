"""Waiting for something that somebody else has: joining, letting the next go first, being next, not coming.

Every step locks the listing, so that places are counted one after the other. None commits.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from minga.communities.access import lives_with, policies
from minga.communities.rules.time import end_of, today
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid, NotSignedIn, Refused
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.sharing.access.holds import PER_HOUSEHOLD, own_hold
from minga.sharing.access.lending import lending_of
from minga.sharing.commands import asking, reserving
from minga.sharing.events.holds import HoldEnded, HoldEvent, HoldPassed, HoldPlaced, HoldReady
from minga.sharing.models import Ask, Listing
from minga.sharing.models.holds import Hold
from minga.sharing.queries import stock, times
from minga.sharing.rules import queues as rules
from minga.sharing.rules.exchanges import ExchangeKind
from minga.sharing.rules.life import state
from minga.sharing.rules.queues import HoldEnd, Place
from minga.sharing.rules.reservations import ReservationEnd
from minga.sharing.rules.windows import Window
from minga.sharing.rules.words import Kind, State

NO_QUEUE = N_("There is no queue for this. Ask for it, or look for similar things.")
HAVE_IT = N_("You have it, or it is promised to you.")
LAST_ONE = N_("Nobody waits behind you. Leave the queue if you do not need it any more.")
NOT_IN_IT = N_("You are not in this queue any more.")
HOUSE_WAITS = N_("Somebody of your household stands in this queue already. One place is for all of you.")
BAD_DAYS = N_("Say for how many days you would like it, from 1 to {most}.")


def join(
    session: Session, actor: Actor, listing_id: Id, *, wished_days: int | None = None, at: datetime
) -> Hold:
    """Stand in the queue; when it is free for as many days as wished, it is ready at once. Twice is one place."""
    if not actor.signed_in:
        raise NotSignedIn()
    listing, community_id = asking.to_ask_for(session, actor, listing_id, at=at)
    if listing.kind is not Kind.ITEM or ExchangeKind.LOAN not in stock.terms_of(listing):
        raise Refused(NO_QUEUE, code="no_queue")
    queue = queue_of(session, listing.id)
    mine = next((one for one in queue if one.person_id == actor.person_id), None)
    if mine is not None:
        return mine
    if any(one.person_id == actor.person_id for one in times.held(session, listing.id, at=at)):
        raise Conflict(HAVE_IT, code="already_asked")
    if queue and policies.value(session, community_id, PER_HOUSEHOLD, at=at):
        _one_of_a_household(session, str(actor.person_id), community_id, queue)
    most = lending_of(session, listing, at=at).days_max
    days = min(most, wished_days or most)
    if not 1 <= days <= rules.WISHED_DAYS_MAX:
        raise Invalid(BAD_DAYS, fields={"wished_days": BAD_DAYS}, most=most)
    new = Hold(
        listing_id=listing.id,
        community_id=community_id,
        person_id=actor.person_id,
        rank=rules.end_of_queue(_places(queue)),
        wished_days=days,
        placed_at=at,
    )
    session.add(new)
    session.flush()
    _tell(session, actor, new, HoldPlaced, at=at, wished_days=days)
    serve(session, actor, listing, at=at)
    return new


def _one_of_a_household(session: Session, person_id: Id, community_id: Id, queue: Sequence[Hold]) -> None:
    """Refuse a second place of one household, where the community's rule counts households once."""
    mates = set(session.scalars(lives_with(person_id, community_id)))
    if any(one.person_id in mates for one in queue):
        raise Conflict(HOUSE_WAITS, code="household_waits")


def leave(session: Session, actor: Actor, hold_id: Id, *, at: datetime) -> Hold:
    """Give one's place up; what was ready goes to the next. Twice changes nothing."""
    hold, listing = _own(session, actor, hold_id, at)
    if hold.ended_at is None:
        _end(session, actor, listing, hold, HoldEnd.LEFT, at)
        serve(session, actor, listing, at=at)
    return hold


def let_next(session: Session, actor: Actor, hold_id: Id, *, at: datetime) -> Hold:
    """Let whoever stands behind go first: one place down, and what was ready goes to them."""
    hold, listing = _own(session, actor, hold_id, at)
    if hold.ended_at is not None:
        raise Conflict(NOT_IN_IT, code="not_in_queue")
    queue = queue_of(session, listing.id)
    behind = rules.next_after(_places(queue), hold.id)
    if behind is None:
        raise Conflict(LAST_ONE, code="last_in_queue")
    other = next(one for one in queue if one.id == behind.id)
    hold.rank, other.rank = other.rank, hold.rank
    _put_back(session, actor, listing, hold, at)
    _tell(session, actor, hold, HoldPassed, at=at, missed=False)
    serve(session, actor, listing, at=at, not_first=hold.id)
    return hold


def serve(
    session: Session, actor: Actor, listing: Listing, *, at: datetime, not_first: Id | None = None
) -> list[Hold]:
    """Put what is free aside for whoever is next. A place is passed over only when the gap is shorter than its wish."""
    if state(listing, at) is not State.OPEN:
        return []
    _pass_missed(session, listing, at)
    waiting = [one for one in queue_of(session, listing.id) if one.ready_at is None]
    if not waiting:
        return []
    reserving.let_lapse(session, listing.id, at=at)
    if not_first is not None:
        waiting.sort(key=lambda one: (one.id == not_first, one.rank))
    lending = lending_of(session, listing, at=at)
    zone = times.zone_of(session, listing.community_id)
    here = today(at, zone)
    served = []
    for hold in waiting:
        wish = Window(at, end_of(here + timedelta(days=hold.wished_days), zone))
        found = times.held(session, listing.id, at=at)
        if not reserving.free_for(session, listing, wish, found, at=at):
            continue
        until = end_of(here + timedelta(days=lending.pickup_days), zone)
        rows = reserving.put_aside(
            session, actor, listing, wish, 1, person_id=hold.person_id, kept_until=until, at=at, quietly=True
        )
        hold.ready_at, hold.ready_until, hold.group_id = at, until, rows[0].group_id
        session.flush()
        _tell(session, actor, hold, HoldReady, at=at, ready_until=until)
        served.append(hold)
    return served


def serve_queue(session: Session, listing_id: Id, *, at: datetime) -> int:
    """The clock looks whether something became free for those who wait; answers for how many."""
    reserving.let_lapse(session, listing_id, at=at)
    return len(serve(session, Actor.machine(), _locked(session, listing_id), at=at))


def miss(session: Session, hold_id: Id, *, at: datetime) -> None:
    """What was ready and not fetched in time goes to the next: once to the end of the queue, then out of it."""
    found = session.get(Hold, hold_id)
    if found is not None:
        serve(session, Actor.machine(), _locked(session, found.listing_id), at=at)


def _pass_missed(session: Session, listing: Listing, at: datetime) -> None:
    """Whoever did not come in time makes room, also when the clock has not said so yet."""
    machine = Actor.machine()
    for found in queue_of(session, listing.id):
        if found.ready_until is None or found.ready_until > at:
            continue
        found.misses += 1
        if rules.is_out(found.misses):
            _end(session, machine, listing, found, HoldEnd.LAPSED, at)
            continue
        found.rank = rules.end_of_queue(_places(queue_of(session, listing.id)))
        _put_back(session, machine, listing, found, at)
        _tell(session, machine, found, HoldPassed, at=at, missed=True)


def goes_on_as(session: Session, listing: Listing, ask: Ask, *, at: datetime) -> None:
    """Whoever was next asks for it: what was put aside for them is kept for their ask."""
    hold = _ready_for(session, listing.id, ask.person_id)
    if hold is None or hold.ready_until is None:
        return
    hold.ready_until = max(hold.ready_until, ask.lapses_at)
    for row in reserving.group(session, hold.group_id):
        row.ask_id, row.kept_until = ask.id, hold.ready_until
    session.flush()


def fulfil(session: Session, actor: Actor, listing_id: Id, person_id: Id, *, at: datetime) -> None:
    """They have it, or it is agreed that they get it: their place in the queue is over."""
    for hold in queue_of(session, listing_id):
        if hold.person_id == person_id:
            reserving.let_go_waiting(session, hold.group_id, at=at)
            hold.ended_at, hold.end_as = at, HoldEnd.FULFILLED
            session.flush()
            _tell(session, actor, hold, HoldEnded, at=at, end=HoldEnd.FULFILLED)


def not_wished(session: Session, actor: Actor, listing: Listing, ask: Ask, *, at: datetime) -> None:
    """An ask came to nothing: whoever was next with it leaves the queue, and the next is served."""
    hold = _ready_for(session, listing.id, ask.person_id)
    if hold is not None and any(row.ask_id == ask.id for row in reserving.group(session, hold.group_id)):
        _end(session, actor, listing, hold, HoldEnd.LEFT, at)


def close_queue(session: Session, listing_id: Id, *, at: datetime) -> None:
    """What is not offered any more is not waited for; whoever waited is told."""
    listing = _locked(session, listing_id)
    if state(listing, at) in (State.OPEN, State.PAUSED):
        return
    for hold in queue_of(session, listing.id):
        _end(session, Actor.machine(), listing, hold, HoldEnd.CLOSED, at)


def queue_of(session: Session, listing_id: Id) -> list[Hold]:
    """Everybody who waits, the first one first."""
    wanted = select(Hold).where(Hold.listing_id == listing_id, Hold.ended_at.is_(None))
    return list(session.scalars(wanted.order_by(Hold.rank, Hold.id)))


def _places(queue: list[Hold]) -> list[Place]:
    return [Place(one.id, one.rank, one.wished_days, one.ready_until, one.misses) for one in queue]


def _own(session: Session, actor: Actor, hold_id: Id, at: datetime) -> tuple[Hold, Listing]:
    hold = own_hold(session, actor, hold_id, at=at)
    listing = _locked(session, hold.listing_id)
    session.refresh(hold)
    return hold, listing


def _locked(session: Session, listing_id: Id) -> Listing:
    return asking.locked(session, listing_id)


def _ready_for(session: Session, listing_id: Id, person_id: Id) -> Hold | None:
    return session.scalar(
        select(Hold).where(
            Hold.listing_id == listing_id,
            Hold.person_id == person_id,
            Hold.ended_at.is_(None),
            Hold.ready_at.is_not(None),
        )
    )


def _put_back(session: Session, actor: Actor, listing: Listing, hold: Hold, at: datetime) -> None:
    """It is not ready for them any more."""
    reserving.let_go_group(session, hold.group_id, ReservationEnd.CANCELLED, at=at)
    hold.ready_at = hold.ready_until = hold.group_id = None
    session.flush()


def _end(session: Session, actor: Actor, listing: Listing, hold: Hold, end: HoldEnd, at: datetime) -> None:
    reserving.let_go_group(session, hold.group_id, ReservationEnd.CANCELLED, at=at)
    hold.ended_at, hold.end_as = at, end
    session.flush()
    _tell(session, actor, hold, HoldEnded, at=at, end=end)


def _tell(
    session: Session, actor: Actor, hold: Hold, kind: type[HoldEvent], *, at: datetime, **facts: Any
) -> None:
    emit(
        session,
        actor,
        kind(hold_id=hold.id, listing_id=hold.listing_id, holder_id=hold.person_id, **facts),
        community_id=hold.community_id,
        person_id=hold.person_id,
        at=at,
    )
