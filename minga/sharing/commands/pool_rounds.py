"""Rounds of a pool: planned, opened with the commitment in the same breath, closed by the clock, called off by two."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, select

from minga.identity import Actor
from minga.kit import lots
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.sealed import field_key
from minga.kit.text import clean_line
from minga.sharing.access.pools import locked_pool, pool_to_keep, round_to_change
from minga.sharing.commands.pools import ENDED, rule_of
from minga.sharing.events.pools import (
    RoundCancelAsked,
    RoundCancelled,
    RoundClosed,
    RoundOpened,
    RoundPlanned,
)
from minga.sharing.models.pools import Pool
from minga.sharing.models.rounds import PoolClaim, PoolRound, RoundSecret
from minga.sharing.rules.allocation.records import claims_root, row_of
from minga.sharing.rules.pools import ROUND_NOT, STOCK_MILLI_MAX, WHY_MAX, RoundDates, RoundState

OPEN_LEAST = timedelta(minutes=5)
OPEN_MOST = timedelta(days=366)
ONE_AT_A_TIME = N_("There is a round already. The next one can begin when it is shared out.")
CLOSES_WRONG = N_("It closes after it opened, at least five minutes and at most a year later.")
SUPPLY_WRONG = N_("Write how much is shared out, or leave it empty for all there is.")
SECOND_NEEDED = N_("You asked for it. Another keeper has to agree.")


def dates_of(found: PoolRound) -> RoundDates:
    """What its state follows from."""
    return RoundDates(
        found.opened_at is not None,
        found.closed_at is not None,
        found.allocated_at is not None,
        found.settled_at is not None,
        found.cancelled_at is not None,
    )


def state_of(found: PoolRound) -> RoundState:
    return dates_of(found).state


def plan_round(
    session: Session,
    actor: Actor,
    pool_id: Id,
    *,
    closes_at: datetime | None,
    opens_at: datetime | None = None,
    supply_milli: int | None = None,
    at: datetime,
) -> PoolRound:
    """Announce a round; without a day it opens now. A standing queue stays open until something arrives."""
    pool = pool_to_keep(session, actor, pool_id, at=at, lock=True)
    if pool.ended_at is not None:
        raise Conflict(ENDED, code="pool_ended")
    opens = max(opens_at or at, at)
    if not pool.standing or closes_at is not None:
        if closes_at is None or not OPEN_LEAST <= closes_at - opens <= OPEN_MOST:
            raise Invalid(CLOSES_WRONG, code="closes_invalid", fields={"closes": CLOSES_WRONG})
        if pool.standing:
            closes_at = None
    if supply_milli is not None and not 0 < supply_milli <= STOCK_MILLI_MAX:
        raise Invalid(SUPPLY_WRONG, code="supply_invalid", fields={"supply": SUPPLY_WRONG})
    _check_none_runs(session, pool)
    return begin_round(session, actor, pool, opens, closes_at, supply_milli, at=at)


def _check_none_runs(session: Session, pool: Pool) -> None:
    running = select(PoolRound.id).where(
        PoolRound.pool_id == pool.id, PoolRound.allocated_at.is_(None), PoolRound.cancelled_at.is_(None)
    )
    if session.scalar(running) is not None:
        raise Conflict(ONE_AT_A_TIME, code="round_state")


def begin_round(
    session: Session,
    actor: Actor,
    pool: Pool,
    opens_at: datetime,
    closes_at: datetime | None,
    supply_milli: int | None,
    *,
    at: datetime,
) -> PoolRound:
    """The next number of a pool that the caller holds; opened at once when its time has come."""
    last = session.scalar(select(func.max(PoolRound.n)).where(PoolRound.pool_id == pool.id))
    made = PoolRound(
        pool_id=pool.id,
        community_id=pool.community_id,
        n=(last or 0) + 1,
        rule_id=rule_of(session, pool.id).id,
        supply_milli=supply_milli,
        planned_at=at,
        planned_by_id=actor.person_id,
        opens_at=opens_at,
        closes_at=closes_at,
    )
    session.add(made)
    session.flush()
    planned = RoundPlanned(
        pool_id=pool.id, round_id=made.id, n=made.n, opens_at=opens_at, closes_at=closes_at
    )
    emit(session, actor, planned, community_id=pool.community_id, at=at)
    if opens_at <= at:
        _open(session, actor, made, at)
    return made


def _open(session: Session, actor: Actor, found: PoolRound, at: datetime) -> None:
    """The secret of the lot is drawn, and its hash published in the same transaction."""
    secret = secrets.token_bytes(lots.SECRET_BYTES)
    found.rule_id = rule_of(session, found.pool_id).id
    found.opened_at, found.commitment = at, lots.commitment(secret)
    sealed = field_key(session).seal(secret.hex(), f"pool_round {found.id}")
    session.add(RoundSecret(round_id=found.id, sealed=sealed))
    session.flush()
    opened = RoundOpened(
        pool_id=found.pool_id,
        round_id=found.id,
        n=found.n,
        closes_at=found.closes_at,
        commitment=found.commitment,
    )
    emit(session, actor, opened, community_id=found.community_id, at=at)


def open_due(session: Session, round_id: Id, *, at: datetime) -> None:
    """Open a planned round whose time has come; earlier, or opened meanwhile, nothing happens."""
    found = _held(session, round_id)
    if found is not None and state_of(found) is RoundState.PLANNED and found.opens_at <= at:
        _open(session, Actor.machine(), found, at)


def _held(session: Session, round_id: Id) -> PoolRound | None:
    found = session.get(PoolRound, round_id)
    if found is not None:
        locked_pool(session, found.pool_id)
        session.refresh(found)
    return found


def close_due(session: Session, round_id: Id, *, at: datetime) -> None:
    """Close a round whose time is over; earlier, or closed meanwhile, nothing happens."""
    found = _held(session, round_id)
    if (
        found is not None
        and state_of(found) is RoundState.OPEN
        and found.closes_at is not None
        and found.closes_at <= at
    ):
        close_now(session, Actor.machine(), found, at=at)


def close_now(session: Session, actor: Actor, found: PoolRound, *, at: datetime) -> None:
    """Nobody can claim any more; the hash over all claims is published."""
    rows = live_claims(session, found.id)
    root = claims_root(
        [row_of({"ticket": c.ticket, "band": c.band, "steps": c.steps, "wish": c.wish}) for c in rows]
    )
    found.closed_at, found.claims_root = at, root.hex()
    session.flush()
    closed = RoundClosed(pool_id=found.pool_id, round_id=found.id, n=found.n, claims_root=found.claims_root)
    emit(session, actor, closed, community_id=found.community_id, at=at)


def live_claims(session: Session, round_id: Id) -> list[PoolClaim]:
    """The claims of a round that were not withdrawn."""
    found = select(PoolClaim).where(PoolClaim.round_id == round_id, PoolClaim.withdrawn_at.is_(None))
    return list(session.scalars(found.order_by(PoolClaim.line)))


def cancel_round(session: Session, actor: Actor, pool_id: Id, n: int, why: str, *, at: datetime) -> PoolRound:
    """Call a round off before it is shared out: one keeper asks with a reason, another agrees."""
    seen = round_to_change(session, actor, pool_id, n, at=at, keeping=True)
    found = seen.round
    if state_of(found) is RoundState.CANCELLED:
        return found
    if state_of(found) not in (RoundState.PLANNED, RoundState.OPEN, RoundState.CLOSED):
        raise Conflict(ROUND_NOT, code="round_state")
    if found.cancel_asked_by_id is None:
        found.cancel_why = clean_line(why, WHY_MAX, field="why", required=True)
        found.cancel_asked_by_id = actor.person_id
        asked = RoundCancelAsked(pool_id=found.pool_id, round_id=found.id, n=found.n)
        emit(session, actor, asked, community_id=found.community_id, at=at)
        return found
    if found.cancel_asked_by_id == actor.person_id:
        raise Conflict(SECOND_NEEDED, code="second_needed")
    found.cancelled_by_id, found.cancelled_at = actor.person_id, at
    session.flush()
    over = RoundCancelled(pool_id=found.pool_id, round_id=found.id, n=found.n)
    emit(session, actor, over, community_id=found.community_id, at=at)
    return found
