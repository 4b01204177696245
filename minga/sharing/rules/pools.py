"""Pools: what is held in common, claims on it, shares of it. States are computed from dates. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from minga.kit.errors import Conflict, Invalid, Refused
from minga.kit.i18n import N_
from minga.sharing.rules.allocation.names import (
    ESSENTIAL,
    NOT_FITTING,
    NOT_KNOWN,
    QUOTAS,
    Rule,
    RuleInvalid,
    What,
    check_rule,
    read_rule,
)

NAME_MAX, TEXT_MAX, WORDS_MAX, WHY_MAX, THING_MAX = 120, 2_000, 300, 300, 80
STEP_MILLI_MAX = 10**9
STEPS_MAX = 10**6
STOCK_MILLI_MAX = 10**12
HEADS_MAX = 20
WINDOW_DAYS, WINDOW_DAYS_LEAST, WINDOW_DAYS_MOST = 90, 7, 730
ANSWER_HOURS = 48
TURNS_MAX = 3
WORDS_KEPT = timedelta(days=90)
COUNT_SHOWN_FROM = 5
BANDS = (3, 2, 1, 0)
BAND_TODAY = BANDS[0]
BAND_LIMITS: Mapping[int, int] = {3: 4, 2: 12}
"""How many claims of a band one household makes within the window at most."""


class WeightBy(StrEnum):
    PERSON = "person"
    HOUSEHOLD = "household"


class Eligible(StrEnum):
    """Who may claim."""

    MEMBERS = "members"
    FULL = "full"


class StockWhy(StrEnum):
    GIVEN = "given"
    ALLOCATED = "allocated"
    RETURNED = "returned"
    SPOILED = "spoiled"
    CORRECTED = "corrected"


class RoundState(StrEnum):
    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    ALLOCATED = "allocated"
    SETTLED = "settled"
    CANCELLED = "cancelled"


class ShareState(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    TAKEN = "taken"
    MISSED = "missed"
    REFUSED = "refused"
    LAPSED = "lapsed"


BAND_WORDS: Mapping[int, str] = {
    3: N_("Today, or harm follows"),
    2: N_("This week"),
    1: N_("It helps much"),
    0: N_("Good to have"),
}
RULE_WORDS: Mapping[Rule, str] = {
    Rule.NEED: N_("By need"),
    Rule.MAX_MIN: N_("Evenly"),
    Rule.ROTATION: N_("In turn"),
    Rule.LOTTERY: N_("By lot"),
    Rule.CONTRIBUTION: N_("A little more for who does much"),
    Rule.HYBRID: N_("In parts by several rules"),
    Rule.NEED_POINTS: N_("By points"),
    Rule.RANKED: N_("By wishes in order"),
    Rule.WINDOWS: N_("Times without overlap"),
    Rule.BUNDLES: N_("Choosing in turn"),
    Rule.CHORES: N_("Chores in turn"),
}
RULE_SENTENCES: Mapping[Rule, str] = {
    Rule.NEED: N_(
        "What is most pressing comes first. Among equally pressing claims nobody gets more before those who had"
        " less per head in the last months; then a lot decides."
    ),
    Rule.MAX_MIN: N_(
        "Nobody gets more before those who have less per head, as long as they still want some. The last part goes by lot."
    ),
    Rule.ROTATION: N_(
        "Whoever had least per head in the last months comes first, then who has waited longest, then a lot."
    ),
    Rule.LOTTERY: N_("A lot that everybody can draw again puts all claims in order; each gets what is left."),
    Rule.CONTRIBUTION: N_(
        "As in turn, but whoever did more hours here counts as a little more than one head, up to a limit. Never money."
    ),
    Rule.HYBRID: N_("The supply is split into parts, and each part goes by a rule of its own."),
    Rule.NEED_POINTS: N_(
        "Points for open needs, for offering little, for having given and for access needs. Take care: who lists"
        " little looks as if they needed more."
    ),
    Rule.RANKED: N_(
        "As many as possible get something they ranked, and as few as possible their last choice."
    ),
    Rule.WINDOWS: N_("As many times as possible that do not overlap, the most pressing first, then a lot."),
    Rule.BUNDLES: N_("In the order of a lot each takes in turn what they value most of what is left."),
    Rule.CHORES: N_("In turn each takes the chore that costs them least."),
}
WHY_WORDS: Mapping[StockWhy, str] = {
    StockWhy.GIVEN: N_("Given"),
    StockWhy.ALLOCATED: N_("Shared out"),
    StockWhy.RETURNED: N_("Came back"),
    StockWhy.SPOILED: N_("Spoiled"),
    StockWhy.CORRECTED: N_("Counted again"),
}
RULE_FAULTS: Mapping[str, str] = {
    NOT_KNOWN: N_("There is no rule “{what}”."),
    NOT_FITTING: N_("That rule does not fit what this pool holds."),
    ESSENTIAL: N_("What everybody needs is never given by contribution."),
    QUOTAS: N_("The parts have to be known rules, each once, and add up to 100."),
}
ROUND_NOT = N_("That cannot be done with this round any more.")
SHARE_OVER = N_("This share was answered already, or its time is over.")
NOT_WHOLE = N_("Write a whole number, without comma or letters.")
TOO_MUCH = N_("That number is too large.")


@dataclass(frozen=True, slots=True)
class RoundDates:
    """What a round's state follows from."""

    opened: bool
    closed: bool
    allocated: bool
    settled: bool
    cancelled: bool

    @property
    def state(self) -> RoundState:
        """The last thing that happened.

        >>> RoundDates(True, True, False, False, False).state
        <RoundState.CLOSED: 'closed'>
        """
        if self.cancelled:
            return RoundState.CANCELLED
        if self.settled:
            return RoundState.SETTLED
        if self.allocated:
            return RoundState.ALLOCATED
        if self.closed:
            return RoundState.CLOSED
        return RoundState.OPEN if self.opened else RoundState.PLANNED


