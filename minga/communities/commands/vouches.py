"""Putting one's name to somebody, saying that it still holds, taking it back, and what ends vouches by itself."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select

from minga.communities.access import place_of, policies, require, require_scope
from minga.communities.access.reach import is_on_trial
from minga.communities.access.vouches import MAKE, is_enough, since_when, vouch_to_see
from minga.communities.commands.membership import live_membership
from minga.communities.events import TrialEnded, VouchGiven, VouchRenewed
from minga.communities.events import VouchEnded as VouchEndedEvent
from minga.communities.models import Community, Membership, Vouch
from minga.communities.rules.time import today
from minga.communities.rules.vouches import MONTH, OVER, WORDS_MAX, VouchEnded, check_vouch
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, NotFound
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_text


def vouch(
    session: Session,
    actor: Actor,
    community_id: Id,
    handle: str,
    *,
    words: str = "",
    named: bool = False,
    at: datetime,
) -> Vouch:
    """Put one's name to a member or somebody who asks to be one; a trial may end by it (`trial.ends_by`)."""
    place = place_of(session, actor, community_id, at=at)
    if place is None:
        raise NotFound()
    require(
        session, actor, MAKE, community_id, at=at
    )  # first, so that nobody else finds applicants by trying
    person_id, known_since = since_when(session, actor, community_id, handle, at=at)
    me = actor.person_id or ""
    mine = live_membership(session, community_id, me)
    given = session.scalar(
        select(func.count()).where(
            Vouch.from_id == me, Vouch.community_id == community_id, Vouch.given_at > at - MONTH
        )
    )
    check_vouch(
        oneself=person_id == me,
        again=session.scalar(select(Vouch.id).where(_live(community_id), _between(me, person_id)))
        is not None,
        full_on=_full_since(mine),
        today=today(at, place.zone),
        days_min=policies.value(session, community_id, "vouch.days_min", at=at),
        given=given or 0,
        month_max=policies.value(session, community_id, "vouch.per_month_max", at=at),
        known_since=known_since,
        at=at,
        community=place.name,
    )
    made = Vouch(
        community_id=community_id,
        from_id=me,
        to_id=person_id,
        words=clean_text(words, WORDS_MAX, field="words"),
        named=named,
        given_at=at,
        until_at=at + timedelta(days=policies.value(session, community_id, "vouch.valid_days", at=at)),
    )
    session.add(made)
    session.flush()
    told = VouchGiven(vouch_id=made.id, until_at=made.until_at)
    emit(session, actor, told, at=at, community_id=community_id, person_id=person_id)
    _lift_trial(session, actor, community_id, person_id, at)
    return made


def renew_vouch(session: Session, actor: Actor, vouch_id: Id, *, at: datetime) -> Vouch:
    """Say that one still vouches; it holds as long as a new one."""
    found = _own(session, actor, vouch_id, at)
    if found.ended_at is not None or found.until_at <= at:
        raise Conflict(OVER, code="ended")
    require(session, actor, MAKE, found.community_id, at=at)
    days = policies.value(session, found.community_id, "vouch.valid_days", at=at)
    found.until_at = at + timedelta(days=days)
    session.flush()
    told = VouchRenewed(vouch_id=found.id, until_at=found.until_at)
    emit(session, actor, told, at=at, community_id=found.community_id, person_id=found.to_id)
    return found


def end_vouch(session: Session, actor: Actor, vouch_id: Id, *, at: datetime) -> Vouch:
    """Take one's name back, at any time and without a reason. Twice changes nothing."""
    found = _own(session, actor, vouch_id, at)
    if found.ended_at is None:
        _end(session, actor, found, VouchEnded.WITHDRAWN, at)
    return found


def end_vouches_of(
    session: Session, actor: Actor, person_id: Id, communities: Collection[Id], *, at: datetime
) -> None:
    """Who leaves, or is not taken in, vouches for nobody there, and nobody for them.

    Internal: reached by leaving, and by applications that end without a yes.
    """
    theirs = or_(Vouch.from_id == person_id, Vouch.to_id == person_id)
    for one in _open(session, and_(Vouch.community_id.in_(tuple(communities)), theirs)):
        _end(session, actor, one, VouchEnded.LEFT, at)


def lapse_vouches(session: Session, *, at: datetime, limit: int) -> None:
    """The clock: vouches about which nobody said that they still hold."""
    for one in _open(session, Vouch.until_at <= at, limit):
        _end(session, Actor.machine(), one, VouchEnded.SILENT, at)


def _own(session: Session, actor: Actor, vouch_id: Id, at: datetime) -> Vouch:
    require_scope(actor, writing=True)
    found = vouch_to_see(session, actor, vouch_id, at=at, lock=True)
    if found.from_id != actor.person_id:
        raise Forbidden(
            N_("Only whoever gave their name can take it back or renew it."), code="not_your_side"
        )
    return found


def _end(session: Session, actor: Actor, one: Vouch, why: VouchEnded, at: datetime) -> None:
    one.ended_at, one.ended_why = at, why
    session.flush()
    told = VouchEndedEvent(vouch_id=one.id, why=why)
    emit(session, actor, told, at=at, community_id=one.community_id, person_id=one.to_id)


def _open(session: Session, which: ColumnElement[bool], limit: int | None = None) -> list[Vouch]:
    found = select(Vouch).where(which, Vouch.ended_at.is_(None)).order_by(Vouch.id).limit(limit)
    return list(session.scalars(found))


def _live(community_id: Id) -> ColumnElement[bool]:
    return and_(Vouch.community_id == community_id, Vouch.ended_at.is_(None))


def _between(one: Id, other: Id) -> ColumnElement[bool]:
    return and_(Vouch.from_id == one, Vouch.to_id == other)


def _full_since(mine: Membership | None) -> date | None:
    """The day since which somebody is a full member; the clock may not have written it yet."""
    if mine is None:
        return None
    return mine.full_on or (mine.trial_ends_at.date() if mine.trial_ends_at else None)


def _lift_trial(session: Session, actor: Actor, community_id: Id, person_id: Id, at: datetime) -> None:
    """End a trial before its day, where the rule says that vouches do and enough members have vouched."""
    if policies.value(session, community_id, "trial.ends_by", at=at) != "vouches":
        return
    on_trial = session.scalar(
        select(Membership).where(
            Membership.community_id == community_id,
            Membership.person_id == person_id,
            Membership.ended_on.is_(None),
            is_on_trial(at),
        )
    )
    if on_trial is None or not is_enough(session, person_id, community_id, at=at):
        return
    on_trial.full_on = today(at, session.get_one(Community, community_id).zone)
    on_trial.version += 1
    session.flush()
    told = TrialEnded(membership_id=on_trial.id, why="vouches")
    emit(session, actor, told, at=at, community_id=community_id, person_id=person_id)
