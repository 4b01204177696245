"""One membership in full, and which roles memberships hold."""

from datetime import date, datetime

import msgspec
from sqlalchemy import func, or_, select

from minga.communities.access import community_to_see, may, membership_to_see, require
from minga.communities.models import Community, Membership, Pause, Role, RoleGrant
from minga.communities.rules.standing import standing
from minga.communities.rules.time import last_day
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id

CANDIDATES_MAX = 500


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A role that somebody holds."""

    grant_id: Id
    role_id: Id
    name: str
    since_at: datetime
    until_on: date | None


class MemberPage(msgspec.Struct, frozen=True, kw_only=True):
    """A membership as stewards, welcomers and the member see it."""

    id: Id
    community_id: Id
    person_id: Id
    name: str
    handle: str
    standing: str
    came_by: str
    joined_on: date
    trial_last_day: date | None
    full_on: date | None
    ended_on: date | None
    sponsor_name: str | None
    sponsor_handle: str | None
    sponsor_words: str
    rests_until: datetime | None
    rests_by_self: bool | None
    rests_because: str
    roles: list[Held]
    is_me: bool
    version: int


def member(session: Session, actor: Actor, membership_id: Id, *, at: datetime) -> MemberPage:
    """One membership; the reason of a rest only for the member and those who may end it."""
    one = membership_to_see(session, actor, membership_id, at=at)
    community = session.get_one(Community, one.community_id)
    person = session.get_one(Person, one.person_id)
    sponsor = (
        session.execute(
            select(Person.name, Person.handle)
            .join(Membership, Membership.person_id == Person.id)
            .where(Membership.id == one.sponsor_id)
        ).first()
        if one.sponsor_id
        else None
    )
    pause = session.scalar(select(Pause).where(Pause.membership_id == one.id, Pause.ended_at.is_(None)))
    me = one.person_id == actor.person_id
    reads_reason = me or bool(may(session, actor, "member.pause", one.community_id, at=at, seconded=True))
    reads_sponsor = me or bool(may(session, actor, "application.see", one.community_id, at=at))
    trial = one.trial_ends_at if one.full_on is None else None
    return MemberPage(
        id=one.id,
        community_id=one.community_id,
        person_id=person.id,
        name=person.name,
        handle=person.handle,
        standing=standing_now(one, pause, at),
        came_by=one.came_by,
        joined_on=one.joined_on,
        trial_last_day=last_day(trial, community.zone) if trial and trial > at else None,
        full_on=one.full_on,
        ended_on=one.ended_on,
        sponsor_name=sponsor.name if sponsor else None,
        sponsor_handle=sponsor.handle if sponsor else None,
        sponsor_words=one.sponsor_words if reads_sponsor else "",
        rests_until=pause.until_at if pause else None,
        rests_by_self=pause.by_self if pause else None,
        rests_because=pause.reason if pause and reads_reason else "",
        roles=_held(session, one, community.zone, at),
        is_me=me,
        version=one.version,
    )


def standing_now(one: Membership, pause: Pause | None, at: datetime) -> str:
    """The standing of a row that was loaded with its open pause."""
    return standing(
        ended_why=one.ended_why,
        ended=one.ended_on is not None,
        paused=pause is not None,
        trial_ends_at=one.trial_ends_at,
        full=one.full_on is not None,
        at=at,
        guest=one.guest_until_at is not None,
    )


def _held(session: Session, one: Membership, zone: str, at: datetime) -> list[Held]:
    rows = session.execute(
        select(RoleGrant.id, Role.id, Role.name, RoleGrant.since_at, RoleGrant.until_at)
        .join(Role, Role.id == RoleGrant.role_id)
        .where(
            RoleGrant.membership_id == one.id,
            RoleGrant.ended_at.is_(None),
            or_(RoleGrant.until_at.is_(None), RoleGrant.until_at > at),
        )
        .order_by(RoleGrant.since_at)
        .limit(100)
    )
    return [
        Held(
            grant_id=grant_id,
            role_id=role_id,
            name=name,
            since_at=since_at,
            until_on=last_day(until_at, zone) if until_at else None,
        )
        for grant_id, role_id, name, since_at, until_at in rows
    ]


def roles_of(session: Session, membership_ids: list[Id], *, at: datetime) -> dict[Id, list[str]]:
    """Names of the roles that were given to these memberships and run now; the caller has authorised them."""
    rows = session.execute(
        select(RoleGrant.membership_id, Role.name)
        .join(Role, Role.id == RoleGrant.role_id)
        .where(
            RoleGrant.membership_id.in_(membership_ids),
            RoleGrant.ended_at.is_(None),
            Role.ended_at.is_(None),
            or_(RoleGrant.until_at.is_(None), RoleGrant.until_at > at),
        )
        .order_by(Role.name)
    )
    found: dict[Id, list[str]] = {}
    for membership_id, name in rows:
        found.setdefault(membership_id, []).append(name)
    return found


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A member to choose from."""

    id: Id
    person_id: Id
    name: str
    handle: str


def candidates(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[Candidate]:
    """The members somebody can be chosen from, by name, for those who may see the list."""
    community = community_to_see(session, actor, community_id, at=at)
    require(session, actor, "member.see_list", community.id, at=at)
    rows = session.execute(
        select(Membership.id, Person.id, Person.name, Person.handle)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.community_id == community.id, Membership.ended_on.is_(None))
        .order_by(func.lower(Person.name), Membership.id)
        .limit(CANDIDATES_MAX)
    )
    return [Candidate(id=row[0], person_id=row[1], name=row[2], handle=row[3]) for row in rows]
