"""What waits for somebody in their communities: applications, second words, trials, invitations, the last steward."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Select,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
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
from minga.communities.queries import needs_of_people, needs_own
from minga.communities.queries import trust_needs as trust
from minga.communities.queries.needs_agreed import agreement_line, agreements, report_line, reports
from minga.communities.queries.needs_between import seat_line, seats_waiting, tie_line, ties_waiting
from minga.communities.queries.needs_closing import away_line, closing_line, closings, stewards_away
from minga.communities.queries.needs_columns import columns
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
    """All lines of this domain, at most twenty, by one statement."""
    arms = (
        _applications(actor, at),
        reports(actor, at),
        agreements(actor, at),
        _seconds(actor, at),
        ties_waiting(session, actor, at),
        seats_waiting(session, actor, at),
        _trials(actor, at),
        _invites(actor, at),
        _last_steward(actor, at),
        closings(actor, at),
        stewards_away(actor, at),
        needs_of_people.keepings(actor),
        needs_of_people.left_alone(actor, at),
        needs_of_people.merges(actor, at),
        needs_of_people.households(actor),
        needs_own.erasures(actor),
        trust.vouches(actor, at),
        *trust.cuts(session, actor, at),
    )
    asked = union_all(*(select(arm.limit(LINES_MAX).subquery()) for arm in arms if arm is not None))
    order = {kind: n for n, kind in enumerate(_LINES)}
    rows = sorted(
        session.execute(asked).all(), key=lambda row: (order[row.kind], row.due_at or row.since_at or at)
    )
    return tuple(_LINES[row.kind](row, at) for row in rows[:LINES_MAX])


def _applications(actor: Actor, at: datetime) -> Select[Any]:
    shown = columns(
        "application",
        Application.id,
        Application.community_id,
        Application.sent_at,
        Application.lapsed_at,
        Person.name,
        Community.name,
    )
    return (
        select(*shown)
        .select_from(Application)
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
    )


def _application_line(row: Any, _at: datetime) -> NeedLine:
    return NeedLine(
        kind="application",
        ref=Ref("application", row.id),
        title=N_("{name} asks to join {community}."),
        facts={"name": row.one, "community": row.other},
        community_id=row.community_id,
        since_at=row.since_at,
        weight=2,
        acts=(Act(N_("Read"), None, f"/applications/{row.id}"),),
    )


def _seconds(actor: Actor, at: datetime) -> Select[Any]:
    """Whoever is asked confirms when they answer, so a fresh confirmation is not needed to see the line."""
    asked = replace(actor, confirmed_at=at)
    able = {
        name: communities_where(asked, name, at=at, seconded=True)
        for name in {act.capability for act in ACTS.values()}
    }
    by_capability: dict[str, list[str]] = {}
    for act in ACTS.values():
        by_capability.setdefault(act.capability, []).append(act.name)
    theirs = or_(
        *(
            and_(Second.act.in_(names), Second.community_id.in_(able[capability]))
            for capability, names in by_capability.items()
        )
    )
    shown = columns(
        "second_needed",
        Second.id,
        Second.community_id,
        Second.asked_at,
        Second.until_at,
        Person.name,
        Community.name,
    )
    return (
        select(*shown)
        .select_from(Second)
        .join(Person, Person.id == Second.asked_by_id)
        .join(Community, Community.id == Second.community_id)
        .where(
            theirs,
            Second.asked_by_id != actor.person_id,
            Second.answered_at.is_(None),
            Second.withdrawn_at.is_(None),
            Second.until_at > at,
            func.coalesce(Second.wish["concerning"].as_string(), "") != (actor.person_id or ""),
        )
        .order_by(Second.until_at)
    )


def _second_line(row: Any, _at: datetime) -> NeedLine:
    return NeedLine(
        kind="second_needed",
        ref=Ref("second", row.id),
        title=N_("{asker} wants to change something in {community}. A second yes is needed."),
        facts={"asker": row.one, "community": row.other},
        community_id=row.community_id,
        since_at=row.since_at,
        due_at=row.due_at,
        weight=2,
        acts=(Act(N_("Read"), None, f"/seconds/{row.id}"),),
    )


def _trials(actor: Actor, at: datetime) -> Select[Any]:
    sponsor = aliased(Membership)
    shown = columns(
        "trial_ending",
        Membership.id,
        Membership.community_id,
        Membership.trial_ends_at,
        Membership.trial_ends_at,
        Person.name,
        Community.name,
    )
    return (
        select(*shown)
        .select_from(Membership)
        .join(Person, Person.id == Membership.person_id)
        .join(Community, Community.id == Membership.community_id)
        .outerjoin(sponsor, sponsor.id == Membership.sponsor_id)
        .where(
            Membership.ended_on.is_(None),
            Membership.trial_ends_at <= at + TRIAL_SOON,
            Membership.guest_until_at.is_(None),
            is_on_trial(at),
            Membership.person_id != actor.person_id,
            Membership.community_id.in_(communities_of(actor)),
            or_(
                Membership.community_id.in_(communities_where(actor, "application.answer", at=at)),
                sponsor.person_id == actor.person_id,
            ),
        )
        .order_by(Membership.trial_ends_at)
    )


def _trial_line(row: Any, _at: datetime) -> NeedLine:
    return NeedLine(
        kind="trial_ending",
        ref=Ref("membership", row.id),
        title=N_("{name}'s trial in {community} ends soon."),
        why=N_("Talk to them, and say so if it should last longer."),
        facts={"name": row.one, "community": row.other},
        community_id=row.community_id,
        since_at=row.due_at - TRIAL_SOON,
        due_at=row.due_at,
        acts=(Act(N_("Look"), None, f"/members/{row.id}"),),
    )


def _invites(actor: Actor, at: datetime) -> Select[Any]:
    """Ended unused lately (`due_at` is the end), or alive with a link that was exchanged (`since_at`)."""
    shown = columns(
        "invite",
        Invite.id,
        InviteGrant.community_id,
        Invite.rotated_at,
        Invite.expires_at,
        Invite.label,
        literal(""),
    )
    return (
        select(*shown)
        .select_from(Invite)
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
    )


def _invite_line(row: Any, at: datetime) -> NeedLine:
    ended = row.due_at <= at
    return NeedLine(
        kind="invite_ended" if ended else "invite_rotated",
        ref=Ref("invite", row.id),
        title=N_("Your invitation for {name} has ended unused.")
        if ended
        else N_("Your invitation for {name} has a new link; the old one is dead."),
        facts={"name": row.one or N_("somebody")},
        community_id=row.community_id,
        since_at=row.due_at if ended else row.since_at or at,
        weight=0,
        acts=(
            Act(N_("Reissue"), "communities.reissue", f"/invites/{row.id}/reissue"),
            Act(N_("Forget"), "communities.revoke", f"/invites/{row.id}/revocation"),
        )
        if ended
        else (Act(N_("Look"), None, f"/invites/{row.id}"),),
    )


def _last_steward(actor: Actor, at: datetime) -> Select[Any]:
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
    shown = columns(
        "last_steward",
        Community.id,
        Community.id,
        RoleGrant.since_at,
        RoleGrant.ended_at,
        Community.slug,
        Community.name,
    )
    return (
        select(*shown)
        .select_from(Community)
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
    )


def _last_steward_line(row: Any, _at: datetime) -> NeedLine:
    return NeedLine(
        kind="last_steward",
        ref=Ref("community", row.id),
        title=N_("You are the only steward of {community}. Ask somebody to share it."),
        facts={"community": row.other},
        community_id=row.id,
        since_at=row.since_at,
        weight=0,
        acts=(Act(N_("Give the role"), None, f"/c/{row.one}/roles"),),
    )


_LINES: dict[str, Callable[[Any, datetime], NeedLine]] = {
    "erasure": needs_own.erasure_line,
    "application": _application_line,
    "report_open": report_line,
    "agreement_new": agreement_line,
    "second_needed": _second_line,
    "tie_proposed": tie_line,
    "seat_asked": seat_line,
    "trial_ending": _trial_line,
    "invite": _invite_line,
    "last_steward": _last_steward_line,
    "community_closes": closing_line,
    "stewards_away": away_line,
    "merge_asked": needs_of_people.merge_line,
    "keeping_left": needs_of_people.left_alone_line,
    "keeping_offered": needs_of_people.keeping_line,
    "household_asked": needs_of_people.household_line,
    "vouch_renew": trust.vouch_line,
    "cut_waits": trust.cut_line,
    "cut_undo_waits": trust.undo_line,
}
"""How each kind is said, in the order in which they are shown."""
