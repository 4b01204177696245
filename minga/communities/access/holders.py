"""Who holds a capability: for naming them in a refusal, for asking them, and for knowing that nobody else does."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select

from minga.communities.access import reach
from minga.communities.models import Lineage, Membership, Role, RoleCapability
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id


@dataclass(frozen=True)
class Holder:
    """Somebody who has a capability through a role."""

    person_id: Id
    name: str
    handle: str


def holders_of(
    session: Session, name: str, community_id: Id, *, at: datetime, limit: int = 100
) -> list[Holder]:
    """The people whose roles give them a capability there, by name; those who rest are left out."""
    found = _people(name, community_id, at).order_by(func.lower(Person.name), Person.id).limit(limit)
    return [Holder(*row) for row in session.execute(found)]


def holds(session: Session, person_id: Id, name: str, community_id: Id, *, at: datetime) -> bool:
    """Whether this person's roles give them a capability there."""
    found = _people(name, community_id, at).where(Person.id == person_id).limit(1)
    return session.execute(found).first() is not None


def roles_with(session: Session, name: str, community_id: Id, *, at: datetime) -> tuple[str, ...]:
    """Names of the roles that have a capability there, its own and those that reach down."""
    found = (
        select(Role.name)
        .join(RoleCapability, reach.is_in_force(at))
        .join(Lineage, Lineage.above_id == Role.community_id)
        .where(
            Lineage.community_id == community_id,
            (Lineage.steps == 0) | (Lineage.roles_reach.is_(True) & Role.built_in.is_(False)),
            RoleCapability.capability == name,
            Role.ended_at.is_(None),
        )
        .order_by(Role.name)
        .limit(20)
    )
    return tuple(dict.fromkeys(session.scalars(found)))


def _people(name: str, community_id: Id, at: datetime) -> Select[str, str, str]:
    return (
        select(Person.id, Person.name, Person.handle)
        .join(Membership, Membership.person_id == Person.id)
        .join(Lineage, reach.reaches())
        .join(Role, reach.is_held(at))
        .join(RoleCapability, reach.is_in_force(at))
        .where(
            Lineage.community_id == community_id,
            RoleCapability.capability == name,
            reach.is_live(),
            ~reach.is_resting(),
        )
        .group_by(Person.id, Person.name, Person.handle)
    )
