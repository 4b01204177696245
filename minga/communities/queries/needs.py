"""What waits for somebody in their communities: applications, second words, trials, invitations, the last steward."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from minga.communities.access import communities_of, communities_where
from minga.communities.access.reach import is_on_trial
from minga.communities.models import (
    Application,
    Community,
    InviteGrant,
    Membership,
    Role,
    RoleGrant,
    Second,
)
from minga.communities.rules.roles import STEWARD
from minga.communities.rules.seconds import ACTS
from minga.identity import Actor
from minga.identity.models import Invite, Person
from minga.kit.db import Session
from minga.kit.i18n import N_
from minga.kit.refs import LINES_MAX, Act, NeedLine, Ref, needs

TRIAL_SOON = timedelta(days=7)
INVITE_REMEMBERED = timedelta(days=14)
MEMBERS_FOR_TWO = 3


@needs.register
def needs_of(session: Session, actor: Actor, *, at: datetime) -> tuple[NeedLine, ...]:
    """All lines of this domain, at most twenty."""
    lines = (
        *_applications(session, actor, at),
        *_seconds(session, actor, at),
        *_trials(session, actor, at),
        *_invites(session, actor, at),
        *_last_steward(session, actor, at),
    )
    return lines[:LINES_MAX]


def _applications(session: Session, actor: Actor, at: datetime) -> list[NeedLine]:
    rows = session.execute(
        select(Application.id, Application.sent_at, Application.community_id, Person.name, Community.name)
        .join(Person, Person.id == Application.person_id)
        .join(Community, Community.id == Application.community_id)
        .where(
            Application.community_id.in_(communities_where(actor, "application.answer", at=at)),
            Application.answered_at.is_(None),
            Application.withdrawn_at.is_(None),
            Application.lapsed_at.is_(None),
            Application.person_id != actor.person_id,
            Application.first_yes_by_id.is_distinct_from(actor.person_id),
        )
        .order_by(Application.sent_at)
        .limit(LINES_MAX)
    )
    return [
        NeedLine(
            kind="application",
            ref=Ref("application", id),
            title=N_("{name} asks to join {community}."),
            facts={"name": name, "community": community},
            community_id=community_id,
            since_at=sent_at,
            weight=2,
            acts=(Act(N_("Read"), None, f"/applications/{id}"),),
        )
        for id, sent_at, community_id, name, community in rows
    ]


def _seconds(session: Session, actor: Actor, at: datetime) -> list[NeedLine]:
    """Whoever is asked confirms when they answer, so a fresh confirmation is not needed to see the line."""
    asked = replace(actor, confirmed_at=at)
    able = {
        name: communities_where(asked, name, at=at, seconded=True)
        for name in {act.capability for act in ACTS.values()}
    }
    theirs = or_(
        *(
            and_(Second.act == act.name, Second.community_id.in_(able[act.capability]))
            for act in ACTS.values()
        )
    )
    rows = session.execute(
        select(Second, Person.name, Community.name)
        .join(Person, Person.id == Second.asked_by_id)
        .join(Community, Community.id == Second.community_id)
        .where(
            theirs,
            Second.asked_by_id != actor.person_id,
            Second.answered_at.is_(None),
            Second.withdrawn_at.is_(None),
            Second.until_at > at,
        )
        .order_by(Second.until_at)
        .limit(LINES_MAX)
    )
    return [
        NeedLine(
            kind="second_needed",
            ref=Ref("second", one.id),
            title=N_("{asker} wants to change something in {community}. A second yes is needed."),
            facts={"asker": asker, "community": community},
            community_id=one.community_id,
            since_at=one.asked_at,
            due_at=one.until_at,
            weight=2,
            acts=(Act(N_("Read"), None, f"/seconds/{one.id}"),),
        )
        for one, asker, community in rows
        if one.wish.get("concerning") != actor.person_id
    ]


def _trials(session: Session, actor: Actor, at: datetime) -> list[NeedLine]:
    sponsor = aliased(Membership)
    rows = session.execute(
        select(Membership.id, Membership.trial_ends_at, Membership.community_id, Person.name, Community.name)
        .join(Person, Person.id == Membership.person_id)
        .join(Community, Community.id == Membership.community_id)
        .outerjoin(sponsor, sponsor.id == Membership.sponsor_id)
        .where(
            Membership.ended_on.is_(None),
            Membership.trial_ends_at <= at + TRIAL_SOON,
            is_on_trial(at),
            Membership.person_id != actor.person_id,
            Membership.community_id.in_(communities_of(actor)),
            or_(
                Membership.community_id.in_(communities_where(actor, "application.answer", at=at)),
                sponsor.person_id == actor.person_id,
            ),
        )
        .order_by(Membership.trial_ends_at)
        .limit(LINES_MAX)
    )
    return [
        NeedLine(
            kind="trial_ending",
            ref=Ref("membership", id),
            title=N_("{name}'s trial in {community} ends soon."),
            why=N_("Talk to them, and say so if it should last longer."),
            facts={"name": name, "community": community},
            community_id=community_id,
            since_at=ends_at - TRIAL_SOON,
            due_at=ends_at,
            acts=(Act(N_("Look"), None, f"/members/{id}"),),
        )
        for id, ends_at, community_id, name, community in rows
        if ends_at
    ]


def _invites(session: Session, actor: Actor, at: datetime) -> list[NeedLine]:
    rows = session.execute(
        select(Invite.id, Invite.label, Invite.expires_at, InviteGrant.community_id, Invite.rotated_at)
        .join(InviteGrant, InviteGrant.invite_id == Invite.id)
        .where(
            Invite.maker_id == actor.person_id,
            Invite.revoked_at.is_(None),
            Invite.uses < Invite.uses_max,
            InviteGrant.community_id.in_(communities_where(actor, "member.invite", at=at)),
            or_(
                and_(Invite.expires_at <= at, Invite.expires_at > at - INVITE_REMEMBERED, Invite.uses == 0),
                and_(Invite.expires_at > at, Invite.rotated_at.is_not(None)),
            ),
        )
        .order_by(Invite.expires_at)
        .limit(LINES_MAX)
    )
    return [
        NeedLine(
            kind="invite_ended" if expires_at <= at else "invite_rotated",
            ref=Ref("invite", id),
            title=N_("Your invitation for {name} has ended unused.")
            if expires_at <= at
            else N_("Your invitation for {name} has a new link; the old one is dead."),
            facts={"name": label or N_("somebody")},
            community_id=community_id,
            since_at=expires_at if expires_at <= at else rotated_at or at,
            weight=0,
            acts=(
                Act(N_("Reissue"), "communities.reissue", f"/invites/{id}/reissue"),
                Act(N_("Forget"), "communities.revoke", f"/invites/{id}/revocation"),
            )
            if expires_at <= at
            else (Act(N_("Look"), None, f"/invites/{id}"),),
        )
        for id, label, expires_at, community_id, rotated_at in rows
    ]


def _last_steward(session: Session, actor: Actor, at: datetime) -> list[NeedLine]:
    """In communities of at least three members where nobody else keeps them for good."""
    other, other_grant, anybody = aliased(Membership), aliased(RoleGrant), aliased(Membership)
    members = (
        select(func.count())
        .select_from(anybody)
        .where(anybody.community_id == Community.id, anybody.ended_on.is_(None))
        .correlate(Community)
        .scalar_subquery()
    )
    others = (
        exists()
        .where(
            other_grant.role_id == Role.id,
            other_grant.ended_at.is_(None),
            other_grant.until_at.is_(None),
            other_grant.membership_id == other.id,
            other.ended_on.is_(None),
            other.person_id != actor.person_id,
        )
        .correlate(Role)
    )
    rows = session.execute(
        select(Community.id, Community.slug, Community.name, RoleGrant.since_at)
        .join(Role, and_(Role.community_id == Community.id, Role.key == STEWARD))
        .join(RoleGrant, and_(RoleGrant.role_id == Role.id, RoleGrant.ended_at.is_(None)))
        .join(Membership, Membership.id == RoleGrant.membership_id)
        .where(
            Membership.person_id == actor.person_id,
            Membership.ended_on.is_(None),
            Community.id.in_(communities_where(actor, "community.edit", at=at)),
            ~others,
            members >= MEMBERS_FOR_TWO,
        )
        .limit(LINES_MAX)
    )
    return [
        NeedLine(
            kind="last_steward",
            ref=Ref("community", id),
            title=N_("You are the only steward of {community}. Ask somebody to share it."),
            facts={"community": name},
            community_id=id,
            since_at=since_at,
            weight=0,
            acts=(Act(N_("Give the role"), None, f"/c/{slug}/roles"),),
        )
        for id, slug, name, since_at in rows
    ]
