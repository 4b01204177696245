"""Sharing a round out: seed revealed, shares and explanations written, stock moved, offers sent, all in one transaction."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict
from minga.kit.events import Event, emit, emit_all
from minga.kit.ids import Id
from minga.kit.sealed import field_key
from minga.sharing.access.pools import locked_pool, round_to_change
from minga.sharing.commands.pool_accounts import received, weight_of
from minga.sharing.commands.pool_rounds import begin_round, close_now, live_claims, state_of
from minga.sharing.commands.pool_stock import move, stock_milli
from minga.sharing.commands.pools import things_of
from minga.sharing.events.pools import RoundAllocated, RoundSettled, ShareOffered
from minga.sharing.models.pools import Pool, PoolAccount, PoolRule
from minga.sharing.models.rounds import PoolClaim, PoolRound, PoolShare, RoundSecret
from minga.sharing.queries.pool_terms import minutes_of, terms_of, winners_of_last
from minga.sharing.queries.pool_times import times_given
from minga.sharing.rules.allocation.explaining import explain, explain_thing, places_of
from minga.sharing.rules.allocation.names import UNIT_RULES, Rule
from minga.sharing.rules.allocation.points import NOTHING
from minga.sharing.rules.allocation.records import as_row, line_of, seed_of, wished
from minga.sharing.rules.allocation.things import assign
from minga.sharing.rules.allocation.units import Claimed, share_out
from minga.sharing.rules.pools import ROUND_NOT, RoundState, StockWhy


@dataclass(frozen=True, slots=True)
class Given:
    """What a rule said: steps and things per line, the parts for the record, an explanation per line."""

    steps: dict[str, int]
    things: dict[str, list[Any]]
    parts: list[dict[str, Any]]
    explanations: dict[str, dict[str, Any]]
    rows: dict[str, dict[str, Any]]
    more: dict[str, Any]


def allocate(session: Session, actor: Actor, pool_id: Id, n: int, *, at: datetime) -> PoolRound:
    """A keeper shares a round out that the clock has closed. Twice is refused: one allocation wins."""
    seen = round_to_change(session, actor, pool_id, n, at=at, keeping=True)
    found, pool = seen.round, seen.pool
    over = found.closes_at is not None and found.closes_at <= at
    if state_of(found) is RoundState.OPEN and (over or pool.standing):
        close_now(session, actor, found, at=at)
    if state_of(found) is not RoundState.CLOSED:
        raise Conflict(ROUND_NOT, code="round_state")
    _allocate(session, actor, pool, found, at)
    return found


def allocate_due(session: Session, round_id: Id, *, at: datetime) -> bool:
    """Share out a round that is closed; shared out meanwhile, nothing happens. Answers whether it was done now."""
    found = session.get(PoolRound, round_id)
    if found is None:
        return False
    pool = locked_pool(session, found.pool_id)
    session.refresh(found)
    if state_of(found) is not RoundState.CLOSED:
        return False
    _allocate(session, Actor.machine(), pool, found, at)
    return True


def _allocate(session: Session, actor: Actor, pool: Pool, found: PoolRound, at: datetime) -> None:
    rule = session.get_one(PoolRule, found.rule_id)
    secret = _reveal(session, found)
    seed = seed_of(found.id, bytes.fromhex(found.claims_root or ""), secret)
    claims = live_claims(session, found.id)
    supply = _supply(session, pool, found)
    given = given_by(session, pool, found, rule, claims, supply, seed, at=at)
    found.allocated_at, found.secret, found.seed, found.supply = at, secret.hex(), seed.hex(), supply
    found.result = {"parts": given.parts, **given.more}
    for one in claims:
        one.seen, one.explanation = given.rows[one.line], given.explanations[one.line]
    answer_by = at + timedelta(hours=pool.answer_hours)
    session.flush()
    shares = [
        offer(session, one, found, given.steps[one.line], given.things.get(one.line), 1, answer_by, at)
        for one in claims
        if given.steps[one.line]
    ]
    _move_out(session, actor, pool, found, given, at)
    told = RoundAllocated(
        pool_id=pool.id,
        round_id=found.id,
        n=found.n,
        seed=found.seed,
        supply=supply,
        answer_by_at=answer_by,
    )
    emit(session, actor, told, community_id=pool.community_id, at=at)
    tell_offers(session, actor, pool, found, shares, at)
    settle_if_done(session, actor, found, at=at)
    if pool.standing and pool.ended_at is None:
        _carry_on(session, actor, pool, [one for one in claims if not given.steps[one.line]], at)


def _reveal(session: Session, found: PoolRound) -> bytes:
    kept = session.get_one(RoundSecret, found.id)
    secret = bytes.fromhex(field_key(session).open(kept.sealed, f"pool_round {found.id}"))
    session.delete(kept)
    return secret


def _supply(session: Session, pool: Pool, found: PoolRound) -> int:
    """Whole steps that are there to share out, or the number of things that differ."""
    rule = session.get_one(PoolRule, found.rule_id).rule
    if rule not in UNIT_RULES:
        return len(things_of(session, pool.id))
    there = stock_milli(session, pool.id)
    wanted = there if found.supply_milli is None else min(found.supply_milli, there)
    return wanted // pool.step_milli


def _move_out(
    session: Session, actor: Actor, pool: Pool, found: PoolRound, given: Given, at: datetime
) -> None:
    out = sum(given.steps.values()) * pool.step_milli
    if out and not given.things:
        move(session, actor, pool, -out, StockWhy.ALLOCATED, at=at, round_id=found.id)


def given_by(
    session: Session,
    pool: Pool,
    found: PoolRound,
    rule: PoolRule,
    claims: Sequence[PoolClaim],
    supply: int,
    seed: bytes,
    *,
    at: datetime,
) -> Given:
    """What the rule gives to these claims."""
    if rule.rule in UNIT_RULES:
        return _units(session, pool, rule, claims, supply, seed, at)
    return _things(session, pool, rule, claims, seed)


def _units(
    session: Session,
    pool: Pool,
    rule: PoolRule,
    claims: Sequence[PoolClaim],
    supply: int,
    seed: bytes,
    at: datetime,
) -> Given:
    wanted = claimed_of(session, pool, rule, claims, at=at)
    shared = share_out(
        rule.rule, rule.parameters, supply=supply, claims=wanted, seed=seed, essential=pool.essential
    )
    places = places_of(shared)
    explanations = {
        one.id: explain(
            one,
            rule=rule.rule,
            version=rule.version,
            parameters=rule.parameters,
            shared=shared,
            places=places,
            claims=len(wanted),
            claimed=sum(other.steps for other in wanted),
            supply=supply,
            essential=pool.essential,
        )
        for one in wanted
    }
    tickets = {one.line: one for one in claims}
    for line, told in explanations.items():
        told["claim"]["asked"] = tickets[line].steps
    rows = {one.id: as_row(one, tickets[one.id].ticket, tickets[one.id].steps) for one in wanted}
    parts = [
        {
            "rule": part.rule.value,
            "supply": part.supply,
            "context": part.context,
            "order": list(part.order),
            "levels": [[cut.band, *map(str, cut.level)] for cut in part.cuts],
        }
        for part in shared.parts
    ]
    return Given(dict(shared.shares), {}, parts, explanations, rows, {})


def claimed_of(
    session: Session,
    pool: Pool,
    rule: PoolRule,
    claims: Sequence[PoolClaim],
    *,
    at: datetime,
) -> list[Claimed]:
    """The claims as the rule sees them: heads, accounts, and only for its own rule points or hours."""
    accounts = {
        one.id: one
        for one in session.scalars(
            select(PoolAccount).where(PoolAccount.id.in_({claim.account_id for claim in claims}))
        )
    }
    got = received(session, pool, accounts.values(), at=at)
    names = {rule.rule.value, *(name for name, _ in rule.parameters.get("quotas", ()))}
    terms = terms_of(session, pool, claims, at=at) if Rule.NEED_POINTS in names else {}
    hours = Rule.CONTRIBUTION in names
    minutes = minutes_of(session, pool, {one.person_id for one in claims}, at=at) if hours else {}
    resting = int(rule.parameters.get("sits_out_rounds", 0))
    winners = winners_of_last(session, pool.id, resting) if resting else frozenset()
    return [
        Claimed(
            id=one.line,
            steps=min(one.steps, pool.member_cap or one.steps),
            band=one.band,
            weight=weight_of(pool, accounts[one.account_id]),
            received=got[one.account_id],
            last=_moment(accounts[one.account_id].last_at),
            minutes=minutes.get(one.person_id, 0),
            terms=terms.get(one.person_id, NOTHING),
            sits_out=one.account_id in winners,
        )
        for one in claims
    ]


def _moment(at: datetime | None) -> str:
    """Text that sorts by time; whoever never received anything is first on every database."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}" if at else ""


