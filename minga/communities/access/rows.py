"""Single rows of communities, fetched and authorised in one step; what may not be seen is not there."""

from datetime import datetime

from sqlalchemy import select

from minga.communities.access.decisions import may, require
from minga.communities.access.filters import communities_of
from minga.communities.access.hiding import About, reportable
from minga.communities.models import Application, InviteGrant, Membership, Role, RoleGrant, Second
from minga.identity import Actor
from minga.identity.models import Invite, Person
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.kit.refs import register


def role_to_see(session: Session, actor: Actor, role_id: Id) -> Role:
    """A role of a community the actor lives in."""
    found = session.get(Role, parse_id(role_id))
    if found is None or not _lives_there(session, actor, found.community_id):
        raise NotFound()
    return found


def grant_to_see(session: Session, actor: Actor, grant_id: Id) -> RoleGrant:
    """A grant of a role that the actor may see."""
    found = session.get(RoleGrant, parse_id(grant_id))
    if found is None:
        raise NotFound()
    role_to_see(session, actor, found.role_id)
    return found


def membership_to_see(session: Session, actor: Actor, membership_id: Id, *, at: datetime) -> Membership:
    """A membership: one's own, or one of a community whose members the actor may see."""
    found = session.get(Membership, parse_id(membership_id))
    if found is not None and found.community_id in actor.locked:
        require(session, actor, "community.see", found.community_id, at=at)
    if found is None or not (
        (actor.signed_in and found.person_id == actor.person_id)
        or may(session, actor, "member.see_list", found.community_id, at=at)
    ):
        raise NotFound()
    return found


def second_to_see(session: Session, actor: Actor, second_id: Id, *, at: datetime, capability: str) -> Second:
    """An act that waits for a second person, for whoever asked and whoever could answer."""
    found = session.get(Second, parse_id(second_id))
    if found is not None and found.community_id in actor.locked:
        require(session, actor, "community.see", found.community_id, at=at)
    if found is None or not (
        (actor.signed_in and found.asked_by_id == actor.person_id)
        or may(session, actor, capability, found.community_id, at=at, seconded=True).rule
        in {"role", "confirm"}
    ):
        raise NotFound()
    return found


def invite_to_see(
    session: Session, actor: Actor, invite_id: Id, *, at: datetime
) -> tuple[Invite, InviteGrant]:
    """An invitation into a community, for whoever made it and those who answer applications there."""
    made = session.get(Invite, parse_id(invite_id))
    grant = session.get(InviteGrant, made.id) if made else None
    if made is None or grant is None:
        raise NotFound()
    own = actor.signed_in and made.maker_id == actor.person_id
    if not may(session, actor, "community.see" if own else "application.see", grant.community_id, at=at):
        raise NotFound()
    return made, grant


def application_to_see(session: Session, actor: Actor, application_id: Id, *, at: datetime) -> Application:
    """An application, for the applicant and those who read applications there."""
    found = session.get(Application, parse_id(application_id))
    if found is None or not (
        (actor.signed_in and found.person_id == actor.person_id)
        or may(session, actor, "application.see", found.community_id, at=at)
    ):
        raise NotFound()
    return found


def _lives_there(session: Session, actor: Actor, community_id: Id) -> bool:
    found = select(Membership.id).where(
        Membership.community_id == community_id, Membership.community_id.in_(communities_of(actor))
    )
    return session.execute(found.limit(1)).first() is not None


def _about_member(session: Session, membership_id: Id) -> About | None:
    found = session.get(Membership, membership_id)
    if found is None:
        return None
    return About(found.community_id, found.person_id, session.get_one(Person, found.person_id).name)


reportable("membership", word=N_("A member"), about=_about_member)
register("application", see=application_to_see, address=lambda id: f"/applications/{id}")
register("membership", see=membership_to_see, address=lambda id: f"/members/{id}")
register("invite", see=invite_to_see, address=lambda id: f"/invites/{id}")
