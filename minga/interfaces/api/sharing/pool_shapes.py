"""Shapes of pools in JSON: what may be sent, and how pools, rounds, claims and shares are answered."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field, StrictInt

from minga.interfaces.api.frame import In
from minga.sharing.commands.pooling import Claiming, Founding
from minga.sharing.queries.pooling import ClaimView, PoolCard, PoolView, RoundView, ShareView
from minga.sharing.queries.pools import RoundLine
from minga.sharing.rules.allocation.names import Rule, What
from minga.sharing.rules.content import Measure
from minga.sharing.rules.pools import (
    HEADS_MAX,
    STEPS_MAX,
    STOCK_MILLI_MAX,
    Eligible,
    RoundState,
    ShareState,
    StockWhy,
    WeightBy,
    whole,
)

Number = StrictInt | float | str
"""A whole number; what is none is refused with a sentence of ours instead of being rounded."""


class PoolIn(In):
    """A pool to found. `things` are names with how many there are; of chores how many minutes each takes."""

    name: str = Field(max_length=120)
    words: str = Field("", max_length=2_000)
    what: What = What.UNITS
    unit: Measure = Measure.PIECE
    step_milli: Number = 1000
    rule: str = Field(Rule.NEED.value, max_length=40)
    parameters: dict[str, Any] = Field(default_factory=dict)
    essential: bool = False
    weight_by: WeightBy = WeightBy.HOUSEHOLD
    window_days: Number = 90
    member_cap: Number | None = None
    claim_max: Number | None = None
    eligible: Eligible = Eligible.MEMBERS
    pick_up: str = Field("", max_length=300)
    category: str | None = Field(None, max_length=64)
    standing: bool = False
    answer_hours: Number = 48
    things: dict[str, StrictInt] = Field(default_factory=dict)

    def founding(self) -> Founding:
        return Founding(
            name=self.name,
            words=self.words,
            what=self.what,
            unit=self.unit,
            step_milli=whole(self.step_milli, STOCK_MILLI_MAX, field="step_milli"),
            rule=self.rule,
            parameters=self.parameters,
            essential=self.essential,
            weight_by=self.weight_by,
            window_days=whole(self.window_days, 10_000, field="window_days"),
            member_cap=_maybe(self.member_cap, STEPS_MAX, "member_cap"),
            claim_max=_maybe(self.claim_max, STEPS_MAX, "claim_max"),
            eligible=self.eligible,
            pick_up=self.pick_up,
            category_id=self.category,
            standing=self.standing,
            answer_hours=whole(self.answer_hours, 10_000, field="answer_hours"),
            things=self.things,
        )


def _maybe(value: Number | None, most: int, field: str) -> int | None:
    return None if value is None else whole(value, most, field=field)


class GiftIn(In):
    milli: Number
    words: str = Field("", max_length=300)
    listing: str | None = Field(None, max_length=64)


class ArrivalIn(In):
    here: bool = True


class StockIn(In):
    milli: Number
    why: StockWhy = StockWhy.GIVEN
    words: str = Field("", max_length=300)


class RoundIn(In):
    """A round; without `opens_at` it opens now, without `supply_milli` all there is then is shared out."""

    opens_at: datetime | None = None
    closes_at: datetime | None = None
    supply_milli: Number | None = None


class ClaimIn(In):
    """A claim. Times are pairs of instants, ranks and values name things of the pool."""

    steps: Number = 1
    band: Number = 1
    words: str = Field("", max_length=300)
    heads: Number | None = None
    windows: list[tuple[datetime, datetime]] = Field([], max_length=6)
    ranks: list[str] = Field([], max_length=40)
    values: dict[str, StrictInt] = Field(default_factory=dict)

    def claiming(self) -> Claiming:
        return Claiming(
            steps=whole(self.steps, STEPS_MAX, field="steps"),
            band=whole(self.band, 9, field="band"),
            words=self.words,
            heads=_maybe(self.heads, HEADS_MAX * 10, "heads"),
            windows=tuple((_minute(start), _minute(until)) for start, until in self.windows),
            ranks=tuple(self.ranks),
            values=self.values,
        )


def _minute(moment: datetime) -> int:
    return int(moment.timestamp()) // 60


class EntryIn(ClaimIn):
    """A claim for somebody, who asked for it."""

    person: str = Field(max_length=64)
    asked: bool = False


class BandQuestionIn(In):
    """Whose claim is asked about."""

    person: str = Field(max_length=64)


class BandAnswerIn(In):
    """Whether it is still needed today."""

    still: bool


class WhyIn(In):
    why: str = Field("", max_length=300)


class RoundInList(BaseModel):
    n: int
    state: RoundState
    opens_at: datetime
    closes_at: datetime | None
    supply: int | None


class PoolInList(BaseModel):
    id: str
    url: str
    name: str
    words: str
    what: What
    unit: Measure
    step_milli: int
    essential: bool
    rule: Rule
    stock_milli: int
    ended_at: datetime | None
    round: RoundInList | None
    claimed: bool


class PoolsShown(BaseModel):
    items: list[PoolInList]
    next: str | None


class PoolShown(BaseModel):
    id: str
    url: str
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
    ended_at: datetime | None
    stock_milli: int
    rule: dict[str, Any]
    rules: list[dict[str, Any]]
    things: dict[str, int]
    rounds: list[RoundInList]
    account: dict[str, Any] | None
    may: dict[str, bool]


class ShareShown(BaseModel):
    id: str
    turn: int
    steps: int
    given: list[Any] | None
    state: ShareState
    offered_at: datetime
    answer_by_at: datetime


class ClaimShown(BaseModel):
    line: str
    steps: int
    band: int
    words: str
    wish: dict[str, Any] | None
    withdrawn: bool
    explanation: dict[str, Any] | None
    shares: list[ShareShown]


class RoundShown(BaseModel):
    id: str
    n: int
    pool: str
    state: RoundState
    opens_at: datetime
    closes_at: datetime | None
    allocated_at: datetime | None
    rule: dict[str, Any]
    supply: int | None
    commitment: str | None
    claims_root: str | None
    seed: str | None
    claims: int | None
    claim: ClaimShown | None


class NextShown(BaseModel):
    next: str | None
    round: int | None = None
    share: ShareShown | None = None
    explanation: dict[str, Any] | None = None
    order: list[str] = []


def line_out(one: RoundLine | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "n": one.n,
        "state": one.state,
        "opens_at": one.opens_at,
        "closes_at": one.closes_at,
        "supply": one.supply,
    }


def card_out(one: PoolCard) -> dict[str, Any]:
    """A pool in a list."""
    names = (
        "id",
        "name",
        "words",
        "what",
        "unit",
        "step_milli",
        "essential",
        "rule",
        "stock_milli",
        "ended_at",
    )
    plain = {name: getattr(one, name) for name in names}
    return {**plain, "url": f"/pools/{one.id}", "round": line_out(one.round), "claimed": one.claimed}


def pool_out(one: PoolView) -> dict[str, Any]:
    """One pool."""
    plain = {
        name: getattr(one, name)
        for name in PoolShown.model_fields
        if name not in ("url", "rule", "rules", "rounds", "account")
    }
    rules = [
        {"version": was.version, "rule": was.rule, "parameters": was.parameters, "since_at": was.since_at}
        for was in one.rules
    ]
    account = one.account and {
        "heads": one.account.heads,
        "received": one.account.received,
        "deficit": one.account.deficit,
        "last_at": one.account.last_at,
    }
    return {
        **plain,
        "url": f"/pools/{one.id}",
        "rule": rules[0],
        "rules": rules,
        "rounds": [line_out(line) for line in one.rounds],
        "account": account,
    }


def share_out(one: ShareView) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ShareShown.model_fields}


def claim_out(one: ClaimView | None) -> dict[str, Any] | None:
    if one is None:
        return None
    plain = {name: getattr(one, name) for name in ClaimShown.model_fields if name != "shares"}
    return {**plain, "shares": [share_out(share) for share in one.shares]}


def round_out(one: RoundView) -> dict[str, Any]:
    """One round, with one's own claim."""
    names = ("id", "n", "state", "opens_at", "closes_at", "allocated_at", "supply")
    hashes = ("commitment", "claims_root", "seed", "claims")
    return {
        **{name: getattr(one, name) for name in (*names, *hashes)},
        "pool": one.pool.id,
        "rule": {"version": one.rule.version, "rule": one.rule.rule, "parameters": one.rule.parameters},
        "claim": claim_out(one.own),
    }