def _things(session: Session, pool: Pool, rule: PoolRule, claims: Sequence[PoolClaim], seed: bytes) -> Given:
    things = things_of(session, pool.id)
    taken = (
        times_given(session, pool.id, without_round=claims[0].round_id)
        if rule.rule is Rule.WINDOWS and claims
        else []
    )
    found = assign(
        rule.rule,
        rule.parameters,
        things=things,
        claims=[wished(one.line, one.band, one.wish or {}) for one in claims],
        seed=seed,
        taken=taken,
    )
    explanations = {
        line: explain_thing(
            line, given, rule=rule.rule, version=rule.version, found=found, claims=len(claims)
        )
        for line, given in found.given.items()
    }
    rows = {
        one.line: {"ticket": one.ticket, "band": one.band, "steps": one.steps, "wish": one.wish}
        for one in claims
    }
    parts = [
        {"rule": rule.rule.value, "supply": len(things), "context": found.context, "order": list(found.order)}
    ]
    more = {
        "things": things,
        "taken": [list(one) for one in taken],
        "unfilled": list(found.unfilled),
        "proven_optimal": found.proven_optimal,
    }
    steps = {line: int(bool(given)) for line, given in found.given.items()}
    return Given(steps, found.given, parts, explanations, rows, more)


def offer(
    session: Session,
    claim: PoolClaim,
    found: PoolRound,
    steps: int,
    given: list[Any] | None,
    turn: int,
    answer_by: datetime,
    at: datetime,
) -> PoolShare:
    """A share that waits for its answer."""
    made = PoolShare(
        claim_id=claim.id,
        round_id=found.id,
        pool_id=found.pool_id,
        community_id=found.community_id,
        account_id=claim.account_id,
        person_id=claim.person_id,
        turn=turn,
        steps=steps,
        given=given,
        offered_at=at,
        answer_by_at=answer_by,
    )
    session.add(made)
    return made


