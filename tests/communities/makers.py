"""People and communities for these tests, made the way the product makes them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from minga.communities import commands
from minga.communities.models import Community, Membership, Role, RoleGrant
from minga.communities.rules import CameBy
from minga.identity import Actor
from minga.identity import commands as identity
from minga.kit.db import Session

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def person(session: Session, name: str) -> Actor:
    made = identity.make_person(session, Actor.machine(), name=name, handle=name.lower(), at=NOON)
    session.flush()
    return Actor(made, confirmed_at=NOON)


def community(session: Session, founder: Actor, name: str = "Valley", **more: Any) -> Community:
    return commands.found(session, founder, name=name, founded_by="anybody", at=NOON, **more)


def member(session: Session, where: Community, name: str | Actor, *, trial_days: int = 0) -> Actor:
    who = person(session, name) if isinstance(name, str) else name
    assert who.person_id is not None
    commands.begin(
        session, who, where.id, who.person_id, came_by=CameBy.INVITE, trial_days=trial_days, at=NOON
    )
    return who


def membership(session: Session, where: Community, who: Actor) -> Membership:
    return session.scalars(
        select(Membership).where(
            Membership.community_id == where.id,
            Membership.person_id == who.person_id,
            Membership.ended_on.is_(None),
        )
    ).one()


def give(session: Session, where: Community, who: Actor, key: str, *, days: int | None = None) -> RoleGrant:
    role = session.scalars(select(Role).where(Role.community_id == where.id, Role.key == key)).one()
    grant = RoleGrant(
        role_id=role.id,
        membership_id=membership(session, where, who).id,
        since_at=NOON,
        until_at=NOON + timedelta(days=days) if days else None,
        granted_by_id=who.person_id,
    )
    session.add(grant)
    session.flush()
    return grant
