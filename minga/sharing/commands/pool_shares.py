"""Shares: accepted, declined, lapsed to the next of the same order, picked up or not. None commits."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.sharing.access.pools import locked_pool, share_to_answer, share_to_keep
from minga.sharing.commands.pool_allocating import carry, offer, settle_if_done, tell_offers
from minga.sharing.commands.pool_rounds import live_claims
from minga.sharing.commands.pool_stock import move
from minga.sharing.events.pools import (
    ClaimEvent,
    ShareAccepted,
    ShareLapsed,
    ShareMissed,
    ShareRefused,
    ShareTaken,
)
from minga.sharing.models.pools import Pool, PoolAccount, PoolRule
from minga.sharing.models.rounds import PoolClaim, PoolRound, PoolShare
from minga.sharing.queries.pool_times import times_given
from minga.sharing.rules.allocation.names import UNIT_RULES
from minga.sharing.rules.allocation.records import claimed_again, wished
from minga.sharing.rules.allocation.things import assign
from minga.sharing.rules.allocation.units import share_out
from minga.sharing.rules.pools import SHARE_OVER, TURNS_MAX, StockWhy

NOT_ACCEPTED = N_("Only what was accepted is handed out.")


def accept_share(session: Session, actor: Actor, share_id: Id, *, at: datetime) -> PoolShare:
    """Yes, I take it. Twice is one yes; after its time the share is with the next."""
    share = share_to_answer(session, actor, share_id, at=at)
    if share.accepted_at is None:
        _check_waits(share, at)
        share.accepted_at, share.answered_by_id = at, actor.person_id
        session.get_one(PoolAccount, share.account_id).last_at = at
        found = session.get_one(PoolRound, share.round_id)
        _tell(session, actor, share, found, ShareAccepted, at)
        settle_if_done(session, actor, found, at=at)
    return share


def refuse_share(session: Session, actor: Actor, share_id: Id, *, at: datetime) -> PoolShare:
    """No, thank you: it costs nothing, and the share goes to the next. Twice is one no."""
    share = share_to_answer(session, actor, share_id, at=at)
    if share.refused_at is None:
        _check_waits(share, at)
        share.refused_at, share.answered_by_id = at, actor.person_id
        found = session.get_one(PoolRound, share.round_id)
        _tell(session, actor, share, found, ShareRefused, at)
        _pass_on(session, actor, share, found, at)
    return share


def lapse_shares(session: Session, round_id: Id, *, at: datetime) -> None:
    """Whoever did not answer in time lets it pass; earlier, nothing happens."""
    found = session.get(PoolRound, round_id)
    if found is None or found.allocated_at is None:
        return
    locked_pool(session, found.pool_id)
    session.refresh(found)
    late = session.scalars(
        select(PoolShare)
        .where(
            PoolShare.round_id == round_id,
            PoolShare.accepted_at.is_(None),
            PoolShare.refused_at.is_(None),
            PoolShare.lapsed_at.is_(None),
            PoolShare.answer_by_at <= at,
        )
        .order_by(PoolShare.id)
        .execution_options(populate_existing=True)
    )
    machine = Actor.machine()
    for share in list(late):
        share.lapsed_at = at
        _tell(session, machine, share, found, ShareLapsed, at)
        _pass_on(session, machine, share, found, at)


def _check_waits(share: PoolShare, at: datetime) -> None:
    over = share.accepted_at or share.refused_at or share.lapsed_at
    if over is not None or share.answer_by_at <= at:
        raise Conflict(SHARE_OVER, code="share_lapsed")


def _tell(
    session: Session,
    actor: Actor,
    share: PoolShare,
    found: PoolRound,
    kind: type[ClaimEvent],
    at: datetime,
    **more: Any,
) -> None:
    session.flush()
    told = kind(
        pool_id=share.pool_id,
        round_id=share.round_id,
        n=found.n,
        claimant_id=share.person_id,
        claim_id=share.claim_id,
        share_id=share.id,  # type: ignore[call-arg]
        **more,
    )
    emit(session, actor, told, community_id=share.community_id, person_id=share.person_id, at=at)


def _pass_on(session: Session, actor: Actor, share: PoolShare, found: PoolRound, at: datetime) -> None:
    """The next by the same rule and the same lot; after three turns, or when nobody wants it, it is stock again."""
    pool = session.get_one(Pool, share.pool_id)
    rule = session.get_one(PoolRule, found.rule_id)
    placed = 0
    if share.turn < TURNS_MAX:
        answer_by = at + timedelta(hours=pool.answer_hours)
        new = list[PoolShare]()
        for claim, steps, given in _next(session, pool, rule, found, share):
            new.append(offer(session, claim, found, steps, given, share.turn + 1, answer_by, at))
            placed += steps
        tell_offers(session, actor, pool, found, new, at)
    if placed < share.steps and rule.rule in UNIT_RULES:
        back = (share.steps - placed) * pool.step_milli
        move(session, actor, pool, back, StockWhy.RETURNED, at=at, round_id=found.id)
    if pool.standing:
        _keep_place(session, pool, share)
    settle_if_done(session, actor, found, at=at)


def _next(
    session: Session, pool: Pool, rule: PoolRule, found: PoolRound, share: PoolShare
) -> list[tuple[PoolClaim, int, list[Any] | None]]:
    """Who gets what was let pass: everybody's rest of a wish, without those who let something pass in this round."""
    shares = list(session.scalars(select(PoolShare).where(PoolShare.round_id == found.id)))
    passed = {one.claim_id for one in shares if one.refused_at or one.lapsed_at or one.missed_at}
    has: dict[Id, int] = {}
    for one in shares:
        if one.claim_id not in passed:
            has[one.claim_id] = has.get(one.claim_id, 0) + one.steps
    claims = [one for one in live_claims(session, found.id) if one.id not in passed and one.seen]
    by_line = {one.line: one for one in claims}
    seed = bytes.fromhex(found.seed or "")
    if rule.rule in UNIT_RULES:
        wanted = [claimed_again(one.seen or {}, has.get(one.id, 0)) for one in claims]
        shared = share_out(
            rule.rule,
            rule.parameters,
            supply=share.steps,
            claims=[one for one in wanted if one.steps],
            seed=seed,
            essential=pool.essential,
        )
        return [(by_line[line], steps, None) for line, steps in sorted(shared.shares.items()) if steps]
    waiting = [one for one in claims if one.id not in has]
    live = [one for one in shares if one.claim_id not in passed and one.given]
    slots = rule.rule.value == "windows"
    again = assign(
        rule.rule,
        rule.parameters,
        things=(found.result or {}).get("things", {}) if slots else dict.fromkeys(share.given or (), 1),
        claims=[wished(one.line, one.band, one.wish or {}) for one in waiting],
        seed=seed,
        taken=[
            *((int(one.given[0]), int(one.given[1])) for one in live if one.given),
            *times_given(session, pool.id, without_round=found.id),
        ]
        if slots
        else (),
    )
    return [(by_line[line], 1, given) for line, given in again.given.items() if given]


