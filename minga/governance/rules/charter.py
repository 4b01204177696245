"""The charter: which way of deciding holds for what, as an ordered list of rules that are data. Pure.

Amounts are whole numbers of the smallest unit. Every kind has rules whose amounts meet without overlap or gap, so that
each proposal falls under exactly one. How the charter itself is changed, and how members are removed, has floors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from minga.governance.rules.counting import METHODS
from minga.governance.rules.kinds import (
    Channel,
    Leavers,
    Results,
    RollUnit,
    Secrecy,
)

MOTIONS = ("majority", "consensus", "consent")
ELECTIONS = (*METHODS, "budget")
ADVICE = "advice"
TIES = ("fail", "runoff", "lot")
STANDINGS = ("full", "trial")
RULES_MAX, DAYS_MAX, HOURS_MAX, MONTHS_MAX, SECONDERS_MAX = 60, 365, 720, 120, 1_000


@dataclass(frozen=True)
class Fraction:
    """`num` of `den`; compared by cross-multiplication only."""

    num: int
    den: int

    def at_least(self, num: int, den: int) -> bool:
        """
        >>> Fraction(3, 4).at_least(2, 3), Fraction(66, 100).at_least(2, 3)
        (True, False)
        """
        return self.num * den >= num * self.den


@dataclass(frozen=True)
class NeededYes:
    """`strict`: more than the fraction; else the fraction is enough. `base` names the denominator."""

    num: int
    den: int
    strict: bool = False
    base: str = "yes_no"

    @property
    def fraction(self) -> Fraction:
        return Fraction(self.num, self.den)


@dataclass(frozen=True)
class NeededPresence:
    """A fraction of the roll that takes part, and at least `min` ballots."""

    num: int = 0
    den: int = 1
    min: int = 0

    @property
    def fraction(self) -> Fraction:
        return Fraction(self.num, self.den)


@dataclass(frozen=True)
class Eligible:
    """Who stands on the roll: full members, or those on trial too, from some days on; of a role, a circle, a list."""

    standing: str = "full"
    days_min: int = 0
    role: str = ""
    circle: str = ""
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class VetoRule:
    """Who may veto, how many vetoes stop a motion, and by what it can be overridden."""

    holders: str
    threshold: int = 1
    per_year: int | None = None
    override: NeededYes | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule of the charter. `rule_class` is `class` in the data; of `secrecy` the first is what holds unless chosen."""

    rule_class: str
    kinds: tuple[str, ...]
    amount: tuple[int, int | None] = (0, None)
    method: str = "majority"
    methods: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    threshold: NeededYes | None = None
    quorum: NeededPresence = NeededPresence(1, 2)
    min_yes: int = 0
    veto: VetoRule | None = None
    seconders: int = 0
    discussion_days: int = 3
    voting_days: int = 5
    challenge_hours: int = 72
    secrecy: tuple[str, ...] = (Secrecy.OPEN.value, Secrecy.SEALED.value)
    results: str = Results.AFTER_CLOSE.value
    delegation: bool = False
    channels: tuple[str, ...] = (Channel.WEB.value,)
    on_final_tie: str = "fail"
    eligible: Eligible = Eligible()
    weights: Mapping[str, int] = field(default_factory=dict)
    roll_unit: str = RollUnit.PERSON.value
    leavers: str = Leavers.KEEP.value
    exclude_subject: bool = False
    early_close: bool = False
    double_entry: bool = False
    review_months: int = 12
    sunset_months: int | None = None

    def holds_for(self, amount: int) -> bool:
        least, most = self.amount
        return amount >= least and (most is None or amount <= most)

    def as_json(self) -> dict[str, Any]:
        """The rule as it is stored and shown; `read_rule` reads it back."""
        found = {one.name: _plain(getattr(self, one.name)) for one in fields(self)}
        found["class"] = found.pop("rule_class")
        return found


def _plain(value: Any) -> Any:
    if isinstance(value, NeededYes | NeededPresence | Eligible | VetoRule):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return dict(value) if isinstance(value, Mapping) else value


def rule_for(rules: Sequence[Rule], kind: str, amount: int | None = None, own_kind: str = "") -> Rule:
    """The first rule whose kind and amount match; a community's own kind may have rules of its own.

    >>> rule_for(SHIPPED, "budget", 50_000).rule_class, rule_for(SHIPPED, "budget", 50_001).rule_class
    ('budget', 'budget-large')
    """
    wanted = own_kind if any(own_kind in rule.kinds for rule in rules) else kind
    return next(rule for rule in rules if wanted in rule.kinds and rule.holds_for(amount or 0))


LARGE = 50_000
_TWO_THIRDS = NeededYes(2, 3, base="cast")
_SEALED = (Secrecy.SEALED.value,)
_HALF = NeededYes(1, 2, strict=True)


def shipped(*, simple_majority: bool = False, large: int = LARGE) -> tuple[Rule, ...]:
    """What holds in a community that has decided nothing else; simple majority is a choice that is named as such."""
    way: Mapping[str, Any] = (
        {"method": "majority", "threshold": _HALF}
        if simple_majority
        else {"method": "consensus", "threshold": NeededYes(85, 100)}
    )
    floored: Mapping[str, Any] = {"method": "majority", "threshold": _TWO_THIRDS}
    return (
        Rule(rule_class="common", kinds=("policy", "resource", "membership"), **way),
        Rule(rule_class="budget", kinds=("budget",), amount=(0, large), **way),
        Rule(
            rule_class="budget-large",
            kinds=("budget",),
            amount=(large + 1, None),
            method="majority",
            threshold=NeededYes(2, 3),
        ),
        Rule(rule_class="governance", kinds=("governance",), **floored),
        Rule(rule_class="removal", kinds=("removal",), **floored, secrecy=_SEALED, exclude_subject=True),
        Rule(
            rule_class="election",
            kinds=("election",),
            method="stv_scottish",
            secrecy=_SEALED,
            on_final_tie="lot",
            methods=("irv", "stv_meek", "approval", "schulze", "plurality"),
        ),
        Rule(rule_class="advice", kinds=("advice",), method=ADVICE, quorum=NeededPresence()),
    )


SHIPPED = shipped()
