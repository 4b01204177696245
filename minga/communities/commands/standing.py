"""Resting, coming back, becoming full, and leaving."""

from datetime import date, datetime, timedelta

from sqlalchemy import select

from minga.communities.access import communities_of, membership_to_see, require, require_scope
from minga.communities.commands import ending, mandates, roles, seconds
from minga.communities.commands.ending import end_pause, open_pause
from minga.communities.commands.membership import below
from minga.communities.events import (
    MembershipPaused,
    MembershipResumed,
    TrialEnded,
    TrialExtended,
)
from minga.communities.models import Community, Membership, Pause, Second
from minga.communities.rules import EndedWhy
from minga.communities.rules.standing import PAUSE_DAYS_MAX, REASON_MAX, TRIAL_DAYS_MAX
from minga.communities.rules.time import end_of, today
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_text


def leave(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> None:
    """Leave at once, here and in every group below; roles end, the last steward hands theirs on first."""
    require_scope(actor, writing=True)
    mine = _own(session, actor, community_id)
    leaving = below(session, community_id, mine.person_id)
    for one in leaving:
        roles.must_leave_a_steward(session, one, at)
    for one in reversed(leaving):
        mandates.end_mandates(session, actor, one, at=at)
        why = EndedWhy.LEFT if one.community_id == community_id else EndedWhy.ROOT_LEFT
        ending.end_membership(session, actor, one, why, at=at)


def rest(
    session: Session,
    actor: Actor,
    community_id: Id,
    *,
    at: datetime,
    until_on: date | None = None,
    reason: str = "",
) -> None:
    """Let one's own membership rest, here and below: reading stays, acting waits."""
    require_scope(actor, writing=True)
    mine = _own(session, actor, community_id)
    for one in below(session, community_id, mine.person_id):
        roles.must_leave_a_steward(session, one, at)
    _pause(session, actor, mine, until_on, reason, by_self=True, at=at)


def resume(session: Session, actor: Actor, membership_id: Id, *, at: datetime) -> None:
    """End a rest: one's own, or as a steward one that stewards began."""
    require_scope(actor, writing=True)
    one = _there(session, membership_id)
    pause = open_pause(session, one)
    own = actor.signed_in and one.person_id == actor.person_id
    if not own:
        membership_to_see(session, actor, membership_id, at=at)
        require(session, actor, "member.pause", one.community_id, at=at, seconded=True)
    if pause is None:
        return
    if own and not pause.by_self:
        raise Forbidden(N_("Stewards have let this membership rest. Talk to them."))
    if not own and pause.by_self:
        raise Forbidden(N_("They chose to rest. Only they end it."))
    for each in below(session, one.community_id, one.person_id):
        if end_pause(session, each, at):
            told = MembershipResumed(membership_id=each.id)
            emit(session, actor, told, at=at, community_id=each.community_id, person_id=each.person_id)


def pause_member(
    session: Session, actor: Actor, membership_id: Id, *, until_on: date, reason: str, at: datetime
) -> Second:
    """Ask to let somebody's membership rest, for at most 90 days, with a reason. It takes a second steward."""
    one = membership_to_see(session, actor, membership_id, at=at)
    require(session, actor, "member.pause", one.community_id, at=at, seconded=True, concerning=one.person_id)
    if open_pause(session, one) is not None:
        raise Conflict(N_("This membership is resting already."))
    community = session.get_one(Community, one.community_id)
    now = today(at, community.zone)
    if not now <= until_on <= now + timedelta(days=PAUSE_DAYS_MAX):
        raise Invalid(N_("At most 90 days, please."), fields={"until_on": N_("At most 90 days.")})
    words = clean_text(reason, REASON_MAX, field="reason", required=True)
    roles.must_leave_a_steward(session, one, at)
    return seconds.ask(
        session,
        actor,
        "member.pause",
        one.community_id,
        wish={"until_on": until_on.isoformat(), "reason": words},
        about=one.id,
        words=words,
        concerning=one.person_id,
        at=at,
    )


def make_full(session: Session, actor: Actor, membership_id: Id, *, at: datetime) -> None:
    """End a trial by a welcomer's word. A full member stays one."""
    one = membership_to_see(session, actor, membership_id, at=at)
    require(session, actor, "application.answer", one.community_id, at=at, concerning=one.person_id)
    _must_live(one)
    _must_stay(one)
    if one.full_on is not None:
        return
    community = session.get_one(Community, one.community_id)
    one.full_on = today(at, community.zone)
    one.version += 1
    session.flush()
    told = TrialEnded(membership_id=one.id, why="welcomer")
    emit(session, actor, told, at=at, community_id=one.community_id, person_id=one.person_id)


def extend_trial(session: Session, actor: Actor, membership_id: Id, *, until_on: date, at: datetime) -> None:
    """Let a trial last longer, at most two years from the day of joining."""
    one = membership_to_see(session, actor, membership_id, at=at)
    require(session, actor, "application.answer", one.community_id, at=at, concerning=one.person_id)
    _must_live(one)
    _must_stay(one)
    community = session.get_one(Community, one.community_id)
    if one.full_on is not None or one.trial_ends_at is None or one.trial_ends_at <= at:
        raise Conflict(N_("The trial is over."))
    if not today(at, community.zone) <= until_on <= one.joined_on + timedelta(days=TRIAL_DAYS_MAX):
        raise Invalid(N_("A trial lasts at most two years."), fields={"until_on": N_("Choose another day.")})
    one.trial_ends_at = end_of(until_on, community.zone)
    one.version += 1
    session.flush()
    told = TrialExtended(membership_id=one.id, until_on=until_on)
    emit(session, actor, told, at=at, community_id=one.community_id, person_id=one.person_id)


def _own(session: Session, actor: Actor, community_id: Id) -> Membership:
    found = session.scalar(
        select(Membership).where(
            Membership.community_id == community_id,
            Membership.person_id == actor.person_id,
            Membership.ended_on.is_(None),
            Membership.community_id.in_(communities_of(actor)),
        )
    )
    if found is None:
        raise NotFound()
    return found


def _there(session: Session, membership_id: Id) -> Membership:
    found = session.get(Membership, membership_id)
    if found is None or found.ended_on is not None:
        raise NotFound()
    return found


def _must_live(one: Membership) -> None:
    if one.ended_on is not None:
        raise Conflict(N_("This membership has ended."))


def _must_stay(one: Membership) -> None:
    if one.guest_until_at is not None:
        raise Conflict(N_("Guests become members by an invitation of their own, after their stay."))


def _pause(
    session: Session,
    actor: Actor,
    top: Membership,
    until_on: date | None,
    reason: str,
    *,
    by_self: bool,
    at: datetime,
) -> None:
    community = session.get_one(Community, top.community_id)
    if until_on is not None and until_on < today(at, community.zone):
        raise Invalid(N_("That day is over."), fields={"until_on": N_("Choose a day to come.")})
    if open_pause(session, top) is not None:
        raise Conflict(N_("This membership is resting already."))
    until_at = end_of(until_on, community.zone) if until_on else None
    for one in below(session, top.community_id, top.person_id):
        end_pause(session, one, at)
        session.add(
            Pause(
                membership_id=one.id,
                since_at=at,
                until_at=until_at,
                by_id=actor.person_id,
                by_self=by_self,
                reason=clean_text(reason, REASON_MAX, field="reason"),
            )
        )
        session.flush()
        told = MembershipPaused(membership_id=one.id, by_self=by_self, until_at=until_at)
        emit(session, actor, told, at=at, community_id=one.community_id, person_id=one.person_id)


@seconds.applies("member.pause")
def _pause_seconded(session: Session, actor: Actor, second: Second, at: datetime) -> None:
    one = session.get_one(Membership, second.about)
    _must_live(one)
    roles.must_leave_a_steward(session, one, at)
    until_on = date.fromisoformat(second.wish["until_on"])
    _pause(session, actor, one, until_on, second.wish["reason"], by_self=False, at=at)
