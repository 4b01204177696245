"""Who makes badges, who gives them, who sees them: the person first, and others what the person shows."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Integer, cast, func, select

from minga.communities.access import may, policies, register_capability, register_policy
from minga.communities.models import Membership
from minga.communities.rules import Capability, PolicyKind, YesNo
from minga.identity import Actor
from minga.kit import refs
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.events import HEADER, Event, EventRow
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.reputation.access.facts import may_read, may_write
from minga.reputation.models import Badge, BadgeEarned
from minga.reputation.rules.badges import since

EDIT = register_capability(
    Capability(name="badge.edit", sentence=N_("Make and end badges."), roles=("steward",))
)
GRANT = register_capability(
    Capability(name="badge.grant", sentence=N_("Give somebody a badge by hand."), roles=("steward",))
)
ON = register_policy(
    PolicyKind(
        key="badges.on",
        sentence=N_("Whether this community has badges."),
        bounds=YesNo(strict_when=False),
        default=False,
        theme="sharing",
    )
).key


def are_on(session: Session, community_id: Id, *, at: datetime) -> bool:
    return bool(policies.value(session, community_id, ON, at=at))


def badge_to_see(session: Session, actor: Actor, badge_id: Id, *, at: datetime) -> Badge:
    """A badge, for members of its community."""
    may_read(actor)
    found = session.get(Badge, parse_id(badge_id))
    if found is None or not may(session, actor, "community.see", found.community_id, at=at):
        raise NotFound()
    return found


def own_earned(session: Session, actor: Actor, earned_id: Id) -> BadgeEarned:
    """A badge that the actor earned."""
    may_write(actor)
    found = session.get(BadgeEarned, parse_id(earned_id), with_for_update=True)
    if found is None or found.person_id != actor.person_id or found.ended_at is not None:
        raise NotFound()
    return found


def kinds() -> Mapping[str, frozenset[str]]:
    """What can be counted: the events of the community that anybody may know of themselves, with their facts."""
    return {
        name: frozenset(one.name for one in fields(kind)) - HEADER
        for name, kind in Event.named.items()
        if not kind.sensitive and kind.audience in ("members", "person")
    }


def counted(
    session: Session, community_id: Id, term: Mapping[str, Any], *, at: datetime, person_id: Id | None = None
) -> dict[Id, int]:
    """How often each member had that role in events of that kind; one statement."""
    role = EventRow.facts[f"{term['as']}_id"].as_string()
    member = select(Membership.person_id).where(
        Membership.community_id == community_id, Membership.ended_on.is_(None)
    )
    wanted = select(role, func.count()).where(
        EventRow.community_id == community_id, EventRow.name == term["count"], role.in_(member)
    )
    for name, value in term.get("where", {}).items():
        wanted = wanted.where(_is(EventRow.facts[name], value))
    first = since(term, at)
    if first is not None:
        wanted = wanted.where(EventRow.happened_at >= first)
    if person_id is not None:
        wanted = wanted.where(role == person_id)
    return {row[0]: int(row[1]) for row in session.execute(wanted.group_by(role))}


def _is(fact: Any, value: Any) -> Any:
    if isinstance(value, bool):
        return cast(fact.as_boolean(), Boolean) == value
    if isinstance(value, int):
        return cast(fact.as_integer(), Integer) == value
    return fact.as_string() == value


def _see_own(session: Session, actor: Any, id: Id, /, *, at: datetime) -> Id:
    """One's own page of badges, for oneself."""
    may_read(actor)
    if id != actor.person_id:
        raise NotFound()
    return id


refs.register("own_badges", see=_see_own, address=lambda _id: "/me/badges")
