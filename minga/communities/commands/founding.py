"""Founding a community: its address, its roles and rules from a template, its first steward."""

from datetime import datetime
from typing import Any

from sqlalchemy import exists, select

from minga.communities.access import places_of, require_scope
from minga.communities.commands import membership as memberships
from minga.communities.events import CommunityFounded
from minga.communities.models import (
    Community,
    Lineage,
    Membership,
    Policy,
    Role,
    RoleCapability,
    RoleGrant,
    SlugPast,
)
from minga.communities.rules import CAPABILITIES, CameBy, JoiningMode, Standing, policy_kind
from minga.communities.rules.names import NAME_MAX, PURPOSE_MAX, numbered, read_slug, slug_for
from minga.communities.rules.templates import BUILT_IN, role_starts, said, templates
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid, NotSignedIn
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id, new_id
from minga.kit.text import clean_line, clean_text


def found(
    session: Session,
    actor: Actor,
    *,
    name: str,
    at: datetime,
    slug: str = "",
    template: str = "other",
    purpose: str = "",
    language: str = "en",
    zone: str = "UTC",
    currency: str | None = None,
    joining: str | None = None,
    founded_by: str = "member",
) -> Community:
    """Found a community with the actor as its first steward. `founded_by` is the node's rule: who may."""
    if not actor.signed_in or actor.person_id is None:
        raise NotSignedIn()
    require_scope(actor, writing=True)
    _may_found(session, actor, founded_by, at)
    start = templates().get(template)
    if start is None:
        raise Invalid(N_("Choose one of the kinds of community."), fields={"template": N_("Choose one.")})
    community = make_community(
        session,
        name=name,
        slug=slug,
        kind=template,
        purpose=purpose,
        language=language,
        zone=zone,
        currency=currency,
        at=at,
    )
    rules = dict(start.policies) | ({"joining.way": joining} if joining else {})
    make_roles(session, community, start.roles, at=at)
    set_first_policies(session, community, rules, actor.person_id, at)
    first = memberships.begin(
        session, actor, community.id, actor.person_id, at=at, came_by=CameBy.FOUNDED, trial_days=0
    )
    grant_at_founding(session, community, first, "steward", actor.person_id, at=at)
    told = CommunityFounded(subject_id=community.id, template=start.key)
    emit(session, actor, told, at=at, community_id=community.id)
    return community


def _may_found(session: Session, actor: Actor, founded_by: str, at: datetime) -> None:
    if actor.operator or founded_by == "anybody":
        return
    if founded_by == "operator":
        raise Forbidden(N_("On this node only whoever runs it founds communities. Ask them."))
    if not any(place.standing is Standing.FULL for place in places_of(session, actor, at=at).values()):
        raise Forbidden(N_("Full members of a community here can found another one."), code="not_yet")


def make_community(session: Session, *, name: str, slug: str, at: datetime, **fields: Any) -> Community:
    """A root community with its address; whoever calls this has checked who may."""
    name = clean_line(name, NAME_MAX)
    if not name:
        raise Invalid(N_("A community needs a name."), fields={"name": N_("Write the name.")})
    new = new_id()
    community = Community(
        id=new,
        root_id=new,
        name=name,
        slug=free_slug(session, slug, name, at=at),
        joining_mode=JoiningMode.INVITATION,
        made_at=at,
        activated_at=at,
        **{**fields, "purpose": clean_text(fields["purpose"], PURPOSE_MAX)},
    )
    session.add(community)
    session.flush()
    session.add(Lineage(community_id=new, above_id=new, steps=0, roles_reach=True))
    session.flush()
    return community


def free_slug(session: Session, typed: str, name: str, *, at: datetime) -> str:
    """The address that was typed, or one that follows from the name and is free. A taken one is refused."""
    if typed.strip():
        slug = read_slug(typed)
        if _is_taken(session, slug, at):
            raise Conflict(
                N_("The address “{slug}” is taken. Free: {free}."),
                slug=slug,
                free=_next_free(session, slug, at),
                fields={"slug": N_("Choose another address.")},
            )
        return slug
    return _next_free(session, slug_for(name) or "community-1", at)


def _next_free(session: Session, slug: str, at: datetime) -> str:
    for n in range(1, 1000):
        one = slug if n == 1 else numbered(slug, n)
        if not _is_taken(session, one, at):
            return one
    return f"community-{new_id()[-12:]}"


def _is_taken(session: Session, slug: str, at: datetime) -> bool:
    now = session.scalar(select(exists().where(Community.slug == slug)))
    once = session.scalar(select(exists().where(SlugPast.slug == slug, SlugPast.until_at > at)))
    return bool(now or once)


def make_roles(session: Session, community: Community, keys: tuple[str, ...], *, at: datetime) -> None:
    """The template's roles with what each may do by default."""
    for key in dict.fromkeys(keys):
        start = role_starts()[key]
        role = Role(
            community_id=community.id,
            key=key,
            name=said(start.name, community.language),
            purpose=said(start.purpose, community.language),
            duties=start.duties.get(community.language, start.duties["en"]),
            built_in=key in BUILT_IN,
            made_at=at,
        )
        session.add(role)
        session.flush()
        for name in (name for name, one in CAPABILITIES.items() if key in one.roles):
            session.add(RoleCapability(role_id=role.id, capability=name, since_at=at))
    session.flush()


def set_first_policies(
    session: Session, community: Community, values: dict[str, Any], person_id: Id, at: datetime
) -> None:
    """The rules that a community begins with."""
    for key, value in values.items():
        kind = policy_kind(key)
        session.add(
            Policy(
                community_id=community.id,
                key=key,
                value=kind.bounds.read(value),
                since_at=at,
                set_by_id=person_id,
                made_at=at,
            )
        )
    session.flush()


def grant_at_founding(
    session: Session, community: Community, holder: Membership, key: str, by_id: Id, *, at: datetime
) -> None:
    """Give a role without asking who may: only the first stewards get one this way."""
    role = session.scalars(
        select(Role).where(Role.community_id == community.id, Role.key == key, Role.ended_at.is_(None))
    ).one()
    session.add(RoleGrant(role_id=role.id, membership_id=holder.id, since_at=at, granted_by_id=by_id))
    session.flush()