def checked_rule(
    name: str, parameters: Mapping[str, Any], *, what: What, essential: bool
) -> tuple[Rule, dict[str, Any]]:
    """The rule and its parameters, or a refusal that says what is wrong with them.

    >>> checked_rule("hybrid", {"quotas": []}, what=What.UNITS, essential=False)
    Traceback (most recent call last):
    minga.kit.errors.Invalid: The parts have to be known rules, each once, and add up to 100.
    """
    try:
        rule = read_rule(name)
        return rule, check_rule(rule, parameters, what=what, essential=essential)
    except RuleInvalid as fault:
        said = RULE_FAULTS.get(fault.why, N_("This rule does not know “{what}” like that."))
        raise Invalid(said, code="rule_invalid", what=fault.what, fields={"rule": said}) from fault


def whole(value: Any, most: int, *, field: str) -> int:
    """A whole number as it came from outside.

    >>> whole("1e3", 10, field="steps")
    Traceback (most recent call last):
    minga.kit.errors.Invalid: Write a whole number, without comma or letters.
    """
    text = str(value).strip()
    digits = text[1:] if text.startswith("-") else text
    if isinstance(value, bool | float) or not (digits.isascii() and digits.isdecimal()):
        raise Invalid(NOT_WHOLE, code="not_an_integer", fields={field: NOT_WHOLE})
    if len(digits) > 15 or abs(int(text)) > most:
        raise Invalid(TOO_MUCH, code="too_large", fields={field: TOO_MUCH})
    return int(text)


def check_steps(steps: int, claim_max: int | None, step: str) -> int:
    """Whole steps from one to the limit; `step` is the smallest share in words.

    >>> check_steps(4, 20, "0.5 kg"), check_steps(1, None, "1")
    (4, 1)
    >>> check_steps(21, 20, "0.5 kg")
    Traceback (most recent call last):
    minga.kit.errors.Invalid: In parts of 0.5 kg, from 1 to 20 of them.
    """
    most = claim_max or STEPS_MAX
    if not 1 <= steps <= most:
        said = N_("In parts of {step}, from 1 to {most} of them.")
        raise Invalid(
            said,
            code="steps_invalid",
            step=step,
            most=most,
            fields={"steps": Refused(said, step=step, most=most)},
        )
    return steps


def check_band(band: int, used: int) -> int:
    """The band, unless it was used as often as it may be within the window; then the next lower one is offered.

    >>> check_band(3, 4)
    Traceback (most recent call last):
    minga.kit.errors.Conflict: You said that 4 times already in these months. Choose the next one, and tell a steward.
    """
    if band not in BANDS:
        said = N_("Choose how pressing it is.")
        raise Invalid(said, code="band_invalid", fields={"band": said})
    limit = BAND_LIMITS.get(band)
    if limit is not None and used >= limit:
        raise Conflict(
            N_("You said that {n} times already in these months. Choose the next one, and tell a steward."),
            code="band_used_up",
            n=limit,
        )
    return band


def step_words(step_milli: int, unit: str) -> str:
    """The smallest share as people say it.

    >>> step_words(500, "kg"), step_words(1000, "piece")
    ('0.5 kg', '1 piece')
    """
    return f"{plain_milli(step_milli)} {unit}"


def plain_milli(milli: int) -> str:
    """Thousandths as a decimal number.

    >>> plain_milli(2500), plain_milli(-1000), plain_milli(0)
    ('2.5', '-1', '0')
    """
    whole_part, rest = divmod(abs(milli), 1000)
    tail = f"{rest:03d}".rstrip("0")
    return ("-" if milli < 0 else "") + (f"{whole_part}.{tail}" if tail else str(whole_part))
