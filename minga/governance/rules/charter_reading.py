"""Reading a charter from data: each rule within its bounds, amounts that meet, and floors that are never lowered. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, NoReturn

from minga.governance.rules.charter import (
    ADVICE,
    DAYS_MAX,
    ELECTIONS,
    HOURS_MAX,
    MONTHS_MAX,
    MOTIONS,
    RULES_MAX,
    SECONDERS_MAX,
    STANDINGS,
    TIES,
    Eligible,
    NeededPresence,
    NeededYes,
    Rule,
    VetoRule,
)
from minga.governance.rules.kinds import (
    CLASS_MAX,
    WEIGHT_MAX,
    Channel,
    Leavers,
    ProposalKind,
    Results,
    RollUnit,
    Secrecy,
)
from minga.governance.rules.motions import BASES
from minga.kit.errors import Invalid
from minga.kit.i18n import N_

FLOORED = (ProposalKind.GOVERNANCE, ProposalKind.REMOVAL)
OVERLAP = N_(
    "Two rules hold for the kind “{kind}” and the amount {amount}. Let one end where the other begins."
)
GAP = N_("No rule holds for the kind “{kind}” and the amount {amount}. Add one, or let another begin there.")
FRACTION = N_("A fraction of the rule “{rule}” is below nought, above one, or has nought below the line.")
FLOOR = N_(
    "The rule “{rule}” would be weaker than what protects everybody: two thirds of all ballots, half of the roll taking part."
)
SHAPE = N_("The rule “{rule}” cannot be read at “{field}”. Correct it and save again.")


def read_rules(given: Any, own_kinds: Mapping[str, str] | None = None) -> tuple[Rule, ...]:
    """A charter from data; Invalid, with the word of what is wrong, when it cannot hold.

    `own_kinds` are a community's own kinds with the kind that each is mapped to; they need no rule of their own.
    """
    if not isinstance(given, list | tuple) or not 1 <= len(given) <= RULES_MAX:
        _refuse("charter_shape", SHAPE, rule="", field="rules")
    rules = tuple(read_rule(one) for one in given)
    own = dict(own_kinds or {})
    named = {kind for rule in rules for kind in rule.kinds}
    for kind in (*(one.value for one in ProposalKind), *(one for one in own if one in named)):
        _covers(kind, [rule for rule in rules if kind in rule.kinds])
    for rule in rules:
        for kind in rule.kinds:
            _check_floor(rule, own.get(kind, kind))
    return rules


def _covers(kind: str, rules: Sequence[Rule]) -> None:
    """Each amount from nought on is in exactly one of the rules."""
    begins: int | None = 0
    for rule in sorted(rules, key=lambda one: one.amount[0]):
        least, most = rule.amount
        if begins is None or least < begins:
            _refuse("charter_overlap", OVERLAP, kind=kind, amount=least)
        if least > begins:
            _refuse("charter_gap", GAP, kind=kind, amount=begins)
        begins = None if most is None else most + 1
    if begins is not None:
        _refuse("charter_gap", GAP, kind=kind, amount=begins)


def _check_floor(rule: Rule, kind: str) -> None:
    """What protects everybody can be raised, never lowered."""
    if kind not in FLOORED:
        return
    needed = rule.threshold
    enough = (
        rule.method == "majority"
        and needed is not None
        and needed.fraction.at_least(2, 3)
        and needed.base != "yes_no"
        and rule.quorum.fraction.at_least(1, 2)
        and not set(rule.methods) - {"majority"}
        and rule.on_final_tie == "fail"
    )
    if kind == ProposalKind.REMOVAL:
        enough = enough and rule.exclude_subject and Secrecy.OPEN.value not in rule.secrecy
    if not enough:
        _refuse("charter_floor", FLOOR, rule=rule.rule_class)


def _refuse(code: str, sentence: str, **facts: Any) -> NoReturn:
    raise Invalid(sentence, code=code, fields={"rules": sentence}, **facts)


def read_rule(given: Any) -> Rule:
    """One rule from data; what is left out has the value of the class above."""
    name = str(given.get("class", ""))[:CLASS_MAX] if isinstance(given, Mapping) else ""
    if not isinstance(given, Mapping) or not name:
        _refuse("charter_shape", SHAPE, rule=name, field="class")
    known = {one.name for one in fields(Rule)} - {"rule_class"} | {"class"}
    if unknown := sorted(set(given) - known):
        _refuse("charter_shape", SHAPE, rule=name, field=str(unknown[0])[:60])
    read = _Reading(name, given)
    return Rule(
        rule_class=name,
        kinds=read.words("kinds", None),
        amount=read.amount(),
        method=read.word("method", "majority", (*MOTIONS, *ELECTIONS, ADVICE)),
        methods=read.words("methods", (*MOTIONS, *ELECTIONS), empty=True),
        parameters=read.mapping("parameters"),
        threshold=read.needed("threshold"),
        quorum=read.presence(),
        min_yes=read.whole("min_yes", 0, 10**9, 0),
        veto=read.veto(),
        seconders=read.whole("seconders", 0, SECONDERS_MAX, 0),
        discussion_days=read.whole("discussion_days", 0, DAYS_MAX, 3),
        voting_days=read.whole("voting_days", 0, DAYS_MAX, 5),
        challenge_hours=read.whole("challenge_hours", 0, HOURS_MAX, 72),
        secrecy=read.words("secrecy", tuple(Secrecy), default=(Secrecy.OPEN.value,)),
        results=read.word("results", Results.AFTER_CLOSE.value, tuple(Results)),
        delegation=read.yes_no("delegation"),
        channels=read.words("channels", tuple(Channel), default=(Channel.WEB.value,)),
        on_final_tie=read.word("on_final_tie", "fail", TIES),
        eligible=read.eligible(),
        weights=read.weights(),
        roll_unit=read.word("roll_unit", RollUnit.PERSON.value, tuple(RollUnit)),
        leavers=read.word("leavers", Leavers.KEEP.value, tuple(Leavers)),
        exclude_subject=read.yes_no("exclude_subject"),
        early_close=read.yes_no("early_close"),
        double_entry=read.yes_no("double_entry"),
        review_months=read.whole("review_months", 1, MONTHS_MAX, 12),
        sunset_months=read.whole("sunset_months", 1, MONTHS_MAX, None),
    )


class _Reading:
    """Reads the fields of one rule, each within its bounds."""

    def __init__(self, rule: str, given: Mapping[str, Any]) -> None:
        self.rule, self.given = rule, given

    def wrong(self, name: str) -> NoReturn:
        _refuse("charter_shape", SHAPE, rule=self.rule, field=name)

    def whole(self, name: str, least: int, most: int, default: int | None) -> Any:
        value = self.given.get(name, default)
        if value is None and default is None:
            return None
        if type(value) is not int or not least <= value <= most:
            self.wrong(name)
        return value

    def yes_no(self, name: str) -> bool:
        value = self.given.get(name, False)
        return value if isinstance(value, bool) else self.wrong(name)

    def word(self, name: str, default: str, among: Sequence[str]) -> str:
        value = self.given.get(name, default)
        return str(value) if isinstance(value, str) and value in among else self.wrong(name)

    def words(
        self, name: str, among: Sequence[str] | None, *, default: tuple[str, ...] = (), empty: bool = False
    ) -> tuple[str, ...]:
        value = self.given.get(name, list(default))
        if not isinstance(value, list | tuple) or not all(
            isinstance(one, str) and len(one) <= 64 for one in value
        ):
            self.wrong(name)
        found = tuple(dict.fromkeys(str(one) for one in value))
        if (not found and not empty) or len(found) > RULES_MAX or (among and set(found) - {*among}):
            self.wrong(name)
        return found

    def mapping(self, name: str) -> Mapping[str, Any]:
        value = self.given.get(name) or {}
        if (
            not isinstance(value, Mapping)
            or not all(isinstance(key, str) for key in value)
            or len(value) > 40
        ):
            self.wrong(name)
        return dict(value)

    def amount(self) -> tuple[int, int | None]:
        value = self.given.get("amount") or [0, None]
        if not isinstance(value, list | tuple) or len(value) != 2:
            self.wrong("amount")
        least, most = value
        if type(least) is not int or least < 0 or not (most is None or (type(most) is int and most >= least)):
            self.wrong("amount")
        return least, most

    def _fraction(self, name: str, value: Any) -> tuple[int, int]:
        if not isinstance(value, Mapping) or any(type(value.get(part)) is not int for part in ("num", "den")):
            self.wrong(name)
        num, den = value["num"], value["den"]
        if den < 1 or not 0 <= num <= den:
            _refuse("fraction_invalid", FRACTION, rule=self.rule)
        return num, den

    def needed(self, name: str, value: Any = None) -> NeededYes | None:
        value = self.given.get(name) if value is None else value
        if value is None:
            return None
        num, den = self._fraction(name, value)
        strict, base = value.get("strict", False), value.get("base", "yes_no")
        if not isinstance(strict, bool) or base not in BASES:
            self.wrong(name)
        return NeededYes(num, den, strict, base)

    def presence(self) -> NeededPresence:
        value = self.given.get("quorum", {"num": 1, "den": 2})
        num, den = self._fraction("quorum", value)
        least = value.get("min", 0)
        return NeededPresence(num, den, least) if type(least) is int and least >= 0 else self.wrong("quorum")

    def veto(self) -> VetoRule | None:
        value = self.given.get("veto")
        if value is None:
            return None
        part = _Reading(self.rule, value) if isinstance(value, Mapping) else self.wrong("veto")
        return VetoRule(
            str(value.get("holders", "")) or self.wrong("veto"),
            part.whole("threshold", 1, 1_000, 3),
            part.whole("per_year", 1, 1_000, None),
            part.needed("override"),
        )

    def eligible(self) -> Eligible:
        value = self.given.get("eligible") or {}
        part = _Reading(self.rule, value) if isinstance(value, Mapping) else self.wrong("eligible")
        words = {name: str(value.get(name) or "")[:64] for name in ("role", "circle")}
        people = part.words("people", None, empty=True)
        return Eligible(
            part.word("standing", "full", STANDINGS),
            part.whole("days_min", 0, 3_650, 0),
            **words,
            people=people,
        )

    def weights(self) -> Mapping[str, int]:
        value = self.mapping("weights")
        if any(type(one) is not int or not 1 <= one <= WEIGHT_MAX for one in value.values()):
            self.wrong("weights")
        return value
