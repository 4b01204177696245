"""Inviting somebody into a community: who may, on which terms, how many at a time; showing, reissuing, revoking."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from minga.communities.access import (
    community_to_see,
    invite_to_see,
    may,
    place_of,
    policies,
    require,
)
from minga.communities.commands.roles import capabilities_of_role
from minga.communities.models import Community, InviteGrant, Lineage, Membership, Role
from minga.communities.rules.joining import (
    INVITES_OPEN_OF_KEEPERS,
    ONLY_WELCOMERS,
    TAKES_NOBODY,
    TOO_MANY_OPEN,
    TRIAL_DAYS_MAX,
)
from minga.communities.rules.standing import GUEST_DAYS_MAX
from minga.identity import Actor
from minga.identity import commands as identity
from minga.identity.models import Invite
from minga.identity.rules.invites import Purpose, Words
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id

NO_WORDS = Words()


@dataclass(frozen=True, kw_only=True)
class InviteTerms:
    """How an invite works. `trial_days` None means what the community has set; with `guest_days` a guest comes."""

    for_whom: str = ""
    uses_max: int = 1
    expires_at: datetime | None = None
    at_once: bool = False
    trial_days: int | None = None
    guest_days: int | None = None
    role_id: Id | None = None
    subgroup_ids: tuple[Id, ...] = ()
    language: str = ""


def invite(
    session: Session,
    actor: Actor,
    community_id: Id,
    terms: InviteTerms,
    *,
    at: datetime,
    words: Words = NO_WORDS,
) -> Invite:
    """Make an invitation; its link is shown by `invite_token`, as often as it is wanted."""
    community = community_to_see(session, actor, community_id, at=at)
    require(session, actor, "member.invite", community.id, at=at)
    if policies.value(session, community.id, "joining.way", at=at) == "closed":
        raise Conflict(TAKES_NOBODY, community=community.name)
    _terms_are_theirs(session, actor, community, terms, at)
    _within_quota(session, actor, community, at)
    made = identity.make_invite(
        session,
        actor,
        purpose=Purpose.JOIN,
        uses_max=terms.uses_max,
        expires_at=terms.expires_at,
        label=terms.for_whom,
        language=terms.language or community.language,
        words=words,
        community_id=community.id,
        at=at,
    )
    session.add(
        InviteGrant(
            invite_id=made.id,
            community_id=community.id,
            at_once=terms.at_once,
            trial_days=terms.trial_days,
            guest_days=terms.guest_days,
            role_id=terms.role_id,
            subgroup_ids=list(terms.subgroup_ids),
        )
    )
    session.flush()
    return made


def reissue(session: Session, actor: Actor, invite_id: Id, *, at: datetime) -> Invite:
    """Give an invitation a new link and its usual time; the old link and card die, uses are kept."""
    made, grant = invite_to_see(session, actor, invite_id, at=at)
    _may_end(session, actor, made, grant, at)
    require(session, actor, "member.invite", grant.community_id, at=at)
    identity.reissue_invite(session, actor, made, community_id=grant.community_id, at=at)
    session.flush()
    return made


def revoke(session: Session, actor: Actor, invite_id: Id, *, at: datetime) -> Invite:
    """Close an invitation; nobody comes in by it any more."""
    made, grant = invite_to_see(session, actor, invite_id, at=at)
    _may_end(session, actor, made, grant, at)
    identity.revoke_invite(session, actor, made, community_id=grant.community_id, at=at)
    session.flush()
    return made


def rotate(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[Id]:
    """Give the open invitations into a community new links: whoever answers applications there, or runs the node.

    Answers which; their makers find the new links among what waits for them.
    """
    if not actor.operator:
        require(session, actor, "application.answer", community_id, at=at)
    of_it = select(InviteGrant.invite_id).where(InviteGrant.community_id == community_id)
    return identity.rotate_invites(
        session, actor, invite_ids=list(session.scalars(of_it)), community_id=community_id, at=at
    )


def change_invite_words(
    session: Session, actor: Actor, invite_id: Id, words: Words, *, at: datetime
) -> Invite:
    """Say it differently; only whoever made the invitation speaks in it."""
    made, _grant = invite_to_see(session, actor, invite_id, at=at)
    if made.maker_id != actor.person_id:
        raise Forbidden(N_("Only whoever made the invitation changes its words."))
    identity.change_words(session, made, words, at=at)
    session.flush()
    return made


def _may_end(session: Session, actor: Actor, made: Invite, grant: InviteGrant, at: datetime) -> None:
    if made.maker_id != actor.person_id:
        require(session, actor, "application.answer", grant.community_id, at=at)


def _terms_are_theirs(
    session: Session, actor: Actor, community: Community, terms: InviteTerms, at: datetime
) -> None:
    auto = bool(may(session, actor, "member.invite_auto", community.id, at=at))
    if terms.at_once and not auto:
        raise Forbidden(ONLY_WELCOMERS, fields={"at_once": ONLY_WELCOMERS})
    if terms.trial_days is not None:
        if not auto:
            raise Forbidden(N_("Only welcomers choose how long a trial lasts."))
        if not 0 <= terms.trial_days <= TRIAL_DAYS_MAX:
            raise Invalid(
                N_("Between {least} and {most}, please."),
                least=0,
                most=TRIAL_DAYS_MAX,
                fields={"trial_days": N_("Between 0 and 730 days.")},
            )
    if terms.guest_days is not None:
        _guest_fits(auto, terms)
    if terms.role_id:
        _role_is_theirs(session, actor, community, terms, at)
    if terms.subgroup_ids:
        known = session.scalars(
            select(Membership.community_id)
            .join(Lineage, Lineage.community_id == Membership.community_id)
            .where(
                Membership.community_id.in_(terms.subgroup_ids),
                Membership.person_id == actor.person_id,
                Membership.ended_on.is_(None),
                Lineage.above_id == community.id,
                Lineage.steps > 0,
            )
        )
        if set(known) != set(terms.subgroup_ids):
            raise NotFound()


def _guest_fits(auto: bool, terms: InviteTerms) -> None:
    """Welcomers invite guests, for so many days, with no role but that and into no group."""
    if not auto:
        raise Forbidden(N_("Only welcomers invite guests."))
    if not 1 <= (terms.guest_days or 0) <= GUEST_DAYS_MAX:
        raise Invalid(
            N_("Between {least} and {most}, please."),
            least=1,
            most=GUEST_DAYS_MAX,
            fields={"guest_days": N_("Between 1 and 365 days.")},
        )
    if terms.role_id or terms.subgroup_ids:
        raise Invalid(
            N_("A guest has no other role and joins no group."),
            fields={"guest_days": N_("Leave role and groups empty, or leave this empty.")},
        )


def _role_is_theirs(
    session: Session, actor: Actor, community: Community, terms: InviteTerms, at: datetime
) -> None:
    require(session, actor, "role.grant", community.id, at=at)
    role = session.get(Role, terms.role_id)
    if role is None or role.community_id != community.id or role.built_in or role.ended_at is not None:
        raise NotFound()
    if terms.uses_max != 1:
        raise Invalid(
            N_("An invitation that brings a role is for one person."),
            fields={"uses_max": N_("One person, please.")},
        )
    place = place_of(session, actor, community.id, at=at)
    beyond = capabilities_of_role(session, role.id, at) - (place.capabilities if place else frozenset())
    if beyond:
        raise Forbidden(N_("You cannot give a role that may do more than you."), code="more_than_own")


def _within_quota(session: Session, actor: Actor, community: Community, at: datetime) -> None:
    keeper = may(session, actor, "application.answer", community.id, at=at)
    most = (
        INVITES_OPEN_OF_KEEPERS
        if keeper
        else policies.value(session, community.id, "joining.invites_open_max", at=at)
    )
    held = session.scalar(
        select(func.count())
        .select_from(Invite)
        .join(InviteGrant, InviteGrant.invite_id == Invite.id)
        .where(
            InviteGrant.community_id == community.id,
            Invite.maker_id == actor.person_id,
            Invite.uses < Invite.uses_max,
            Invite.revoked_at.is_(None),
            Invite.expires_at > at,
        )
    )
    if (held or 0) >= most:
        raise Conflict(TOO_MANY_OPEN, code="too_many_invites", n=held, community=community.name)
