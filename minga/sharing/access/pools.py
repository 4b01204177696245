"""Who sees a pool, who keeps it, and whose claim or share something is. Others' claims are nobody's to see."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from minga.communities.access import (
    About,
    communities_where,
    may,
    register_capability,
    reportable,
    require,
)
from minga.communities.rules import Capability
from minga.identity import Actor
from minga.kit import refs
from minga.kit.db import Session
from minga.kit.errors import Forbidden, NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.sharing.access.asks import may_write
from minga.sharing.models.pools import Pool, PoolGift
from minga.sharing.models.rounds import PoolClaim, PoolRound, PoolShare

KEEPERS = ("steward", "storekeeper")
ROUNDS_BEYOND = 10**9
"""A number that no round reaches."""
register_capability(
    Capability(
        name="pool.found", sentence=N_("Found a pool and say by which rule it is shared."), roles=KEEPERS
    )
)
register_capability(
    Capability(
        name="pool.allocate",
        sentence=N_("Keep a pool: its stock, its rounds, claims for others, what is handed out."),
        roles=KEEPERS,
    )
)


def visible_pools(actor: Actor, *, at: datetime) -> Select[str]:
    """The pools of the communities whose sharing the actor sees."""
    return select(Pool.id).where(Pool.community_id.in_(communities_where(actor, "listing.see", at=at)))


def pool_to_see(session: Session, actor: Actor, pool_id: Id, *, at: datetime) -> Pool:
    """The pool, for whoever sees what its community shares; a stranger learns nothing."""
    found = session.get(Pool, parse_id(pool_id))
    if found is None or not may(session, actor, "listing.see", found.community_id, at=at):
        raise NotFound()
    return found


def keeps(session: Session, actor: Actor, pool: Pool, *, at: datetime) -> bool:
    """Whether the actor keeps this pool, and so reads bands and words."""
    return bool(may(session, actor, "pool.allocate", pool.community_id, at=at))


def pool_to_keep(session: Session, actor: Actor, pool_id: Id, *, at: datetime, lock: bool = False) -> Pool:
    """The pool, for its keepers; with `lock` held until the unit ends."""
    found = pool_to_see(session, actor, pool_id, at=at)
    require(session, actor, "pool.allocate", found.community_id, at=at)
    return locked_pool(session, found.id) if lock else found


def locked_pool(session: Session, pool_id: Id) -> Pool:
    """The pool as it is now, held until the unit ends: whoever moves its stock or shares it out does so alone."""
    return session.scalars(
        select(Pool).where(Pool.id == pool_id).with_for_update().execution_options(populate_existing=True)
    ).one()


@dataclass(frozen=True, slots=True)
class Seen:
    """A round with its pool."""

    pool: Pool
    round: PoolRound


def round_to_see(session: Session, actor: Actor, pool_id: Id, n: int, *, at: datetime) -> Seen:
    """The round of that number, for whoever sees the pool."""
    pool = pool_to_see(session, actor, pool_id, at=at)
    if not 0 < n < ROUNDS_BEYOND:
        raise NotFound()
    found = session.scalar(select(PoolRound).where(PoolRound.pool_id == pool.id, PoolRound.n == n))
    if found is None:
        raise NotFound()
    return Seen(pool, found)


def round_to_change(
    session: Session, actor: Actor, pool_id: Id, n: int, *, at: datetime, keeping: bool = False
) -> Seen:
    """The round as it is now, its pool held until the unit ends; `keeping`: for keepers only."""
    seen = round_to_see(session, actor, pool_id, n, at=at)
    if keeping:
        require(session, actor, "pool.allocate", seen.pool.community_id, at=at)
    pool = locked_pool(session, seen.pool.id)
    session.refresh(seen.round)
    return Seen(pool, seen.round)


def share_to_answer(session: Session, actor: Actor, share_id: Id, *, at: datetime) -> PoolShare:
    """One's own share, or one that a keeper answers for somebody; the pool is held until the unit ends."""
    found = session.get(PoolShare, parse_id(share_id))
    if found is None or not actor.signed_in:
        raise NotFound()
    pool = pool_to_see(session, actor, found.pool_id, at=at)
    if found.person_id != actor.person_id and not keeps(session, actor, pool, at=at):
        raise NotFound()
    may_write(actor)
    locked_pool(session, pool.id)
    session.refresh(found)
    return found


def share_to_keep(session: Session, actor: Actor, share_id: Id, *, at: datetime) -> PoolShare:
    """A share, for the keepers who hand it out."""
    found = share_to_answer(session, actor, share_id, at=at)
    require(session, actor, "pool.allocate", found.community_id, at=at)
    return found


def gift_to_take_in(session: Session, actor: Actor, gift_id: Id, *, at: datetime) -> PoolGift:
    """A gift on its way, for the keepers who say whether it is there."""
    found = session.get(PoolGift, parse_id(gift_id))
    if found is None:
        raise NotFound()
    pool_to_keep(session, actor, found.pool_id, at=at, lock=True)
    session.refresh(found)
    return found


def share_to_see(session: Session, actor: Actor, share_id: Id, *, at: datetime) -> PoolShare:
    """A share, for whose it is and for the keepers of its pool."""
    found = session.get(PoolShare, parse_id(share_id))
    if found is None or not actor.signed_in:
        raise NotFound()
    pool = pool_to_see(session, actor, found.pool_id, at=at)
    if found.person_id != actor.person_id and not keeps(session, actor, pool, at=at):
        raise NotFound()
    return found


def _round_by_id(session: Session, actor: Actor, round_id: Id, *, at: datetime) -> PoolRound:
    found = session.get(PoolRound, parse_id(round_id))
    if found is None:
        raise NotFound()
    pool_to_see(session, actor, found.pool_id, at=at)
    return found


def own_claims(actor: Actor) -> Select[str]:
    """The claims whose person the actor is."""
    return select(PoolClaim.id).where(PoolClaim.person_id == actor.person_id)


NOT_ELIGIBLE = N_("Only full members claim from this pool. Your trial has to be over.")


def refuse_trial() -> Forbidden:
    return Forbidden(NOT_ELIGIBLE, code="not_eligible")


def _about(session: Session, pool_id: Id) -> About | None:
    found = session.get(Pool, pool_id)
    return About(found.community_id, None, found.name) if found else None


reportable("pool", word=N_("A pool"), about=_about)
refs.register("pool", see=pool_to_see, address=lambda pool_id: f"/pools/{pool_id}")
refs.register("pool_round", see=_round_by_id)
refs.register("pool_share", see=share_to_see, address=lambda share_id: f"/shares/{share_id}")
