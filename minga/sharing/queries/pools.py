"""What pools there are and what one holds: stock, rule with its history, rounds, and one's own account."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from minga.communities.access import community_to_read, may, place_of, require
from minga.communities.models import Community
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of
from minga.sharing.access.pools import keeps, pool_to_see
from minga.sharing.models.pools import Pool, PoolAccount, PoolGift, PoolRule, PoolSeat, PoolThing, StockMove
from minga.sharing.models.rounds import PoolClaim, PoolRound, PoolShare
from minga.sharing.rules.allocation.names import UNIT_RULES, Rule, What
from minga.sharing.rules.content import Measure
from minga.sharing.rules.pools import Eligible, RoundDates, RoundState, StockWhy, WeightBy

HISTORY_MAX, MOVES_MAX, ROUNDS_MAX, GIFTS_MAX = 20, 20, 30, 50


@dataclass(frozen=True, slots=True)
class RoundLine:
    """A round in a list."""

    n: int
    state: RoundState
    opens_at: datetime
    closes_at: datetime | None
    allocated_at: datetime | None
    supply: int | None


@dataclass(frozen=True, slots=True)
class PoolCard:
    """A pool in a list, with the round that comes next and whether one has claimed."""

    id: Id
    name: str
    words: str
    what: What
    unit: Measure
    step_milli: int
    essential: bool
    rule: Rule
    stock_milli: int
    ended_at: datetime | None
    round: RoundLine | None
    claimed: bool


def _state(row: Any) -> RoundState:
    return RoundDates(
        row.opened_at is not None,
        row.closed_at is not None,
        row.allocated_at is not None,
        row.settled_at is not None,
        row.cancelled_at is not None,
    ).state


def round_line(row: Any) -> RoundLine:
    """A round from its columns."""
    return RoundLine(row.n, _state(row), row.opens_at, row.closes_at, row.allocated_at, row.supply)


def pools(
    session: Session,
    actor: Actor,
    community: str,
    *,
    at: datetime,
    after: str | None = None,
    limit: int | None = None,
) -> Page[PoolCard]:
    """The pools of a community, newest first; those that ended come with them."""
    here = community_to_read(session, actor, community, at=at)
    require(session, actor, "listing.see", here.id, at=at)
    many = limit_of(limit)
    question = _cards(actor).where(Pool.community_id == here.id).order_by(Pool.id.desc()).limit(many + 1)
    if after:
        question = question.where(beyond((Pool.id,), Cursor.decode(after, str), descending=True))
    return page_of([_card(row) for row in session.execute(question)], many, lambda card: (card.id,))


def _cards(actor: Actor) -> Any:
    """Each pool with the rule that holds, its stock, its last round, and whether the actor claims in that."""
    newest = aliased(PoolRule)
    version = (
        select(func.max(newest.version)).where(newest.pool_id == Pool.id).correlate(Pool).scalar_subquery()
    )
    last = aliased(PoolRound)
    last_n = select(func.max(last.n)).where(last.pool_id == Pool.id).correlate(Pool).scalar_subquery()
    held = (
        select(StockMove.after_milli)
        .where(StockMove.pool_id == Pool.id)
        .order_by(StockMove.n.desc())
        .limit(1)
        .scalar_subquery()
    )
    own = (
        select(PoolClaim.id)
        .where(
            PoolClaim.round_id == PoolRound.id,
            PoolClaim.person_id == actor.person_id,
            PoolClaim.withdrawn_at.is_(None),
        )
        .exists()
    )
    return (
        select(
            Pool.id.label("pool_id"),
            Pool.name,
            Pool.words,
            Pool.what,
            Pool.unit,
            Pool.step_milli,
            Pool.essential,
            Pool.ended_at,
            PoolRule.rule,
            func.coalesce(held, 0).label("held"),
            PoolRound.n,
            PoolRound.opens_at,
            PoolRound.closes_at,
            PoolRound.opened_at,
            PoolRound.closed_at,
            PoolRound.allocated_at,
            PoolRound.settled_at,
            PoolRound.cancelled_at,
            PoolRound.supply,
            own.label("claimed"),
        )
        .select_from(Pool)
        .join(PoolRule, (PoolRule.pool_id == Pool.id) & (PoolRule.version == version))
        .outerjoin(PoolRound, (PoolRound.pool_id == Pool.id) & (PoolRound.n == last_n))
    )


def _card(row: Any) -> PoolCard:
    return PoolCard(
        row.pool_id,
        row.name,
        row.words,
        row.what,
        row.unit,
        row.step_milli,
        row.essential,
        row.rule,
        int(row.held),
        row.ended_at,
        round_line(row) if row.n is not None else None,
        bool(row.claimed),
    )


@dataclass(frozen=True, slots=True)
class RuleWas:
    """A version of the rule."""

    version: int
    rule: Rule
    parameters: dict[str, Any]
    since_at: datetime


@dataclass(frozen=True, slots=True)
class MoveLine:
    """One line of the stock; whose gift it was is not told."""

    at: datetime
    milli: int
    after_milli: int
    why: StockWhy
    words: str


@dataclass(frozen=True, slots=True)
class GiftLine:
    """A gift on its way, for keepers and for whoever said it."""

    id: Id
    name: str
    milli: int
    words: str
    said_at: datetime
    mine: bool


@dataclass(frozen=True, slots=True)
class Account:
    """One's own account: what was received, what an even share per head would be, and the difference."""

    heads: int
    received: int
    entitled: int
    last_at: datetime | None

    @property
    def deficit(self) -> int:
        return self.entitled - self.received


