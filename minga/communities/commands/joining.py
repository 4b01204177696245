"""Coming in: by an invitation, by an application that somebody answers, or through an open door."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from minga.communities.access import (
    application_to_see,
    community_to_apply,
    holds,
    open_door,
    policies,
    require,
    require_scope,
)
from minga.communities.access.vouches import is_enough as is_enough_vouched
from minga.communities.commands import membership as memberships
from minga.communities.commands.agreements import accept_at_joining
from minga.communities.commands.questions import Answers, erase_answers, keep_answers
from minga.communities.commands.roles import capabilities_of_role
from minga.communities.commands.sponsors import sponsor_named
from minga.communities.commands.vouches import end_vouches_of
from minga.communities.events import (
    ApplicationAnswered,
    ApplicationSent,
    ApplicationWithdrawn,
    RoleGranted,
)
from minga.communities.models import (
    Answer,
    Application,
    Community,
    InviteGrant,
    Lineage,
    Membership,
    Role,
    RoleGrant,
)
from minga.communities.rules import CameBy, JoiningMode
from minga.communities.rules.decided import ADMITTED_BY_ALL, DECISION
from minga.communities.rules.joining import (
    FROM_ABOVE,
    REASON_MAX,
    TAKES_NOBODY,
    WORDS_MAX,
    is_enough,
    may_apply_again,
)
from minga.communities.rules.vouches import NOT_ENOUGH
from minga.identity import Actor
from minga.identity import commands as identity
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, NotSignedIn
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_text


@dataclass(frozen=True)
class Joined:
    """What came of it: a membership, an application that waits, or neither because they were a member already."""

    community: Community
    membership: Membership | None = None
    application: Application | None = None

    @property
    def already(self) -> bool:
        return self.membership is None and self.application is None


def accept_invite(
    session: Session,
    actor: Actor,
    key: bytes,
    token: str,
    *,
    at: datetime,
    words: str = "",
    agreed: Collection[str] = (),
    answers: Answers | None = None,
) -> Joined:
    """Come in by an invitation: at once, or by an application that welcomers answer. One use per person."""
    if actor.person_id is None:
        raise NotSignedIn()
    require_scope(actor, writing=True)
    invite, grant, community = open_door(session, key, token, at=at)
    if memberships.live_membership(session, community.id, actor.person_id):
        return Joined(community)
    _is_member_above(session, community, actor.person_id)
    waiting = _waiting(session, community.id, actor.person_id)
    if waiting and not grant.at_once:
        return Joined(community, application=waiting)
    accept_at_joining(session, actor, community.id, agreed, at=at)
    sponsor = memberships.live_membership(session, community.id, invite.maker_id or "")
    identity.use_invite(session, invite.id, actor.person_id, community_id=community.id, at=at)
    if not grant.at_once:
        sent = _send(session, actor, community, words, answers, invite_id=invite.id, sponsor=sponsor, at=at)
        return Joined(community, application=sent)
    if waiting:
        waiting.withdrawn_at = at
    made = _let_in(session, actor, community, actor.person_id, grant, sponsor, CameBy.INVITE, at)
    return Joined(community, membership=made)


def apply(
    session: Session,
    actor: Actor,
    community_id: Id,
    *,
    words: str,
    at: datetime,
    agreed: Collection[str] = (),
    answers: Answers | None = None,
) -> Joined:
    """Ask to join without an invitation, where the community's rule allows it; through an open door one is in."""
    if actor.person_id is None:
        raise NotSignedIn()
    require_scope(actor, writing=True)
    community = community_to_apply(session, actor, community_id, at=at)
    if memberships.live_membership(session, community.id, actor.person_id):
        return Joined(community)
    _is_member_above(session, community, actor.person_id)
    way = policies.value(session, community.id, "joining.way", at=at)
    if way == "closed":
        raise Forbidden(TAKES_NOBODY, community=community.name)
    if way == "open" and community.parent_id is None:
        accept_at_joining(session, actor, community.id, agreed, at=at)
        made = memberships.begin(session, actor, community.id, actor.person_id, at=at, came_by=CameBy.OPEN)
        return Joined(community, membership=made)
    asked = community.joining_mode is JoiningMode.ASKED if community.parent_id else way == "apply"
    if not asked:
        raise Forbidden(N_("{community} is joined by an invitation of a member."), community=community.name)
    waiting = _waiting(session, community.id, actor.person_id)
    if waiting is None:
        accept_at_joining(session, actor, community.id, agreed, at=at)
    sent = waiting or _send(session, actor, community, words, answers, at=at)
    return Joined(community, application=sent)


