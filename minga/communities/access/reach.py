"""The one source of rights: which memberships, through which roles, reach which communities with which capabilities.

Lists (`filters`) and single checks (`places`, `decisions`) are built from these conditions, so they cannot disagree.
Every inner question names what it is about (`correlate`), so that these conditions fit into any statement.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, or_, select, true

from minga.communities.models import Lineage, Membership, Pause, Role, RoleCapability, RoleGrant
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.ids import Id


def is_theirs(actor: Actor) -> ColumnElement[bool]:
    """Live memberships of the actor's person."""
    return and_(Membership.person_id == actor.person_id, is_live())


def is_live() -> ColumnElement[bool]:
    """Memberships that let somebody in; stewards' pauses close them, one's own rest does not."""
    closed = (
        exists()
        .where(Pause.membership_id == Membership.id, Pause.ended_at.is_(None), Pause.by_self.is_(False))
        .correlate(Membership)
    )
    suspended = (
        exists()
        .where(
            Person.id == Membership.person_id,
            or_(Person.suspended_at.is_not(None), Person.erased_at.is_not(None)),
        )
        .correlate(Membership)
    )
    return and_(Membership.ended_on.is_(None), ~closed, ~suspended)


def is_resting() -> ColumnElement[bool]:
    """The membership has an open pause."""
    return (
        exists().where(Pause.membership_id == Membership.id, Pause.ended_at.is_(None)).correlate(Membership)
    )


def is_on_trial(at: datetime) -> ColumnElement[bool]:
    """The membership is still on trial."""
    return and_(
        Membership.full_on.is_(None), Membership.trial_ends_at.is_not(None), Membership.trial_ends_at > at
    )


def reaches() -> ColumnElement[bool]:
    """A membership reaches its own community and those below it, down to the first quiet one."""
    return and_(
        Lineage.above_id == Membership.community_id, or_(Lineage.steps == 0, Lineage.roles_reach.is_(True))
    )


def is_held(at: datetime) -> ColumnElement[bool]:
    """The role comes with the membership's standing (in its own community only), or was granted and still runs.

    Guests hold theirs alone, and none once their stay is over.
    """
    guest = Membership.guest_until_at.is_not(None)
    by_standing = and_(
        Role.built_in.is_(True),
        Lineage.steps == 0,
        Role.key == case((guest, "guest"), (is_on_trial(at), "trial"), else_="member"),
        or_(~guest, Membership.guest_until_at > at),
    )
    return and_(
        Role.community_id == Membership.community_id,
        Role.ended_at.is_(None),
        or_(by_standing, and_(Role.built_in.is_(False), ~guest, holds_by_grant(at))),
    )


def holds_by_grant(at: datetime) -> ColumnElement[bool]:
    """The membership was given the role, for a term that runs now."""
    return (
        exists()
        .where(
            RoleGrant.role_id == Role.id,
            RoleGrant.membership_id == Membership.id,
            RoleGrant.ended_at.is_(None),
            RoleGrant.since_at <= at,
            or_(RoleGrant.until_at.is_(None), RoleGrant.until_at > at),
        )
        .correlate(Role, Membership)
    )


def is_in_force(at: datetime) -> ColumnElement[bool]:
    """The role has the capability at this moment."""
    return and_(
        RoleCapability.role_id == Role.id,
        RoleCapability.since_at <= at,
        or_(RoleCapability.until_at.is_(None), RoleCapability.until_at > at),
    )


def is_within_token(actor: Actor) -> ColumnElement[bool]:
    """A token that is limited to one community reaches that one and what lies below it."""
    if actor.token_community_id is None:
        return true()
    below = select(Lineage.community_id).where(Lineage.above_id == actor.token_community_id).correlate(None)
    return Lineage.community_id.in_(below.scalar_subquery())


def is_unlocked(actor: Actor) -> ColumnElement[bool]:
    """The community knows the device of this sign-in, or does not ask."""
    return Lineage.community_id.not_in(tuple(actor.locked)) if actor.locked else true()


def anybody(*, within: bool = False) -> Actor:
    """An actor of names instead of ids, for statements that are put together once; `given` fills them in.

    What is locked for a device is not among them: whoever asks such a statement takes `actor.locked` away again.
    """
    me: Any = bindparam("me")
    community: Any = bindparam("within") if within else None
    return Actor(me, token_community_id=community)


def given(actor: Actor) -> dict[str, Id | None]:
    """What `anybody` stands for in the case of this actor."""
    return {"me": actor.person_id, "within": actor.token_community_id}
