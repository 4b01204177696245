"""What the clock does: trials and rests that are over, roles whose term ran out, applications nobody answered, communities that close."""

from datetime import datetime

from sqlalchemy import select

from minga.communities.commands.agreement_reviews import ask_for_reviews
from minga.communities.commands.closing import close_announced
from minga.communities.commands.cutting import close_cuts
from minga.communities.commands.federations import end_due_seats
from minga.communities.commands.seats import lapse_seats
from minga.communities.commands.ties import lapse_ties
from minga.communities.commands.vouches import lapse_vouches
from minga.communities.commands.waiting import (
    erase_applications,
    lapse_applications,
    remind_welcomers,
)
from minga.communities.events import (
    MembershipEnded,
    MembershipResumed,
    RoleEnded,
    TrialEnded,
)
from minga.communities.models import Community, Membership, Pause, Role, RoleGrant
from minga.communities.rules import EndedWhy
from minga.communities.rules.time import today
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.events import emit
from minga.kit.jobs import Run
from minga.kit.schedule import every

AT_ONCE = 500
"""At most that many of each kind in one go; the next run takes the rest."""


@every("communities.clock", minutes=1)
def strike(run: Run, _args: dict[str, object]) -> None:
    """The job: everything that is due, in one unit."""
    with run.database.write() as session:
        close_due(session, at=run.clock())


def close_due(session: Session, *, at: datetime) -> None:
    """Turn what the clock has ended into dated facts that are told. Doing it again changes nothing."""
    machine = Actor.machine()
    _end_trials(session, machine, at)
    _end_stays(session, machine, at)
    _end_rests(session, machine, at)
    _end_terms(session, machine, at)
    remind_welcomers(session, machine, at=at, limit=AT_ONCE)
    lapse_applications(session, machine, at=at, limit=AT_ONCE)
    erase_applications(session, at=at, limit=AT_ONCE)
    lapse_ties(session, at=at, limit=AT_ONCE)
    close_announced(session, at=at, limit=AT_ONCE)
    lapse_seats(session, at=at, limit=AT_ONCE)
    end_due_seats(session, at=at, limit=AT_ONCE)
    lapse_vouches(session, at=at, limit=AT_ONCE)
    close_cuts(session, at=at, limit=AT_ONCE)
    ask_for_reviews(session, at=at, limit=AT_ONCE)


def _end_trials(session: Session, machine: Actor, at: datetime) -> None:
    due = (
        select(Membership, Community.zone)
        .join(Community, Community.id == Membership.community_id)
        .where(
            Membership.ended_on.is_(None),
            Membership.full_on.is_(None),
            Membership.guest_until_at.is_(None),
            Membership.trial_ends_at <= at,
        )
        .order_by(Membership.trial_ends_at)
        .limit(AT_ONCE)
    )
    for one, zone in session.execute(due).all():
        one.full_on = today(one.trial_ends_at or at, zone)
        one.version += 1
        told = TrialEnded(membership_id=one.id, why="clock")
        emit(session, machine, told, at=at, community_id=one.community_id, person_id=one.person_id)


def _end_stays(session: Session, machine: Actor, at: datetime) -> None:
    """Guests whose time is over belong here no more; until then they were a guest and nothing else."""
    due = (
        select(Membership, Community.zone)
        .join(Community, Community.id == Membership.community_id)
        .where(Membership.ended_on.is_(None), Membership.guest_until_at <= at)
        .order_by(Membership.guest_until_at)
        .limit(AT_ONCE)
    )
    for one, zone in session.execute(due).all():
        one.ended_on, one.ended_why = today(one.guest_until_at or at, zone), EndedWhy.LEFT
        one.version += 1
        told = MembershipEnded(membership_id=one.id, why="term")
        emit(session, machine, told, at=at, community_id=one.community_id, person_id=one.person_id)


def _end_rests(session: Session, machine: Actor, at: datetime) -> None:
    due = (
        select(Pause, Membership)
        .join(Membership, Membership.id == Pause.membership_id)
        .where(Pause.ended_at.is_(None), Pause.until_at <= at)
        .limit(AT_ONCE)
    )
    for pause, one in session.execute(due).all():
        pause.ended_at = pause.until_at
        told = MembershipResumed(membership_id=one.id)
        emit(session, machine, told, at=at, community_id=one.community_id, person_id=one.person_id)


def _end_terms(session: Session, machine: Actor, at: datetime) -> None:
    due = (
        select(RoleGrant, Role.community_id, Membership.person_id)
        .join(Role, Role.id == RoleGrant.role_id)
        .join(Membership, Membership.id == RoleGrant.membership_id)
        .where(RoleGrant.ended_at.is_(None), RoleGrant.until_at <= at)
        .limit(AT_ONCE)
    )
    for grant, community_id, person_id in session.execute(due).all():
        grant.ended_at = grant.until_at
        told = RoleEnded(grant_id=grant.id, role_id=grant.role_id, why="term")
        emit(session, machine, told, at=at, community_id=community_id, person_id=person_id)