def tell_offers(
    session: Session, actor: Actor, pool: Pool, found: PoolRound, shares: Sequence[PoolShare], at: datetime
) -> None:
    """Each is told by an event of their own."""
    session.flush()
    told: list[tuple[Event, Id | None]] = [
        (
            ShareOffered(
                pool_id=pool.id,
                round_id=found.id,
                n=found.n,
                claimant_id=one.person_id,
                claim_id=one.claim_id,
                share_id=one.id,
                turn=one.turn,
                answer_by_at=one.answer_by_at,
            ),
            one.person_id,
        )
        for one in shares
    ]
    if told:
        emit_all(session, actor, told, at=at, community_id=pool.community_id)


def settle_if_done(session: Session, actor: Actor, found: PoolRound, *, at: datetime) -> None:
    """A round is through when no share waits for an answer."""
    session.flush()
    waiting = select(PoolShare.id).where(
        PoolShare.round_id == found.id,
        PoolShare.accepted_at.is_(None),
        PoolShare.refused_at.is_(None),
        PoolShare.lapsed_at.is_(None),
    )
    if found.settled_at is None and session.scalar(waiting.limit(1)) is None:
        found.settled_at = at
        session.flush()
        told = RoundSettled(pool_id=found.pool_id, round_id=found.id, n=found.n)
        emit(session, actor, told, community_id=found.community_id, at=at)


def _carry_on(
    session: Session, actor: Actor, pool: Pool, unserved: Sequence[PoolClaim], at: datetime
) -> None:
    """The standing queue goes on: a new lot is committed, and whoever was not served keeps the place."""
    following = begin_round(session, actor, pool, at, None, None, at=at)
    for one in unserved:
        carry(session, one, following)
    session.flush()


def carry(session: Session, one: PoolClaim, into: PoolRound) -> None:
    """The same claim in the next round of a standing queue, under a line of its own."""
    ticket = secrets.token_hex(16)
    session.add(
        PoolClaim(
            round_id=into.id,
            pool_id=one.pool_id,
            account_id=one.account_id,
            person_id=one.person_id,
            entered_by_id=one.entered_by_id,
            ticket=ticket,
            line=line_of(ticket),
            steps=one.steps,
            band=one.band,
            words=one.words,
            wish=one.wish,
            made_at=one.made_at,
            changed_at=one.changed_at,
        )
    )