@dataclass(frozen=True, slots=True)
class PoolView:
    """One pool as its page shows it."""

    id: Id
    community_id: Id
    slug: str
    name: str
    words: str
    what: What
    unit: Measure
    step_milli: int
    essential: bool
    weight_by: WeightBy
    window_days: int
    member_cap: int | None
    claim_max: int | None
    eligible: Eligible
    pick_up: str
    standing: bool
    answer_hours: int
    ended_at: datetime | None
    stock_milli: int
    rule: RuleWas
    rules: tuple[RuleWas, ...]
    things: dict[str, int]
    moves: tuple[MoveLine, ...]
    gifts: tuple[GiftLine, ...]
    rounds: tuple[RoundLine, ...]
    running: RoundLine | None
    account: Account | None
    lives_here: bool
    may: dict[str, bool]

    @property
    def counted(self) -> bool:
        """Whether it holds a stock that is used up."""
        return self.rule.rule in UNIT_RULES


def pool(session: Session, actor: Actor, pool_id: Id, *, at: datetime) -> PoolView:
    """One pool, for whoever sees what its community shares."""
    found = pool_to_see(session, actor, pool_id, at=at)
    rules = _rules(session, found.id)
    rounds = _rounds(session, found.id)
    keeping = keeps(session, actor, found, at=at)
    place = place_of(session, actor, found.community_id, at=at)
    moves = _moves(session, found.id)
    return PoolView(
        id=found.id,
        community_id=found.community_id,
        slug=place.slug if place else session.get_one(Community, found.community_id).slug,
        name=found.name,
        words=found.words,
        what=found.what,
        unit=found.unit,
        step_milli=found.step_milli,
        essential=found.essential,
        weight_by=found.weight_by,
        window_days=found.window_days,
        member_cap=found.member_cap,
        claim_max=found.claim_max,
        eligible=found.eligible,
        pick_up=found.pick_up,
        standing=found.standing,
        answer_hours=found.answer_hours,
        ended_at=found.ended_at,
        stock_milli=moves[0].after_milli if moves else 0,
        rule=rules[0],
        rules=rules,
        things=_things(session, found.id),
        moves=moves,
        gifts=_gifts(session, actor, found.id, keeping),
        rounds=rounds,
        running=next((one for one in rounds if one.state in _RUNNING), None),
        account=own_account(session, actor, found, at=at),
        lives_here=place is not None and place.membership_id is not None,
        may={
            "keep": keeping,
            "found": bool(may(session, actor, "pool.found", found.community_id, at=at)),
        },
    )


_RUNNING = (RoundState.PLANNED, RoundState.OPEN, RoundState.CLOSED)


