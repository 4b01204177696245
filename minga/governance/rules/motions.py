"""Motions: majority with an exact threshold, consensus with a fraction to fall back on, consent, veto; quorum for all.

Every denominator is named: `yes_no` what was said for and against, `cast` all ballots, `present` who was there, `roll`
everybody who was entitled. Fractions are compared by cross-multiplication; nothing is rounded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from minga.governance.rules.results import Result

BASES = ("yes_no", "cast", "present", "roll")


@dataclass(frozen=True)
class Threshold:
    """`yes · den > num · base` when strict, else `≥`."""

    num: int
    den: int
    strict: bool = False
    base: str = "yes_no"

    def __post_init__(self) -> None:
        if self.den < 1 or not 0 <= self.num <= self.den:
            raise ValueError("a threshold is a fraction from 0 to 1")
        if self.base not in BASES:
            raise ValueError(f"the base is one of {', '.join(BASES)}")

    def reached(self, yes: int, base: int) -> bool:
        """Nothing of nothing never passes.

        >>> Threshold(2, 3).reached(66, 100), Threshold(2, 3).reached(67, 100), Threshold(1, 2).reached(0, 0)
        (False, True, False)
        """
        if base == 0:
            return False
        if self.strict:
            return yes * self.den > self.num * base
        return yes * self.den >= self.num * base

    def needed(self, base: int) -> int:
        """The fewest yes that reach it.

        >>> Threshold(2, 3).needed(100), Threshold(1, 2, strict=True).needed(100)
        (67, 51)
        """
        if self.strict:
            return self.num * base // self.den + 1
        return max(1, -(-self.num * base // self.den))


@dataclass(frozen=True)
class Quorum:
    """`cast · den ≥ num · roll`, and at least `least` ballots. Abstaining and blank ballots are presence."""

    num: int = 0
    den: int = 1
    least: int = 0

    def reached(self, cast: int, roll: int, ballots: int) -> bool:
        """
        >>> Quorum(7, 100).reached(7, 100, 7), Quorum(1, 2).reached(2, 5, 2)
        (True, False)
        """
        return cast * self.den >= self.num * roll and ballots >= self.least

    def needed(self, roll: int) -> int:
        return max(self.least, -(-self.num * roll // self.den))


@dataclass(frozen=True)
class Turnout:
    """Weights: of the roll, of all ballots (blank ones included), of who was present; and the number of ballots."""

    roll: int
    cast: int
    ballots: int
    present: int = 0


@dataclass(frozen=True)
class MotionRule:
    """What a motion needs, fixed when its poll opens."""

    threshold: Threshold = Threshold(1, 2, strict=True)
    quorum: Quorum = Quorum()
    min_yes: int = 0
    veto_threshold: int | None = None


def majority(said: Mapping[str, int], turnout: Turnout, rule: MotionRule, *, vetoes: int = 0) -> Result:
    """Yes and no against the threshold; `said` has the weights of `yes`, `no`, `abstain`."""
    yes, no, abstain = (said.get(word, 0) for word in ("yes", "no", "abstain"))
    return _decided("majority", yes, no, abstain, turnout, rule, vetoes, {"said": dict(said)})


def consensus(
    said: Mapping[str, int],
    turnout: Turnout,
    rule: MotionRule,
    *,
    round_number: int = 1,
    rounds: int = 0,
    max_blocks: int = 0,
    stand_aside: tuple[int, int] = (1, 4),
    vetoes: int = 0,
) -> Result:
    """Agreement without blocks for the first `rounds` rounds, then the fraction of the rule.

    `said` has `agree`, `reservations`, `stand_aside`, `block`, `abstain`. Standing aside is never a block.
    """
    agree, reserved, aside, block, abstain = (
        said.get(word, 0) for word in ("agree", "reservations", "stand_aside", "block", "abstain")
    )
    if round_number > rounds:
        return _decided(
            "consensus",
            agree + reserved,
            aside + block,
            abstain,
            turnout,
            rule,
            vetoes,
            {"said": dict(said), "round": round_number, "counted_as": "majority"},
        )
    num, den = stand_aside
    figures = {"said": dict(said), "round": round_number, "counted_as": "consensus"}
    figures |= {"vetoes": vetoes, **_numbers(turnout, rule)}
    figures |= {"stand_aside_most": num * (turnout.cast - abstain) // den, "blocks_most": max_blocks}
    reason = _why_not(turnout, rule, vetoes) or (
        "blocked"
        if block > max_blocks
        else "stood_aside"
        if aside * den > num * (turnout.cast - abstain)
        else "nobody_agreed"
        if agree + reserved < 1
        else ""
    )
    return Result("consensus", "failed" if reason else "passed", reason=reason, figures=figures)


OBJECTIONS = ("integrated", "withdrawn", "not_paramount", "standing")


def consent(answers: int, objections: Mapping[str, int], turnout: Turnout, rule: MotionRule) -> Result:
    """Passes when explicit answers reach the quorum and no objection stands. Silence is consent, not quorum."""
    explicit = Turnout(turnout.roll, answers, answers, turnout.present)
    reason = _why_not(explicit, rule, 0) or ("objection" if objections.get("standing", 0) else "")
    figures = {"objections": dict(objections), "answers": answers, **_numbers(turnout, rule)}
    return Result("consent", "failed" if reason else "passed", reason=reason, figures=figures)


def _decided(
    method: str,
    yes: int,
    no: int,
    abstain: int,
    turnout: Turnout,
    rule: MotionRule,
    vetoes: int,
    more: Mapping[str, Any],
) -> Result:
    bases = {"yes_no": yes + no, "cast": turnout.cast, "present": turnout.present, "roll": turnout.roll}
    base = bases[rule.threshold.base]
    reason = _why_not(turnout, rule, vetoes)
    if not reason and yes < rule.min_yes:
        reason = "min_yes"
    if not reason and not rule.threshold.reached(yes, base):
        reason = "tie" if yes == no and yes else "threshold"
    figures = {
        "yes": yes,
        "no": no,
        "abstain": abstain,
        "base": rule.threshold.base,
        "base_weight": base,
        "threshold": [rule.threshold.num, rule.threshold.den, rule.threshold.strict],
        "needed": max(rule.threshold.needed(base), rule.min_yes),
        "vetoes": vetoes,
        **_numbers(turnout, rule),
        **more,
    }
    return Result(method, "failed" if reason else "passed", reason=reason, figures=figures)


def _numbers(turnout: Turnout, rule: MotionRule) -> dict[str, Any]:
    """Who was entitled and who took part, and how many had to: the same for every motion."""
    return {
        "quorum": [rule.quorum.num, rule.quorum.den, rule.quorum.least],
        "quorum_needed": rule.quorum.needed(turnout.roll),
        "roll": turnout.roll,
        "cast": turnout.cast,
        "ballots": turnout.ballots,
        "present": turnout.present,
    }


def _why_not(turnout: Turnout, rule: MotionRule, vetoes: int) -> str:
    """What stops any motion, whatever was said."""
    if not rule.quorum.reached(turnout.cast, turnout.roll, turnout.ballots):
        return "quorum"
    if rule.veto_threshold is not None and vetoes >= rule.veto_threshold:
        return "veto"
    return ""


def is_fixed(rule: MotionRule, yes: int, no: int, turnout: Turnout) -> bool:
    """True when no use of the votes that are still out changes the outcome of a majority.

    All that are out for yes is the best for it, all for no the worst; between them the outcome only ever changes once,
    but the quorum also rises with abstentions, so that "nobody else votes" and "all abstain" are looked at too.
    """
    out = turnout.roll - turnout.cast
    ends = ((out, 0, out), (0, out, out), (0, 0, 0), (0, 0, out))
    outcomes = {
        majority(
            {"yes": yes + more_yes, "no": no + more_no},
            Turnout(
                turnout.roll,
                turnout.cast + more,
                turnout.ballots + more,
                max(turnout.present, turnout.cast + more),
            ),
            rule,
        ).outcome
        for more_yes, more_no, more in ends
    }
    return len(outcomes) == 1
