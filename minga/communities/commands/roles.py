"""Changing what roles may do, and giving and ending them."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select

from minga.communities.access import (
    grant_to_see,
    place_of,
    require,
    role_to_see,
    roles_with,
)
from minga.communities.commands import seconds
from minga.communities.commands.policies import must_be_for_stewards
from minga.communities.commands.role_shapes import RoleShape, clean_shape, plain_shape
from minga.communities.events import RoleChanged, RoleEnded, RoleGranted
from minga.communities.models import Community, Membership, Role, RoleCapability, RoleGrant, Second
from minga.communities.rules import CAPABILITIES, capability
from minga.communities.rules.decided import ROLES_CHANGED_BY
from minga.communities.rules.names import slug_for
from minga.communities.rules.roles import (
    KEEPING,
    STEWARD,
    TERM_MAX,
    last_steward,
)
from minga.communities.rules.time import end_of, next_midnight, today
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id


def edit_role(
    session: Session,
    actor: Actor,
    role_id: Id,
    shape: RoleShape,
    *,
    at: datetime,
    version: int | None = None,
    urgent: bool = False,
    words: str = "",
) -> Second:
    """Ask to change a role. It takes a second person, and takes effect at the next midnight unless it is urgent."""
    role = role_to_see(session, actor, role_id)
    require(session, actor, "role.edit", role.community_id, at=at, seconded=True)
    must_be_for_stewards(session, role.community_id, ROLES_CHANGED_BY, at=at)
    if version is not None and version != role.version:
        raise Stale()
    clean = clean_shape(shape)
    _may_give(
        session, actor, role.community_id, clean.capabilities - capabilities_of_role(session, role.id, at), at
    )
    if role.key == STEWARD and not clean.capabilities >= KEEPING:
        raise Conflict(N_("Stewards have to keep what lets them change roles and rules."))
    wish = {**plain_shape(clean), "urgent": urgent}
    return seconds.ask(
        session, actor, "role.edit", role.community_id, wish=wish, about=role.id, words=words, at=at
    )


def make_role(
    session: Session, actor: Actor, community_id: Id, shape: RoleShape, *, at: datetime, words: str = ""
) -> Second:
    """Ask for a new role; it takes a second person."""
    require(session, actor, "role.edit", community_id, at=at, seconded=True)
    must_be_for_stewards(session, community_id, ROLES_CHANGED_BY, at=at)
    clean = clean_shape(shape)
    _may_give(session, actor, community_id, clean.capabilities, at)
    taken = select(Role.id).where(
        Role.community_id == community_id,
        Role.ended_at.is_(None),
        func.lower(Role.name) == clean.name.lower(),
    )
    if session.scalar(taken):
        raise Conflict(N_("There is a role with this name."), fields={"name": N_("Choose another name.")})
    return seconds.ask(
        session,
        actor,
        "role.make",
        community_id,
        wish=plain_shape(clean),
        about=clean.name,
        words=words,
        at=at,
    )


def grant_role(
    session: Session,
    actor: Actor,
    role_id: Id,
    membership_id: Id,
    *,
    at: datetime,
    until_on: date | None = None,
) -> RoleGrant:
    """Give a role to a member, for the role's term, until a day, or without end. Nobody gives what they lack."""
    role = role_to_see(session, actor, role_id)
    require(session, actor, "role.grant", role.community_id, at=at)
    holder = session.get(Membership, membership_id)
    if holder is None or holder.community_id != role.community_id or holder.ended_on is not None:
        raise NotFound()
    _may_give(session, actor, role.community_id, capabilities_of_role(session, role.id, at), at)
    return put_grant(session, actor, role, holder, str(actor.person_id), until_on=until_on, at=at)


def put_grant(
    session: Session,
    actor: Actor,
    role: Role,
    holder: Membership,
    granted_by_id: Id,
    *,
    until_on: date | None = None,
    decision: str = "",
    at: datetime,
) -> RoleGrant:
    """Give a role as far as it can be given to this member; whoever calls this has checked who may."""
    community = session.get_one(Community, role.community_id)
    if role.built_in or role.ended_at is not None:
        raise Conflict(N_("This role comes with membership; it is not given by hand."))
    if holder.guest_until_at is not None:
        raise Conflict(N_("A guest has no other role."))
    if not has_seat(session, role, at):
        raise Conflict(N_("All {n} seats of this role are taken."), n=role.seats_max)
    _end_expired(session, role, holder, at)
    until_at = _until(role, community, until_on, at)
    if role.key == STEWARD and until_at and not _lasting_stewards(session, role.community_id, at):
        raise last_steward()
    grant = RoleGrant(
        role_id=role.id,
        membership_id=holder.id,
        since_at=at,
        until_at=until_at,
        granted_by_id=granted_by_id,
        decision=decision,
    )
    session.add(grant)
    session.flush()
    told = RoleGranted(grant_id=grant.id, role_id=role.id, until_at=until_at, decision=decision)
    emit(session, actor, told, at=at, community_id=role.community_id, person_id=holder.person_id)
    return grant


