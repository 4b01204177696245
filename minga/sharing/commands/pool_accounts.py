"""Accounts of a pool: whose they are, how many heads, what was received within the window, and people of one household."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, update

from minga.communities.access import standing_of
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid, NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.sharing.access.pools import pool_to_keep
from minga.sharing.models.pools import Pool, PoolAccount, PoolSeat
from minga.sharing.models.rounds import PoolClaim, PoolRound, PoolShare
from minga.sharing.rules.pools import HEADS_MAX, WeightBy

HEADS_WRONG = N_("From 1 to 20 people.")
BOTH_CLAIM = N_("Both have a claim in the round that is under way. One of them has to be withdrawn first.")


def weight_of(pool: Pool, account: PoolAccount) -> int:
    """How many heads an account counts as."""
    return account.heads if pool.weight_by is WeightBy.HOUSEHOLD else 1


def account_for(
    session: Session, pool: Pool, person_id: Id, heads: int | None, *, at: datetime, keeper: bool = False
) -> PoolAccount:
    """The account of a person, opened with the first claim. Later only keepers say another number of heads."""
    if heads is not None and not 1 <= heads <= HEADS_MAX:
        raise Invalid(HEADS_WRONG, code="heads_invalid", fields={"heads": HEADS_WRONG})
    seat = session.get(PoolSeat, (pool.id, person_id))
    if seat is not None:
        found = session.get_one(PoolAccount, seat.account_id)
        if keeper and heads is not None:
            found.heads = heads
        return found
    made = PoolAccount(pool_id=pool.id, heads=heads or 1, opened_at=at)
    made.start_steps = _least(session, pool, weight_of(pool, made), at)
    session.add(made)
    session.flush()
    session.add(PoolSeat(pool_id=pool.id, person_id=person_id, account_id=made.id))
    session.flush()
    return made


def _least(session: Session, pool: Pool, weight: int, at: datetime) -> int:
    """Where a newcomer starts: at the least that anybody active within the window received per head."""
    since = at - timedelta(days=pool.window_days)
    active = list(
        session.scalars(
            select(PoolAccount)
            .where(
                PoolAccount.pool_id == pool.id,
                PoolAccount.id.in_(
                    select(PoolClaim.account_id).where(
                        PoolClaim.pool_id == pool.id,
                        PoolClaim.made_at > since,
                        PoolClaim.withdrawn_at.is_(None),
                    )
                ),
            )
            .order_by(PoolAccount.id)
        )
    )
    got = received(session, pool, active, at=at)
    return min((got[one.id] * weight // weight_of(pool, one) for one in active), default=0)


def received(session: Session, pool: Pool, accounts: Iterable[PoolAccount], *, at: datetime) -> dict[Id, int]:
    """Steps that each account received within the window, with where it started; time leaves it behind."""
    since = at - timedelta(days=pool.window_days)
    summed = (
        select(PoolShare.account_id, func.sum(PoolShare.steps))
        .where(PoolShare.pool_id == pool.id, PoolShare.accepted_at > since, PoolShare.counts)
        .group_by(PoolShare.account_id)
    )
    got = {account_id: int(steps) for account_id, steps in session.execute(summed)}
    return {
        one.id: got.get(one.id, 0) + (one.start_steps if one.opened_at > since else 0) for one in accounts
    }


def join_households(
    session: Session, actor: Actor, pool_id: Id, person_id: Id, with_id: Id, heads: int, *, at: datetime
) -> PoolAccount:
    """A keeper says that two people live together: one account, one claim, what both received counts for both."""
    pool = pool_to_keep(session, actor, pool_id, at=at, lock=True)
    for one in (person_id, with_id):
        if standing_of(session, Actor(one), pool.community_id, at=at) is None:
            raise NotFound()
    kept = account_for(session, pool, with_id, heads, at=at, keeper=True)
    moved = account_for(session, pool, person_id, None, at=at)
    if moved.id == kept.id:
        return kept
    both = select(func.count()).where(
        PoolClaim.account_id.in_((kept.id, moved.id)),
        PoolClaim.withdrawn_at.is_(None),
        PoolClaim.round_id.in_(
            select(PoolRound.id).where(
                PoolRound.pool_id == pool.id,
                PoolRound.settled_at.is_(None),
                PoolRound.cancelled_at.is_(None),
            )
        ),
    )
    if (session.scalar(both) or 0) > 1:
        raise Conflict(BOTH_CLAIM, code="claim_exists")
    ended = select(PoolRound.id).where(PoolRound.pool_id == pool.id)
    for table in (PoolShare, PoolClaim):
        session.execute(
            update(table)
            .where(table.account_id == moved.id, table.round_id.in_(ended), _no_clash(table, kept.id))
            .values(account_id=kept.id)
            .execution_options(synchronize_session=False)
        )
    session.execute(
        update(PoolSeat)
        .where(PoolSeat.account_id == moved.id)
        .values(account_id=kept.id)
        .execution_options(synchronize_session=False)
    )
    kept.start_steps += moved.start_steps
    kept.last_at = max((one for one in (kept.last_at, moved.last_at) if one), default=None)
    session.flush()
    session.expire_all()
    return session.get_one(PoolAccount, kept.id)


def _no_clash(table: type[PoolShare] | type[PoolClaim], kept_id: Id) -> ColumnElement[bool]:
    """A claim of an earlier round stays where it is when the other account had one in the same round too."""
    if table is PoolShare:
        return PoolShare.steps > 0
    taken = select(PoolClaim.round_id).where(
        PoolClaim.account_id == kept_id, PoolClaim.withdrawn_at.is_(None)
    )
    return PoolClaim.round_id.not_in(taken.correlate(None))