def _keep_place(session: Session, pool: Pool, share: PoolShare) -> None:
    """In a standing queue whoever lets something pass keeps the place for the next thing."""
    open_now = session.scalar(
        select(PoolRound).where(
            PoolRound.pool_id == pool.id, PoolRound.closed_at.is_(None), PoolRound.cancelled_at.is_(None)
        )
    )
    claim = session.get_one(PoolClaim, share.claim_id)
    if open_now is None:
        return
    there = select(PoolClaim.id).where(
        PoolClaim.round_id == open_now.id,
        PoolClaim.account_id == claim.account_id,
        PoolClaim.withdrawn_at.is_(None),
    )
    if session.scalar(there) is None:
        carry(session, claim, open_now)


def hand_out(session: Session, actor: Actor, share_id: Id, *, at: datetime) -> PoolShare:
    """A keeper says that it was picked up. Twice is once."""
    share = share_to_keep(session, actor, share_id, at=at)
    if share.accepted_at is None or share.missed_at is not None:
        raise Conflict(NOT_ACCEPTED, code="round_state")
    if share.taken_at is None:
        share.taken_at = at
        _tell(session, actor, share, session.get_one(PoolRound, share.round_id), ShareTaken, at)
    return share


def not_picked_up(session: Session, actor: Actor, share_id: Id, *, at: datetime) -> PoolShare:
    """A keeper says that nobody came: it is stock again. Twice in a row without a word counts as received."""
    share = share_to_keep(session, actor, share_id, at=at)
    if share.accepted_at is None or share.taken_at is not None:
        raise Conflict(NOT_ACCEPTED, code="round_state")
    if share.missed_at is not None:
        return share
    before = session.scalar(
        select(PoolShare)
        .where(
            PoolShare.account_id == share.account_id,
            PoolShare.accepted_at.is_not(None),
            PoolShare.id != share.id,
            PoolShare.offered_at < share.offered_at,
        )
        .order_by(PoolShare.offered_at.desc(), PoolShare.id.desc())
        .limit(1)
    )
    share.missed_at = at
    share.counts = before is not None and before.missed_at is not None
    found = session.get_one(PoolRound, share.round_id)
    pool = session.get_one(Pool, share.pool_id)
    if session.get_one(PoolRule, found.rule_id).rule in UNIT_RULES:
        back = share.steps * pool.step_milli
        move(session, actor, pool, back, StockWhy.RETURNED, at=at, round_id=found.id)
    _tell(session, actor, share, found, ShareMissed, at, counted=share.counts)
    return share
