"""Roles with who holds them, one role with its history, the matrix of roles and capabilities."""

from datetime import date, datetime

import msgspec
from sqlalchemy import or_, select

from minga.communities.access import community_to_see, role_to_see
from minga.communities.models import Community, Membership, Role, RoleCapability, RoleGrant
from minga.communities.rules import CAPABILITIES
from minga.communities.rules.time import last_day
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id


class RoleHolder(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who holds a role, until when."""

    grant_id: Id
    membership_id: Id
    name: str
    handle: str
    until_on: date | None


class RoleLine(msgspec.Struct, frozen=True, kw_only=True):
    """A role in the list."""

    id: Id
    key: str
    name: str
    purpose: str
    built_in: bool
    seats_max: int | None
    holders: list[RoleHolder]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A capability that a role had or has from a moment on, until another."""

    capability: str
    since_at: datetime
    until_at: datetime | None


class RolePage(msgspec.Struct, frozen=True, kw_only=True):
    """One role in full."""

    id: Id
    community_id: Id
    key: str
    name: str
    purpose: str
    duties: list[str]
    built_in: bool
    seats_max: int | None
    term_days: int | None
    capabilities: list[str]
    history: list[Change]
    holders: list[RoleHolder]
    version: int


def roles(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[RoleLine]:
    """All roles of a community with those who hold them: stewards first, standing roles last. Two queries."""
    community = community_to_see(session, actor, community_id, at=at)
    rows = session.execute(
        select(Role.id, Role.key, Role.name, Role.purpose, Role.built_in, Role.seats_max)
        .where(Role.community_id == community.id, Role.ended_at.is_(None))
        .order_by(Role.built_in, Role.id)
        .limit(100)
    ).all()
    held = _holders(session, [row.id for row in rows], community.zone, at)
    return [
        RoleLine(
            id=row.id,
            key=row.key,
            name=row.name,
            purpose=row.purpose,
            built_in=row.built_in,
            seats_max=row.seats_max,
            holders=held.get(row.id, []),
        )
        for row in rows
    ]


def role(session: Session, actor: Actor, role_id: Id, *, at: datetime) -> RolePage:
    """One role with duties, what it may do, the history of that, and who holds it."""
    found = role_to_see(session, actor, role_id)
    community = session.get_one(Community, found.community_id)
    rows = session.execute(
        select(RoleCapability.capability, RoleCapability.since_at, RoleCapability.until_at)
        .where(RoleCapability.role_id == found.id)
        .order_by(RoleCapability.since_at.desc(), RoleCapability.capability)
        .limit(500)
    ).all()
    return RolePage(
        id=found.id,
        community_id=found.community_id,
        key=found.key,
        name=found.name,
        purpose=found.purpose,
        duties=found.duties,
        built_in=found.built_in,
        seats_max=found.seats_max,
        term_days=found.term_days,
        capabilities=sorted({row.capability for row in rows if row.until_at is None or row.until_at > at}),
        history=[
            Change(capability=row.capability, since_at=row.since_at, until_at=row.until_at)
            for row in rows
            if row.since_at > found.made_at or row.until_at is not None
        ],
        holders=_holders(session, [found.id], community.zone, at).get(found.id, []),
        version=found.version,
    )


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a role has a capability, and since when or why not."""

    allowed: bool
    since_at: datetime | None


class MatrixRow(msgspec.Struct, frozen=True, kw_only=True):
    """One capability over all roles."""

    capability: str
    sentence: str
    marks: list[str]
    cells: list[Cell]


class Matrix(msgspec.Struct, frozen=True, kw_only=True):
    """Role x capability of one community at a moment."""

    roles: list[str]
    role_ids: list[Id]
    rows: list[MatrixRow]


def matrix(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> Matrix:
    """Every role against every capability, with what each needs besides a role."""
    community = community_to_see(session, actor, community_id, at=at)
    named = session.execute(
        select(Role.id, Role.name)
        .where(Role.community_id == community.id, Role.ended_at.is_(None))
        .order_by(Role.built_in.desc(), Role.id)
        .limit(100)
    ).all()
    rows = session.execute(
        select(RoleCapability.role_id, RoleCapability.capability, RoleCapability.since_at).where(
            RoleCapability.role_id.in_([row.id for row in named]),
            RoleCapability.since_at <= at,
            or_(RoleCapability.until_at.is_(None), RoleCapability.until_at > at),
        )
    )
    since = {(row.role_id, row.capability): row.since_at for row in rows}
    return Matrix(
        roles=[row.name for row in named],
        role_ids=[row.id for row in named],
        rows=[
            MatrixRow(
                capability=name,
                sentence=one.sentence,
                marks=[
                    mark
                    for mark, set_ in (
                        ("confirmed", one.confirmed),
                        ("seconded", one.seconded),
                        ("decided", one.decided),
                        ("no_token", not one.tokens),
                    )
                    if set_
                ],
                cells=[
                    Cell(allowed=(row.id, name) in since, since_at=since.get((row.id, name))) for row in named
                ],
            )
            for name, one in sorted(CAPABILITIES.items())
        ],
    )


def _holders(session: Session, role_ids: list[Id], zone: str, at: datetime) -> dict[Id, list[RoleHolder]]:
    rows = session.execute(
        select(RoleGrant.role_id, RoleGrant.id, Membership.id, Person.name, Person.handle, RoleGrant.until_at)
        .join(Membership, Membership.id == RoleGrant.membership_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            RoleGrant.role_id.in_(role_ids),
            RoleGrant.ended_at.is_(None),
            or_(RoleGrant.until_at.is_(None), RoleGrant.until_at > at),
            Membership.ended_on.is_(None),
        )
        .order_by(RoleGrant.since_at, RoleGrant.id)
        .limit(500)
    )
    found: dict[Id, list[RoleHolder]] = {}
    for role_id, grant_id, membership_id, name, handle, until_at in rows:
        found.setdefault(role_id, []).append(
            RoleHolder(
                grant_id=grant_id,
                membership_id=membership_id,
                name=name,
                handle=handle,
                until_on=last_day(until_at, zone) if until_at else None,
            )
        )
    return found