def end_grant(
    session: Session, actor: Actor, grant_id: Id, *, at: datetime, words: str = ""
) -> Second | None:
    """End a role: one's own at once; somebody else's as `role.grant` allows, and keeping roles take a second person."""
    grant = grant_to_see(session, actor, grant_id)
    if grant.ended_at is not None:
        return None
    role = session.get_one(Role, grant.role_id)
    holder = session.get_one(Membership, grant.membership_id)
    must_leave_a_steward(session, holder, at, grant)
    if holder.person_id == actor.person_id and actor.token_id is None:
        end_one_grant(session, actor, grant, "stepped_down", at=at)
        return None
    require(session, actor, "role.grant", role.community_id, at=at, seconded=True)
    if not any(
        capability(name).seconded
        for name in capabilities_of_role(session, role.id, at)
        if name in CAPABILITIES
    ):
        end_one_grant(session, actor, grant, "ended", at=at)
        return None
    return seconds.ask(
        session,
        actor,
        "grant.end",
        role.community_id,
        wish={},
        about=grant.id,
        words=words,
        concerning=holder.person_id,
        at=at,
    )


def end_all_grants(session: Session, actor: Actor, holder: Membership, *, at: datetime) -> None:
    """End every role of a membership that ends."""
    for grant in session.scalars(
        select(RoleGrant).where(RoleGrant.membership_id == holder.id, RoleGrant.ended_at.is_(None))
    ):
        end_one_grant(session, actor, grant, "left", at=at)


def must_leave_a_steward(
    session: Session, holder: Membership, at: datetime, grant: RoleGrant | None = None
) -> None:
    """Refuse what would leave a community without a steward whose role has no end."""
    mine = _lasting_stewards(session, holder.community_id, at)
    rest = [one for one in mine if one.membership_id != holder.id]
    concerned = [
        one for one in mine if one.membership_id == holder.id and (grant is None or one.id == grant.id)
    ]
    if concerned and not rest:
        raise last_steward()


def _lasting_stewards(session: Session, community_id: Id, at: datetime) -> list[RoleGrant]:
    return list(
        session.scalars(
            select(RoleGrant)
            .join(Role, Role.id == RoleGrant.role_id)
            .join(Membership, Membership.id == RoleGrant.membership_id)
            .where(
                Role.community_id == community_id,
                Role.key == STEWARD,
                Role.ended_at.is_(None),
                RoleGrant.ended_at.is_(None),
                RoleGrant.since_at <= at,
                RoleGrant.until_at.is_(None),
                Membership.ended_on.is_(None),
            )
        )
    )


def capabilities_of_role(session: Session, role_id: Id, at: datetime) -> frozenset[str]:
    """What the role may do now or from a midnight that is already set."""
    return frozenset(
        session.scalars(
            select(RoleCapability.capability).where(
                RoleCapability.role_id == role_id,
                or_(RoleCapability.until_at.is_(None), RoleCapability.until_at > at),
            )
        )
    )


def _may_give(session: Session, actor: Actor, community_id: Id, given: frozenset[str], at: datetime) -> None:
    """Nobody gives what they lack. What no role has yet may be given, or it could never be."""
    place = place_of(session, actor, community_id, at=at)
    mine = place.capabilities if place else frozenset()
    for name in sorted(given - mine):
        if roles_with(session, name, community_id, at=at):
            raise Forbidden(
                N_("You cannot give what you do not have: {what}"),
                code="more_than_own",
                what=capability(name).sentence if name in CAPABILITIES else name,
            )


def has_seat(session: Session, role: Role, at: datetime) -> bool:
    """Whether somebody else can hold the role besides those who do now."""
    if role.seats_max is None:
        return True
    held = session.scalar(
        select(func.count())
        .select_from(RoleGrant)
        .where(
            RoleGrant.role_id == role.id,
            RoleGrant.ended_at.is_(None),
            or_(RoleGrant.until_at.is_(None), RoleGrant.until_at > at),
        )
    )
    return (held or 0) < role.seats_max