def _things(session: Session, pool_id: Id) -> dict[str, int]:
    rows = session.execute(
        select(PoolThing.name, PoolThing.amount)
        .where(PoolThing.pool_id == pool_id, PoolThing.ended_at.is_(None))
        .order_by(PoolThing.name)
        .limit(100)
    )
    return {row.name: row.amount for row in rows}


def _rules(session: Session, pool_id: Id) -> tuple[RuleWas, ...]:
    found = (
        select(PoolRule.version, PoolRule.rule, PoolRule.parameters, PoolRule.since_at)
        .where(PoolRule.pool_id == pool_id)
        .order_by(PoolRule.version.desc())
        .limit(HISTORY_MAX)
    )
    return tuple(RuleWas(*row) for row in session.execute(found))


def _moves(session: Session, pool_id: Id) -> tuple[MoveLine, ...]:
    found = (
        select(StockMove.at, StockMove.milli, StockMove.after_milli, StockMove.why, StockMove.words)
        .where(StockMove.pool_id == pool_id)
        .order_by(StockMove.n.desc())
        .limit(MOVES_MAX)
    )
    return tuple(MoveLine(*row) for row in session.execute(found))


def _rounds(session: Session, pool_id: Id) -> tuple[RoundLine, ...]:
    found = (
        select(
            PoolRound.n,
            PoolRound.opens_at,
            PoolRound.closes_at,
            PoolRound.opened_at,
            PoolRound.closed_at,
            PoolRound.allocated_at,
            PoolRound.settled_at,
            PoolRound.cancelled_at,
            PoolRound.supply,
        )
        .where(PoolRound.pool_id == pool_id)
        .order_by(PoolRound.n.desc())
        .limit(ROUNDS_MAX)
    )
    return tuple(round_line(row) for row in session.execute(found))


def _gifts(session: Session, actor: Actor, pool_id: Id, keeping: bool) -> tuple[GiftLine, ...]:
    found = (
        select(PoolGift.id, Person.name, PoolGift.milli, PoolGift.words, PoolGift.said_at, PoolGift.person_id)
        .join(Person, Person.id == PoolGift.person_id)
        .where(PoolGift.pool_id == pool_id, PoolGift.arrived_at.is_(None), PoolGift.declined_at.is_(None))
        .order_by(PoolGift.id)
        .limit(GIFTS_MAX)
    )
    if not keeping:
        found = found.where(PoolGift.person_id == actor.person_id)
    return tuple(
        GiftLine(row.id, row.name, row.milli, row.words, row.said_at, row.person_id == actor.person_id)
        for row in session.execute(found)
    )


def own_account(session: Session, actor: Actor, found: Pool, *, at: datetime) -> Account | None:
    """What the actor's household received, and what each head would have with all the same."""
    own = session.scalar(
        select(PoolAccount)
        .join(PoolSeat, PoolSeat.account_id == PoolAccount.id)
        .where(PoolSeat.pool_id == found.id, PoolSeat.person_id == actor.person_id)
    )
    if own is None:
        return None
    since = at - timedelta(days=found.window_days)
    all_steps, own_steps = session.execute(
        select(
            func.coalesce(func.sum(PoolShare.steps), 0),
            func.coalesce(func.sum(PoolShare.steps).filter(PoolShare.account_id == own.id), 0),
        ).where(PoolShare.pool_id == found.id, PoolShare.accepted_at > since, PoolShare.counts)
    ).one()
    by_heads = found.weight_by is WeightBy.HOUSEHOLD
    heads = session.scalar(
        select(func.sum(PoolAccount.heads) if by_heads else func.count()).where(
            PoolAccount.pool_id == found.id
        )
    )
    weight = own.heads if by_heads else 1
    start = own.start_steps if own.opened_at > since else 0
    entitled = int(all_steps) * weight // int(heads or 1)
    return Account(own.heads, int(own_steps) + start, entitled, own.last_at)


def name_of(session: Session, pool_id: Id) -> str:
    """What a pool is called, for those who are told of it."""
    return session.scalars(select(Pool.name).where(Pool.id == pool_id)).one()