def answer(
    session: Session,
    actor: Actor,
    application_id: Id,
    *,
    accept: bool,
    at: datetime,
    reason: str = "",
    sponsor: str = "",
) -> Application:
    """Say yes or no to somebody who wants to join. By the rule of two, the first yes waits for a second person.

    `sponsor` is the short name of who is to stand for them; without it that is who invited them, or who says yes.
    """
    found = application_to_see(session, actor, application_id, at=at)
    require(session, actor, "application.answer", found.community_id, at=at, concerning=found.person_id)
    if found.withdrawn_at or found.lapsed_at:
        raise Conflict(N_("This application is over."))
    if found.answered_at:
        raise Conflict(N_("Somebody else has answered this application."))
    if not accept:
        found.reason = clean_text(reason, REASON_MAX, field="reason", required=True)
        _close(session, actor, found, Answer.DECLINED, at)
        end_vouches_of(session, actor, found.person_id, [found.community_id], at=at)
        return found
    by = actor.person_id or ""
    if sponsor.strip():
        named = sponsor_named(session, found.community_id, sponsor, found.person_id, at=at)
        found.sponsor_id = named.id
    approval = policies.value(session, found.community_id, "joining.approval", at=at)
    if approval == DECISION:
        raise Conflict(ADMITTED_BY_ALL, code="needs_decision")
    if approval == "vouches" and not is_enough_vouched(session, found.person_id, found.community_id, at=at):
        raise Conflict(NOT_ENOUGH, code="needs_vouches")
    first_holds = found.first_yes_by_id is not None and holds(
        session, found.first_yes_by_id, "application.answer", found.community_id, at=at
    )
    if not is_enough(approval, first_by=found.first_yes_by_id if first_holds else None, now_by=by):
        if found.first_yes_by_id == by:
            raise Forbidden(N_("Somebody else has to agree. You already did."), code="same_person")
        found.first_yes_by_id, found.first_yes_at = by, at
        session.flush()
        return found
    admit(session, actor, found, stands_for=by, at=at)
    return found


def admit(
    session: Session, actor: Actor, found: Application, *, stands_for: Id, at: datetime, decision: str = ""
) -> Membership:
    """Let an applicant in; whoever calls this has checked who may. `stands_for` is the sponsor where nobody invited them."""
    community = session.get_one(Community, found.community_id)
    _is_member_above(session, community, found.person_id)
    sponsor = session.get(Membership, found.sponsor_id) if found.sponsor_id else None
    if sponsor is None or sponsor.ended_on is not None:
        sponsor = memberships.live_membership(session, community.id, stands_for)
    grant = session.get(InviteGrant, found.invite_id) if found.invite_id else None
    _close(session, actor, found, Answer.ACCEPTED, at, decision)
    return _let_in(session, actor, community, found.person_id, grant, sponsor, CameBy.APPLICATION, at)


def withdraw_application(session: Session, actor: Actor, application_id: Id, *, at: datetime) -> Application:
    """Take one's own application back; what was written in it is deleted."""
    require_scope(actor, writing=True)
    found = application_to_see(session, actor, application_id, at=at)
    if found.person_id != actor.person_id:
        raise Forbidden(N_("Only whoever applied takes it back. You can say no, with a reason."))
    if found.answered_at or found.lapsed_at:
        raise Conflict(N_("This application is over."))
    if found.withdrawn_at is None:
        found.withdrawn_at, found.words = at, ""
        erase_answers(session, [found.id])
        session.flush()
        told = ApplicationWithdrawn(application_id=found.id)
        emit(session, actor, told, at=at, community_id=found.community_id)
        end_vouches_of(session, actor, found.person_id, [found.community_id], at=at)
    return found


def _is_member_above(session: Session, community: Community, person_id: Id) -> None:
    if community.parent_id is None:
        return
    if memberships.root_membership(session, community, person_id) is None:
        root = session.get_one(Community, community.root_id)
        raise Conflict(FROM_ABOVE, community=root.name)


