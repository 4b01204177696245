"""Listings that come again: begun, skipped once, paused, ended by their owner; posted anew by the clock, one at a time."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from minga.communities.rules.time import today
from minga.identity import Actor, Via
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, NotFound, Refused
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.sharing import rules
from minga.sharing.access import NOT_YOURS, is_theirs, listing_to_edit
from minga.sharing.commands.agreeing import zone_of
from minga.sharing.commands.life import post
from minga.sharing.events.repeats import RepeatChanged, RepeatStep
from minga.sharing.models import Listing, ListingRepeat
from minga.sharing.queries.contents import content_of
from minga.sharing.rules import Content, State
from minga.sharing.rules.repeats import LEAD_HOURS_MAX, next_after, read_recurrence

CHUNK = 50
LEAD_HOURS = 48
MORNING = time(8)
ALREADY = N_("This comes again already. End that first.")
NEVER = N_("By that rule it would not come again.")
TOO_EARLY = N_("It may be posted at most {most} hours before.")


def repeat(
    session: Session,
    actor: Actor,
    listing_id: Id,
    rule: str,
    *,
    lead_hours: int = LEAD_HOURS,
    at: datetime,
) -> ListingRepeat:
    """Let a published listing of one's own come again by a rule; saying the same twice changes nothing."""
    listing = listing_to_edit(session, actor, parse_id(listing_id), at=at)
    if not is_theirs(actor, listing):
        raise Forbidden(NOT_YOURS, code="not_yours")
    wanted = read_recurrence(rule)
    if not 0 <= lead_hours <= LEAD_HOURS_MAX:
        raise Refused(TOO_EARLY, code="bad_lead", most=LEAD_HOURS_MAX)
    if listing.published_at is None:
        raise Refused(N_("Publish it first."), code="not_open")
    before = session.scalar(
        select(ListingRepeat).where(ListingRepeat.listing_id == listing.id, ListingRepeat.ended_at.is_(None))
    )
    if before is not None and before.rule == wanted.text:
        return before
    if before is not None:
        raise Conflict(ALREADY, code="repeats_already")
    first = today(at, zone_of(session, listing.community_id))
    found = next_after(wanted, first, first)
    if found is None:
        raise Refused(NEVER, code="never", fields={"rule": NEVER})
    made = ListingRepeat(
        listing_id=listing.id,
        owner_id=listing.owner_id,
        rule=wanted.text,
        first_on=first,
        lead_hours=lead_hours,
        open_id=listing.id,
        made_at=at,
    )
    session.add(made)
    _set_next(session, made, found)
    session.flush()
    _tell(session, actor, made, RepeatStep.BEGAN, at)
    return made


def skip(session: Session, actor: Actor, repeat_id: Id, *, at: datetime) -> ListingRepeat:
    """Leave the next one out."""
    found = _own(session, actor, repeat_id, at)
    if found.next_on is not None:
        _go_on(session, found, found.next_on, at)
        _tell(session, actor, found, RepeatStep.SKIPPED, at)
    return found


def pause_repeat(
    session: Session, actor: Actor, repeat_id: Id, *, paused: bool, at: datetime
) -> ListingRepeat:
    """Let it rest, or go on from today. Twice changes nothing."""
    found = _own(session, actor, repeat_id, at)
    if paused and found.paused_at is None:
        found.paused_at = at
        _tell(session, actor, found, RepeatStep.PAUSED, at)
    elif not paused and found.paused_at is not None:
        found.paused_at = None
        template = session.get_one(Listing, found.listing_id)
        _go_on(session, found, today(at, zone_of(session, template.community_id)), at)
        _tell(session, actor, found, RepeatStep.RESUMED, at)
    return found


def end_repeat(session: Session, actor: Actor, repeat_id: Id, *, at: datetime) -> ListingRepeat:
    """It does not come again; what is open stays. Twice changes nothing."""
    found = _own(session, actor, repeat_id, at)
    if found.ended_at is None:
        found.ended_at = at
        _tell(session, actor, found, RepeatStep.ENDED, at)
    return found


def _own(session: Session, actor: Actor, repeat_id: Id, at: datetime) -> ListingRepeat:
    found = session.scalar(
        select(ListingRepeat)
        .where(ListingRepeat.id == parse_id(repeat_id), ListingRepeat.owner_id == (actor.person_id or ""))
        .with_for_update()
    )
    if found is None:
        raise NotFound()
    listing_to_edit(session, actor, found.listing_id, at=at, lock=False)
    return found


def post_repeats(session: Session, at: datetime) -> int:
    """Post what is due, unless the last one is still open: then this time is left out."""
    due = session.scalars(
        select(ListingRepeat)
        .where(
            ListingRepeat.ended_at.is_(None),
            ListingRepeat.paused_at.is_(None),
            ListingRepeat.opens_at <= at,
        )
        .order_by(ListingRepeat.opens_at)
        .limit(CHUNK)
        .with_for_update(skip_locked=True)
    ).all()
    for one in due:
        _post(session, one, at)
    return len(due)


def _post(session: Session, one: ListingRepeat, at: datetime) -> None:
    day = one.next_on or at.date()
    last = session.get(Listing, one.open_id) if one.open_id else None
    if last is None or rules.state(last, at) not in (State.OPEN, State.PAUSED, State.PENDING):
        template = session.get_one(Listing, one.listing_id)
        owner = Actor(one.owner_id, Via.WORKER)
        try:
            with session.begin_nested():
                content = _moved(content_of(session, template), day - one.first_on)
                made = post(session, owner, template.community_id, template.direction, content, at=at)
            one.open_id = made.id
        except Refused:
            # They may not post there any more, or have too much open: they see that it rests.
            one.paused_at = at
            _tell(session, Actor.machine(), one, RepeatStep.PAUSED, at)
            return
    _go_on(session, one, day, at)


def _tell(session: Session, actor: Actor, one: ListingRepeat, step: RepeatStep, at: datetime) -> None:
    community_id = session.get_one(Listing, one.listing_id).community_id
    event = RepeatChanged(listing_id=one.listing_id, owner_id=one.owner_id, step=step)
    emit(session, actor, event, at=at, community_id=community_id, person_id=one.owner_id)


def _moved(content: Content, by: timedelta) -> Content:
    """The content of the template with its days moved on; its own end is the usual one each time."""

    def later(moment: Any) -> Any:
        return None if moment is None else moment + by

    own: Any = content.own
    if getattr(own, "needed_by_at", None) is not None:
        own = replace(own, needed_by_at=later(own.needed_by_at))
    return replace(
        content,
        own=own,
        expires_on=None,
        collect_until=later(content.collect_until),
        available_from_on=later(content.available_from_on),
        available_until_on=later(content.available_until_on),
    )


def _go_on(session: Session, one: ListingRepeat, after: date, at: datetime) -> None:
    found = next_after(read_recurrence(one.rule), one.first_on, after)
    if found is None:
        one.ended_at, one.next_on, one.opens_at = at, None, None
    else:
        _set_next(session, one, found)


def _set_next(session: Session, one: ListingRepeat, day: date) -> None:
    template = session.get_one(Listing, one.listing_id)
    zone = ZoneInfo(zone_of(session, template.community_id))
    morning = datetime.combine(day, MORNING, zone).astimezone(UTC)
    one.next_on, one.opens_at = day, morning - timedelta(hours=one.lead_hours)