def _end_expired(session: Session, role: Role, holder: Membership, at: datetime) -> None:
    before = session.scalar(
        select(RoleGrant).where(
            RoleGrant.role_id == role.id, RoleGrant.membership_id == holder.id, RoleGrant.ended_at.is_(None)
        )
    )
    if before is None:
        return
    if before.until_at is None or before.until_at > at:
        raise Conflict(N_("They have this role already."))
    before.ended_at = before.until_at
    session.flush()


def _until(role: Role, community: Community, until_on: date | None, at: datetime) -> datetime | None:
    now = today(at, community.zone)
    if until_on is None and role.term_days:
        until_on = now + timedelta(days=role.term_days - 1)
    if until_on is None:
        return None
    if not now <= until_on <= now + timedelta(days=TERM_MAX):
        raise Invalid(
            N_("The last day has to lie between today and ten years from now."),
            fields={"until_on": N_("Choose another day.")},
        )
    return end_of(until_on, community.zone)


def end_one_grant(
    session: Session, actor: Actor, grant: RoleGrant, why: str, *, at: datetime, decision: str = ""
) -> None:
    """End a grant and tell it; whoever calls this has checked who may, and that a steward stays."""
    role = session.get_one(Role, grant.role_id)
    holder = session.get_one(Membership, grant.membership_id)
    grant.ended_at = at
    grant.ended_by_id = actor.person_id
    session.flush()
    told = RoleEnded(grant_id=grant.id, role_id=role.id, why=why, decision=decision)
    emit(session, actor, told, at=at, community_id=role.community_id, person_id=holder.person_id)


@seconds.applies("grant.end")
def _end_seconded(session: Session, actor: Actor, second: Second, at: datetime) -> None:
    grant = session.get_one(RoleGrant, second.about)
    if grant.ended_at is None:
        must_leave_a_steward(session, session.get_one(Membership, grant.membership_id), at, grant)
        end_one_grant(session, actor, grant, "ended", at=at)


@seconds.applies("role.make")
def _make_seconded(session: Session, actor: Actor, second: Second, at: datetime) -> None:
    must_be_for_stewards(session, second.community_id, ROLES_CHANGED_BY, at=at)
    wish = second.wish
    role = Role(
        community_id=second.community_id,
        key=_free_key(session, second.community_id, wish["name"]),
        name=wish["name"],
        made_at=at,
    )
    session.add(role)
    _write(session, actor, role, wish, since_at=at, at=at)


@seconds.applies("role.edit")
def _edit_seconded(session: Session, actor: Actor, second: Second, at: datetime) -> None:
    must_be_for_stewards(session, second.community_id, ROLES_CHANGED_BY, at=at)
    role = session.get_one(Role, second.about)
    community = session.get_one(Community, role.community_id)
    since_at = at if second.wish["urgent"] else next_midnight(at, community.zone)
    _write(session, actor, role, second.wish, since_at=since_at, at=at)


def _write(
    session: Session, actor: Actor, role: Role, wish: dict[str, Any], *, since_at: datetime, at: datetime
) -> None:
    role.name, role.purpose, role.duties = wish["name"], wish["purpose"], wish["duties"]
    role.seats_max, role.term_days = wish["seats_max"], wish["term_days"]
    role.version = (role.version or 0) + 1
    session.flush()
    before, after = capabilities_of_role(session, role.id, at), frozenset(wish["capabilities"])
    live = select(RoleCapability).where(
        RoleCapability.role_id == role.id,
        RoleCapability.capability.in_(before - after),
        or_(RoleCapability.until_at.is_(None), RoleCapability.until_at > at),
    )
    for row in session.scalars(live):
        row.until_at = max(since_at, row.since_at)
    for name in sorted(after - before):
        session.add(RoleCapability(role_id=role.id, capability=name, since_at=since_at))
    session.flush()
    told = RoleChanged(
        role_id=role.id,
        given=tuple(sorted(after - before)),
        taken=tuple(sorted(before - after)),
        effective_at=since_at,
    )
    emit(session, actor, told, at=at, community_id=role.community_id)


def _free_key(session: Session, community_id: Id, name: str) -> str:
    taken = set(session.scalars(select(Role.key).where(Role.community_id == community_id)))
    plain = (slug_for(name) or "role").replace("-", "_")[:24]
    return next(key for n in range(1, 10_000) if (key := plain if n == 1 else f"{plain}_{n}") not in taken)
