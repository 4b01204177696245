"""The rules as SQL, for lists of this and every higher domain."""

from datetime import datetime

from sqlalchemy import Select, false, select

from minga.communities.access import agreed, reach
from minga.communities.models import Community, Lineage, Membership, Role, RoleCapability
from minga.communities.rules import Capability, capability, scopes_allow
from minga.communities.rules.standing import is_fresh
from minga.identity import Actor


def communities_of(actor: Actor) -> Select[str]:
    """The communities an actor lives in, as a subquery for other domains' filters."""
    if not actor.signed_in:
        return select(Membership.community_id).where(false()).correlate(None)
    return (
        select(Membership.community_id)
        .join(Lineage, (Lineage.community_id == Membership.community_id) & (Lineage.steps == 0))
        .where(reach.is_theirs(actor), reach.is_within_token(actor), reach.is_unlocked(actor))
        .correlate(None)
    )


def communities_where(actor: Actor, name: str, *, at: datetime, seconded: bool = False) -> Select[str]:
    """The communities in which `may(…, name)` says yes, by the same rules."""
    wanted = capability(name)
    found = (
        select(Lineage.community_id)
        .join(Membership, reach.reaches())
        .join(Role, reach.is_held(at))
        .join(RoleCapability, reach.is_in_force(at))
        .join(Community, Community.id == Lineage.community_id)
        .where(
            reach.is_theirs(actor),
            reach.is_within_token(actor),
            reach.is_unlocked(actor),
            RoleCapability.capability == name,
        )
        .correlate(None)
    )
    if not _possible(actor, wanted, at=at, seconded=seconded):
        return found.where(false())
    if not wanted.reads:
        found = found.where(~reach.is_resting(), ~agreed.is_unsettled(at), Community.paused_at.is_(None))
    if not wanted.stays:
        found = found.where(Community.archived_at.is_(None))
    return found


def _possible(actor: Actor, wanted: Capability, *, at: datetime, seconded: bool) -> bool:
    """What does not depend on the community."""
    return (
        actor.signed_in
        and scopes_allow(actor.token_scopes, wanted)
        and not wanted.decided
        and (seconded or not wanted.seconded)
        and (not wanted.confirmed or is_fresh(actor.confirmed_at, at))
    )