def _waiting(session: Session, community_id: Id, person_id: Id) -> Application | None:
    return session.scalar(
        select(Application).where(
            Application.community_id == community_id,
            Application.person_id == person_id,
            Application.answered_at.is_(None),
            Application.withdrawn_at.is_(None),
            Application.lapsed_at.is_(None),
        )
    )


def _send(
    session: Session,
    actor: Actor,
    community: Community,
    words: str,
    answers: Answers | None,
    *,
    at: datetime,
    invite_id: Id | None = None,
    sponsor: Membership | None = None,
) -> Application:
    declined_at = session.scalar(
        select(Application.answered_at)
        .where(
            Application.community_id == community.id,
            Application.person_id == actor.person_id,
            Application.answer == Answer.DECLINED,
        )
        .order_by(Application.answered_at.desc())
        .limit(1)
    )
    if not may_apply_again(declined_at, at):
        raise Conflict(N_("You can ask again 30 days after the last answer."))
    sent = Application(
        community_id=community.id,
        person_id=actor.person_id,
        invite_id=invite_id,
        sponsor_id=sponsor.id if sponsor else None,
        words=clean_text(words, WORDS_MAX, field="words"),
        sent_at=at,
    )
    session.add(sent)
    session.flush()
    keep_answers(session, sent, answers or {}, at=at)
    told = ApplicationSent(application_id=sent.id)
    emit(session, actor, told, at=at, community_id=community.id)
    return sent


def _close(
    session: Session, actor: Actor, found: Application, said: Answer, at: datetime, decision: str = ""
) -> None:
    found.answered_at, found.answer, found.by_id = at, said, actor.person_id
    found.decision = decision
    session.flush()
    told = ApplicationAnswered(application_id=found.id, accepted=said is Answer.ACCEPTED, decision=decision)
    emit(session, actor, told, at=at, community_id=found.community_id, person_id=found.person_id)


def _let_in(
    session: Session,
    actor: Actor,
    community: Community,
    person_id: Id,
    grant: InviteGrant | None,
    sponsor: Membership | None,
    came_by: CameBy,
    at: datetime,
) -> Membership:
    made = memberships.begin(
        session,
        actor,
        community.id,
        person_id,
        at=at,
        came_by=came_by,
        sponsor_id=sponsor.id if sponsor else None,
        trial_days=grant.trial_days if grant else None,
        guest_days=grant.guest_days if grant else None,
    )
    if grant is None:
        return made
    if grant.role_id and sponsor:
        _give_promised(session, actor, grant.role_id, made, sponsor, at)
    for group_id in _groups(session, grant, sponsor):
        if not memberships.live_membership(session, group_id, person_id):
            memberships.begin(session, actor, group_id, person_id, at=at, came_by=came_by, trial_days=0)
    return made


def _groups(session: Session, grant: InviteGrant, sponsor: Membership | None) -> list[Id]:
    """The promised groups that the inviter still belongs to, upper ones first."""
    if not grant.subgroup_ids or sponsor is None:
        return []
    return list(
        session.scalars(
            select(Membership.community_id)
            .join(Lineage, Lineage.community_id == Membership.community_id)
            .where(
                Membership.community_id.in_(grant.subgroup_ids),
                Membership.person_id == sponsor.person_id,
                Membership.ended_on.is_(None),
                Lineage.above_id == grant.community_id,
            )
            .order_by(Lineage.steps)
        )
    )


def _give_promised(
    session: Session, actor: Actor, role_id: Id, holder: Membership, sponsor: Membership, at: datetime
) -> None:
    """The role that an invitation promised, if the inviter could still give it."""
    role = session.get(Role, role_id)
    able = {"role.grant", *capabilities_of_role(session, role_id, at)}
    if role is None or role.ended_at is not None:
        return
    if not all(holds(session, sponsor.person_id, name, role.community_id, at=at) for name in able):
        return
    grant = RoleGrant(role_id=role.id, membership_id=holder.id, since_at=at, granted_by_id=sponsor.person_id)
    session.add(grant)
    session.flush()
    told = RoleGranted(grant_id=grant.id, role_id=role.id)
    emit(session, actor, told, at=at, community_id=role.community_id, person_id=holder.person_id)
