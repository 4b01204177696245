"""The rules a pool may have and their parameters: an enumeration. An unknown name is an error, never another rule."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, cast


class Rule(StrEnum):
    """How a pool is shared out."""

    NEED = "need"
    MAX_MIN = "max_min"
    ROTATION = "rotation"
    LOTTERY = "lottery"
    CONTRIBUTION = "contribution"
    HYBRID = "hybrid"
    NEED_POINTS = "need_points"
    RANKED = "ranked"
    WINDOWS = "windows"
    BUNDLES = "bundles"
    CHORES = "chores"


class What(StrEnum):
    """What a pool holds: so much of one thing, one thing, several things, times of a thing, or chores."""

    UNITS = "units"
    ITEM = "item"
    BUNDLE = "bundle"
    SLOTS = "slots"
    RANKED = "ranked"
    CHORES = "chores"


UNIT_RULES = frozenset(
    {
        Rule.NEED,
        Rule.MAX_MIN,
        Rule.ROTATION,
        Rule.LOTTERY,
        Rule.CONTRIBUTION,
        Rule.HYBRID,
        Rule.NEED_POINTS,
    }
)
RULES_OF: Mapping[What, frozenset[Rule]] = {
    What.UNITS: UNIT_RULES,
    What.ITEM: UNIT_RULES,
    What.BUNDLE: frozenset({Rule.BUNDLES}),
    What.SLOTS: frozenset({Rule.WINDOWS}),
    What.RANKED: frozenset({Rule.RANKED}),
    What.CHORES: frozenset({Rule.CHORES}),
}
QUOTA_RULES = UNIT_RULES - {Rule.HYBRID}
CAP_DEFAULT, CAP_MAX = 3, 20
BUFFER_MAX = 24 * 60
ROUNDS_MAX = 52
MINUTES_MAX = 10_000

NOT_KNOWN, NOT_FITTING, ESSENTIAL, QUOTAS, PARAMETER = (
    "unknown_rule",
    "not_for_this",
    "essential",
    "quotas",
    "parameter",
)


class RuleInvalid(ValueError):
    """A rule that cannot be used like that; `why` is one of the words above."""

    def __init__(self, why: str, what: str = "") -> None:
        self.why, self.what = why, what
        super().__init__(f"{why} {what}".strip())


_ALLOWED: Mapping[Rule, frozenset[str]] = {
    Rule.LOTTERY: frozenset({"weighted", "sits_out_rounds"}),
    Rule.CONTRIBUTION: frozenset({"cap"}),
    Rule.HYBRID: frozenset({"quotas", "cap"}),
    Rule.RANKED: frozenset({"serial"}),
    Rule.WINDOWS: frozenset({"buffer_minutes"}),
    Rule.BUNDLES: frozenset({"turned"}),
    Rule.CHORES: frozenset({"minutes_max"}),
}


def read_rule(name: str) -> Rule:
    """The rule of that name.

    >>> read_rule("need")
    <Rule.NEED: 'need'>
    >>> read_rule("need_based")
    Traceback (most recent call last):
    minga.sharing.rules.allocation.names.RuleInvalid: unknown_rule need_based
    """
    try:
        return Rule(name)
    except ValueError:
        raise RuleInvalid(NOT_KNOWN, str(name)[:40]) from None


def check_rule(rule: Rule, parameters: Mapping[str, Any], *, what: What, essential: bool) -> dict[str, Any]:
    """The parameters with their defaults, or what is wrong with them.

    >>> check_rule(Rule.CONTRIBUTION, {}, what=What.UNITS, essential=False)
    {'cap': 3}
    >>> check_rule(Rule.CONTRIBUTION, {}, what=What.UNITS, essential=True)
    Traceback (most recent call last):
    minga.sharing.rules.allocation.names.RuleInvalid: essential contribution
    >>> check_rule(Rule.HYBRID, {"quotas": [["need", 50], ["lottery", 40]]}, what=What.UNITS, essential=False)
    Traceback (most recent call last):
    minga.sharing.rules.allocation.names.RuleInvalid: quotas 90
    """
    if rule not in RULES_OF[what]:
        raise RuleInvalid(NOT_FITTING, f"{rule} {what}")
    unknown = set(parameters) - _ALLOWED.get(rule, frozenset())
    if unknown:
        raise RuleInvalid(PARAMETER, min(unknown))
    found: dict[str, Any] = {}
    rules = {rule}
    if rule is Rule.HYBRID:
        found["quotas"] = _quotas(parameters.get("quotas"))
        rules |= {read_rule(name) for name, _ in found["quotas"]}
    if essential and Rule.CONTRIBUTION in rules:
        raise RuleInvalid(ESSENTIAL, Rule.CONTRIBUTION)
    if Rule.CONTRIBUTION in rules:
        found["cap"] = _whole(parameters, "cap", CAP_DEFAULT, 0, CAP_MAX)
    elif "cap" in parameters:
        raise RuleInvalid(PARAMETER, "cap")
    if rule is Rule.LOTTERY:
        found["weighted"] = _yes(parameters, "weighted")
        found["sits_out_rounds"] = _whole(parameters, "sits_out_rounds", 0, 0, ROUNDS_MAX)
    for named, key in ((Rule.RANKED, "serial"), (Rule.BUNDLES, "turned")):
        if rule is named:
            found[key] = _yes(parameters, key)
    if rule is Rule.WINDOWS:
        found["buffer_minutes"] = _whole(parameters, "buffer_minutes", 0, 0, BUFFER_MAX)
    if rule is Rule.CHORES:
        found["minutes_max"] = _whole(parameters, "minutes_max", MINUTES_MAX, 1, MINUTES_MAX)
    return found


def _quotas(given: Any) -> list[list[Any]]:
    """Parts in per cent that add up to a hundred, each rule once; points and contribution never together."""
    rows = cast("list[Any]", given) if isinstance(given, list | tuple) else []
    found: list[list[Any]] = []
    for row in rows:
        if not isinstance(row, list | tuple) or len(row) != 2:
            raise RuleInvalid(QUOTAS)
        name, share = cast("tuple[Any, Any]", tuple(row))
        if read_rule(str(name)) not in QUOTA_RULES or not _is_whole(share) or not 1 <= share <= 100:
            raise RuleInvalid(QUOTAS, str(name)[:40])
        found.append([str(name), share])
    names = [name for name, _ in found]
    total = sum(share for _, share in found)
    if total != 100 or len(set(names)) != len(names):
        raise RuleInvalid(QUOTAS, str(total))
    if {Rule.NEED_POINTS, Rule.CONTRIBUTION} <= set(names):
        raise RuleInvalid(QUOTAS, Rule.NEED_POINTS)
    return found


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _whole(parameters: Mapping[str, Any], key: str, default: int, least: int, most: int) -> int:
    value = parameters.get(key, default)
    if not _is_whole(value) or not least <= value <= most:
        raise RuleInvalid(PARAMETER, key)
    return int(value)


def _yes(parameters: Mapping[str, Any], key: str) -> bool:
    value = parameters.get(key, False)
    if not isinstance(value, bool):
        raise RuleInvalid(PARAMETER, key)
    return value
