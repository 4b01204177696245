"""Founding a pool, its rule and its history, what differs in it, and its end. None commits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from minga.communities.access import require
from minga.communities.models import Community
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_line, clean_text
from minga.ledger.queries import counts_time
from minga.sharing.access.pools import locked_pool, pool_to_see
from minga.sharing.commands.headings import category_of
from minga.sharing.events.pools import PoolEnded, PoolFounded, PoolRuleSet
from minga.sharing.models.pools import Pool, PoolRule, PoolThing
from minga.sharing.models.rounds import PoolRound
from minga.sharing.rules.allocation.names import Rule, What
from minga.sharing.rules.content import Measure
from minga.sharing.rules.pools import (
    ANSWER_HOURS,
    NAME_MAX,
    STEP_MILLI_MAX,
    STEPS_MAX,
    TEXT_MAX,
    THING_MAX,
    WHY_MAX,
    WINDOW_DAYS,
    WINDOW_DAYS_LEAST,
    WINDOW_DAYS_MOST,
    Eligible,
    WeightBy,
    checked_rule,
)

THINGS_MAX = 100
STEP_WRONG = N_("The smallest share is more than nothing.")
DAYS_WRONG = N_("From 7 to 730 days.")
NO_HOURS = N_("Nobody counts hours here yet, so nothing is known of contribution. Choose another rule.")
BY_DECISION = N_("This pool holds what everybody needs: its rule is changed by a decision of the community.")
RUNNING = N_("A round is under way. Let it end first.")
ENDED = N_("This pool has ended.")
THINGS_MISSING = N_("Name what there is, one per line.")


@dataclass(frozen=True, kw_only=True)
class Founding:
    """What a pool is to be. `things` are names with how many there are (of a chore: how many minutes it takes)."""

    name: str
    words: str = ""
    what: What = What.UNITS
    unit: Measure = Measure.PIECE
    step_milli: int = 1000
    rule: str = Rule.NEED
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    essential: bool = False
    weight_by: WeightBy = WeightBy.HOUSEHOLD
    window_days: int = WINDOW_DAYS
    member_cap: int | None = None
    claim_max: int | None = None
    eligible: Eligible = Eligible.MEMBERS
    pick_up: str = ""
    category_id: Id | None = None
    standing: bool = False
    answer_hours: int = ANSWER_HOURS
    things: Mapping[str, int] = field(default_factory=dict[str, int])


def found_pool(
    session: Session,
    actor: Actor,
    community_id: Id,
    given: Founding,
    *,
    at: datetime,
) -> Pool:
    """Found a pool with its first rule."""
    hours_counted = counts_time(session, community_id, at=at)
    require(session, actor, "pool.found", community_id, at=at)
    rule, parameters = _rule(given.rule, given.parameters, given.what, given.essential, hours_counted)
    _check_numbers(given)
    community = session.get_one(Community, community_id)
    category = category_of(session, (community.id, community.root_id), given.category_id or "")
    assert actor.person_id is not None
    made = Pool(
        community_id=community_id,
        name=clean_line(given.name, NAME_MAX, field="name", required=True),
        words=clean_text(given.words, TEXT_MAX, field="words"),
        what=given.what,
        unit=given.unit,
        step_milli=given.step_milli,
        essential=given.essential,
        weight_by=given.weight_by,
        window_days=given.window_days,
        member_cap=given.member_cap,
        claim_max=given.claim_max,
        eligible=given.eligible,
        pick_up=clean_line(given.pick_up, WHY_MAX, field="pick_up"),
        category_id=category.id if category else None,
        standing=given.standing,
        answer_hours=given.answer_hours,
        founded_at=at,
        founded_by_id=actor.person_id,
    )
    session.add(made)
    session.flush()
    _write_rule(session, made, rule, parameters, actor.person_id, 1, at)
    _write_things(session, made, given.things)
    founded = PoolFounded(pool_id=made.id, essential=made.essential)
    emit(session, actor, founded, community_id=community_id, at=at)
    return made


def _rule(
    name: str, parameters: Mapping[str, Any], what: What, essential: bool, hours_counted: bool
) -> tuple[Rule, dict[str, Any]]:
    rule, checked = checked_rule(name, parameters, what=what, essential=essential)
    parts = [part for part, _ in checked.get("quotas", ())]
    if not hours_counted and Rule.CONTRIBUTION in (rule, *parts):
        raise Invalid(NO_HOURS, code="rule_invalid", fields={"rule": NO_HOURS})
    return rule, checked


def _check_numbers(given: Founding) -> None:
    faults: dict[str, str] = {}
    if not 0 < given.step_milli <= STEP_MILLI_MAX or (
        given.what is not What.UNITS and given.step_milli != 1000
    ):
        faults["step"] = STEP_WRONG
    if not WINDOW_DAYS_LEAST <= given.window_days <= WINDOW_DAYS_MOST:
        faults["window_days"] = DAYS_WRONG
    for name, value in (("claim_max", given.claim_max), ("member_cap", given.member_cap)):
        if value is not None and not 0 < value <= STEPS_MAX:
            faults[name] = STEP_WRONG
    if not 1 <= given.answer_hours <= 720:
        faults["answer_hours"] = N_("From 1 to 720 hours.")
    if given.what not in (What.UNITS, What.ITEM) and not given.things:
        faults["things"] = THINGS_MISSING
    if len(given.things) > THINGS_MAX or any(not 0 < many <= 10_000 for many in given.things.values()):
        faults["things"] = N_("At most 100 different ones, each at least once.")
    if faults:
        raise Invalid(next(iter(faults.values())), code="rule_invalid", fields=faults)


def _write_things(session: Session, pool: Pool, things: Mapping[str, int]) -> None:
    for name, amount in things.items():
        clean = clean_line(name, THING_MAX, field="things", required=True)
        session.add(PoolThing(pool_id=pool.id, name=clean, amount=amount))
    session.flush()


def _write_rule(
    session: Session,
    pool: Pool,
    rule: Rule,
    parameters: dict[str, Any],
    by_id: Id,
    version: int,
    at: datetime,
) -> PoolRule:
    made = PoolRule(
        pool_id=pool.id, version=version, rule=rule, parameters=parameters, since_at=at, by_id=by_id
    )
    session.add(made)
    session.flush()
    return made


def set_pool_rule(
    session: Session,
    actor: Actor,
    pool_id: Id,
    rule: str,
    parameters: Mapping[str, Any],
    *,
    at: datetime,
    decided: bool = False,
) -> PoolRule:
    """Another rule from the next round on. Where everybody needs it, only a decision changes the rule."""
    pool = pool_to_see(session, actor, pool_id, at=at)
    require(session, actor, "pool.found", pool.community_id, at=at)
    if pool.essential and not decided:
        raise Forbidden(BY_DECISION, code="needs_decision")
    pool = locked_pool(session, pool.id)
    _check_going(pool)
    assert actor.person_id is not None
    hours_counted = counts_time(session, pool.community_id, at=at)
    kind, checked = _rule(rule, parameters, pool.what, pool.essential, hours_counted)
    before = rule_of(session, pool.id)
    if (before.rule, before.parameters) == (kind, checked):
        return before
    made = _write_rule(session, pool, kind, checked, actor.person_id, before.version + 1, at)
    said = PoolRuleSet(pool_id=pool.id, rule=kind, rule_version=made.version)
    emit(session, actor, said, community_id=pool.community_id, at=at)
    return made


def rule_of(session: Session, pool_id: Id) -> PoolRule:
    """The rule that holds for the next round."""
    newest = select(func.max(PoolRule.version)).where(PoolRule.pool_id == pool_id).scalar_subquery()
    return session.scalars(
        select(PoolRule).where(PoolRule.pool_id == pool_id, PoolRule.version == newest)
    ).one()


def things_of(session: Session, pool_id: Id) -> dict[str, int]:
    """The different things of a pool by name."""
    found = select(PoolThing.name, PoolThing.amount).where(
        PoolThing.pool_id == pool_id, PoolThing.ended_at.is_(None)
    )
    rows = session.execute(found.order_by(PoolThing.name).limit(THINGS_MAX))
    return {row.name: row.amount for row in rows}


def end_pool(session: Session, actor: Actor, pool_id: Id, *, at: datetime) -> Pool:
    """Share it out no more; its records stay. Twice changes nothing."""
    pool = pool_to_see(session, actor, pool_id, at=at)
    require(session, actor, "pool.found", pool.community_id, at=at)
    pool = locked_pool(session, pool.id)
    if pool.ended_at is None:
        running = select(PoolRound.id).where(
            PoolRound.pool_id == pool.id, PoolRound.settled_at.is_(None), PoolRound.cancelled_at.is_(None)
        )
        if session.scalar(running.limit(1)) is not None:
            raise Conflict(RUNNING, code="round_state")
        pool.ended_at = at
        emit(session, actor, PoolEnded(pool_id=pool.id), community_id=pool.community_id, at=at)
    return pool


def _check_going(pool: Pool) -> None:
    if pool.ended_at is not None:
        raise Conflict(ENDED, code="pool_ended")
