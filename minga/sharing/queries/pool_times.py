"""The times of a pool that were given already: obstacles of the next round, told without names before somebody asks."""

from datetime import datetime

from sqlalchemy import select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.access.pools import pool_to_see
from minga.sharing.models.rounds import PoolShare

SHARES_MAX = 2_000
SHOWN_MAX = 20
Window = tuple[int, int]


def times_given(session: Session, pool_id: Id, *, without_round: Id = "") -> list[Window]:
    """Windows in minutes since 1970 of shares that were neither let pass nor lapsed nor missed; in their order.

    Internal: whoever calls has let the actor see the pool, or shares out.
    """
    rows = session.scalars(
        select(PoolShare.given)
        .where(
            PoolShare.pool_id == pool_id,
            PoolShare.round_id != without_round,
            PoolShare.refused_at.is_(None),
            PoolShare.lapsed_at.is_(None),
            PoolShare.missed_at.is_(None),
        )
        .order_by(PoolShare.id.desc())
        .limit(SHARES_MAX)
    )
    return sorted((int(given[0]), int(given[1])) for given in rows if given)


def times_to_come(session: Session, actor: Actor, pool_id: Id, *, at: datetime) -> list[Window]:
    """Those that are not over yet, the next ones first, for those who see the pool."""
    pool_to_see(session, actor, pool_id, at=at)
    now = int(at.timestamp()) // 60
    return [one for one in times_given(session, pool_id) if one[1] > now][:SHOWN_MAX]
