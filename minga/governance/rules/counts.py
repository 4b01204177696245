"""The one way from a poll's frozen config and its packed ballots to its Result: nodes, records and recounts all take it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from minga.governance.rules.budgeting import Round, approvals, equal_shares, greedy
from minga.governance.rules.counting import NotAParameter, tally
from minga.governance.rules.forms import BUDGET, FORM_PARAMETERS, MOTION_WORDS, shape_of
from minga.governance.rules.motions import (
    MotionRule,
    Quorum,
    Threshold,
    Turnout,
    consensus,
    consent,
    majority,
)
from minga.governance.rules.ranked import ranks_of
from minga.governance.rules.results import Ballots, Lots, Result, Tie
from minga.governance.rules.scores import marks_of

BUDGET_RULES = ("greedy_skip", "greedy_stop", "equal_shares")
_KNOWS_BLANK = ("approval", "schulze")
_OWN_FIGURES = ("needed", "base", "base_weight", "threshold", "quorum_needed")


@dataclass(frozen=True)
class Cast:
    """What was cast when a poll closed.

    `ballots`: packed ballots with the weight behind them, blank ones not among them; `blank`: their weight; `number`: how
    many ballots, blank ones included; `roll`: the weight of all who were entitled; `present` (assemblies): of who was
    there; `vetoes` and `objections` as their rows say.
    """

    ballots: Ballots
    blank: int = 0
    number: int = 0
    roll: int = 0
    present: int = 0
    vetoes: int = 0
    objections: Mapping[str, int] = field(default_factory=dict)

    @property
    def weight(self) -> int:
        return sum(self.ballots.values()) + self.blank

    @property
    def turnout(self) -> Turnout:
        return Turnout(self.roll, self.weight, self.number, max(self.present, self.weight))


def count_poll(config: Mapping[str, Any], cast: Cast, lots: Lots) -> Result:
    """The Result of a poll; `lots` is asked only where nothing else decides. `NotAParameter` for a config that cannot be.

    >>> config = {"method": "majority", "threshold": {"num": 2, "den": 3}, "quorum": {"num": 1, "den": 2}}
    >>> count_poll(config, Cast({b"\\x01": 67, b"\\x02": 33, b"\\x03": 8}, 0, 108, 140), lambda _, them: sorted(them)).outcome
    'passed'
    """
    rule = rule_of(config)
    if config["method"] in MOTION_WORDS:
        return _motion(config, cast, rule, lots)
    reason = _why_not(cast, rule)
    figures = {
        "roll": cast.roll,
        "cast": cast.weight,
        "ballots": cast.number,
        "present": cast.turnout.present,
        "blank": cast.blank,
        "quorum": [rule.quorum.num, rule.quorum.den, rule.quorum.least],
        "quorum_needed": rule.quorum.needed(cast.roll),
        "vetoes": cast.vetoes,
    }
    if reason:
        return Result(_named(config), "failed", reason=reason, figures=figures)
    found = _budget(config, cast, lots) if config["method"] == BUDGET else _elected(config, cast, lots)
    found = replace(found, figures={**found.figures, **figures})
    return _to_a_second_poll(config, cast, found)


def rule_of(config: Mapping[str, Any]) -> MotionRule:
    """Threshold, quorum, least yes and veto of a config, as exact numbers."""
    threshold, quorum, veto = (config.get(name) for name in ("threshold", "quorum", "veto"))
    needed = Threshold(1, 2, strict=True)
    if config["method"] == "consensus" and not threshold:
        needed = Threshold(85, 100)
    if threshold:
        needed = Threshold(
            int(threshold["num"]),
            int(threshold["den"]),
            bool(threshold.get("strict", False)),
            str(threshold.get("base", "yes_no")),
        )
    return MotionRule(
        needed,
        Quorum(int(quorum["num"]), int(quorum["den"]), int(quorum.get("min", 0))) if quorum else Quorum(),
        int(config.get("min_yes") or 0),
        int(veto["threshold"]) if veto else None,
    )


def said_of(ballots: Ballots, method: str) -> dict[str, int]:
    """The weight behind each answer of a motion.

    >>> said_of({b"\\x01": 5, b"\\x03": 1}, "majority")
    {'yes': 5, 'no': 0, 'abstain': 1}
    """
    words = MOTION_WORDS[method]
    return {word: ballots.get(bytes([number]), 0) for number, word in enumerate(words, start=1)}


def _motion(config: Mapping[str, Any], cast: Cast, rule: MotionRule, lots: Lots) -> Result:
    method, parameters = str(config["method"]), config.get("parameters") or {}
    said = said_of(cast.ballots, method)
    if method == "consent":
        found = consent(sum(said.values()), cast.objections, cast.turnout, rule)
        if found.outcome == "passed" and (reason := _why_not(cast, replace(rule, quorum=Quorum()))):
            found = replace(found, outcome="failed", reason=reason)
        return found
    if method == "consensus":
        num, den = parameters.get("stand_aside") or (1, 4)
        found = consensus(
            said,
            cast.turnout,
            rule,
            round_number=int(config.get("round") or 1),
            rounds=int(parameters.get("rounds", 0)),
            max_blocks=int(parameters.get("max_blocks", 0)),
            stand_aside=(int(num), int(den)),
            vetoes=cast.vetoes,
        )
    else:
        found = _by_own_rule(config, cast, majority(said, cast.turnout, rule, vetoes=cast.vetoes))
    if found.reason == "tie" and config.get("on_final_tie") == "lot" and _is_half(rule.threshold):
        found = _motion_by_lot(found, lots)
    return found


def _by_own_rule(config: Mapping[str, Any], cast: Cast, found: Result) -> Result:
    """A change of the charter has to pass by the rule that it proposes for such changes as well; both are in the Result."""
    proposed = next((one["rules"] for one in config.get("effects") or () if one.get("kind") == "charter"), ())
    own = next((one for one in proposed if "governance" in one.get("kinds", ())), None)
    if own is None:
        return found
    rule = rule_of({**own, "method": "majority"})
    again = majority(said_of(cast.ballots, "majority"), cast.turnout, rule, vetoes=cast.vetoes)
    shown = {name: again.figures[name] for name in _OWN_FIGURES}
    shown |= {"outcome": again.outcome, "reason": again.reason}
    found = replace(found, figures={**found.figures, "own_rule": shown})
    if found.outcome == "passed" and again.outcome != "passed":
        return replace(found, outcome="failed", reason="own_rule")
    return found


def _is_half(threshold: Threshold) -> bool:
    """Whether as many for as against is exactly at the bar: with two thirds a tie is far below it, and no lot helps."""
    return 2 * threshold.num == threshold.den and threshold.strict and threshold.base == "yes_no"


def _motion_by_lot(found: Result, lots: Lots) -> Result:
    """As many for as against, where the charter says that the lot decides: option 1 is yes, 2 is no."""
    where = f"{found.method}/1/winner"
    order = lots(where, [1, 2])
    tie = Tie(where, (1, 2), "lot", tuple(order))
    if order[0] == 1:
        return replace(found, outcome="passed", reason="", ties=(tie,))
    return replace(found, ties=(tie,))


def _why_not(cast: Cast, rule: MotionRule) -> str:
    if not rule.quorum.reached(cast.weight, cast.roll, cast.number):
        return "quorum"
    if rule.veto_threshold is not None and cast.vetoes >= rule.veto_threshold:
        return "veto"
    return ""


def _named(config: Mapping[str, Any]) -> str:
    """What stands in the Result as the method: of a budget the rule by which it is shared out."""
    if config["method"] == BUDGET:
        return str((config.get("parameters") or {}).get("rule", "equal_shares"))
    return str(config["method"])


def _elected(config: Mapping[str, Any], cast: Cast, lots: Lots) -> Result:
    method = str(config["method"])
    parameters = {
        name: value
        for name, value in (config.get("parameters") or {}).items()
        if name not in FORM_PARAMETERS and value is not None
    }
    if method in _KNOWS_BLANK:
        parameters["blank"] = cast.blank
    return tally(method, len(config["options"]), cast.ballots, lots, parameters)


def _to_a_second_poll(config: Mapping[str, Any], cast: Cast, found: Result) -> Result:
    """A plurality below its threshold, and a tie where the charter wants no lot, end undecided and name who goes on."""
    runoff = config.get("on_final_tie") == "runoff"
    if found.method == "plurality" and config.get("threshold") and found.elected:
        rule, votes = rule_of(config), found.stages[0].totals
        bases = {"yes_no": sum(votes.values()), "cast": cast.weight, "roll": cast.roll}
        base = bases.get(rule.threshold.base, cast.turnout.present)
        best = votes[found.elected[0]]
        if best < rule.min_yes or not rule.threshold.reached(best, base):
            first = sorted(votes, key=lambda option: (-votes[option], option))[:2]
            figures = {**found.figures, "base_weight": base, "needed": rule.threshold.needed(base)}
            if runoff:
                figures["runoff"] = first
            return replace(found, outcome="undecided", reason="threshold", elected=(), figures=figures)
    by_lot = [tie for tie in found.ties if tie.resolved_by == "lot"]
    if runoff and by_lot and found.outcome == "elected":
        last = by_lot[-1]
        undone = [replace(tie, resolved_by="none") if tie is last else tie for tie in found.ties]
        figures = {**found.figures, "runoff": list(last.tied)}
        return replace(
            found, outcome="undecided", reason="tie", elected=(), ties=tuple(undone), figures=figures
        )
    return found


def _budget(config: Mapping[str, Any], cast: Cast, lots: Lots) -> Result:
    """Projects that money goes to: scores by the kind of ballot, shared out by the rule that the config names."""
    parameters: Mapping[str, Any] = config.get("parameters") or {}
    options = [int(one["number"]) for one in config["options"]]
    named = _named(config)
    if named not in BUDGET_RULES or parameters.get("budget") is None:
        raise NotAParameter(f"A budget has a sum, and is shared out by {', '.join(BUDGET_RULES)}.")
    score, supporters, voters = _support(config, cast, len(options))
    given = Round(
        int(parameters["budget"]),
        {int(one["number"]): int(one["cost"]) for one in config["options"]},
        score,
        supporters,
        voters + cast.blank,
        int(parameters.get("min_score", 0)),
        str(parameters.get("equal_score", "lower_cost")),
        {
            int(one): frozenset(int(other) for other in others)
            for one, others in parameters.get("excludes", {}).items()
        },
    )
    if named != "equal_shares":
        return greedy(given, lots, skip=named == "greedy_skip")
    utility, completion = str(parameters.get("utility", "cost")), str(parameters.get("completion", "add1"))
    return equal_shares(given, lots, utility=utility, completion=completion)


def _support(
    config: Mapping[str, Any], cast: Cast, projects: int
) -> tuple[dict[int, int], dict[int, list[int]], int]:
    shape = shape_of(BUDGET, config.get("parameters") or {})
    worth = {ballot: _worth(ballot, shape, projects) for ballot in cast.ballots}
    marks = {ballot: sorted(gives) for ballot, gives in worth.items()}
    score, supporters, voters = approvals(cast.ballots, projects, marks)
    if shape != "marks":
        score = dict.fromkeys(score, 0)
        for ballot, weight in cast.ballots.items():
            for project, points in worth[ballot].items():
                score[project] += points * weight
    return score, supporters, voters


def _worth(ballot: bytes, shape: str, projects: int) -> dict[int, int]:
    """What a ballot gives each project that it names."""
    if shape == "marks":
        return dict.fromkeys(marks_of(ballot), 1)
    if shape == "points":
        points = (int.from_bytes(ballot[2 * at : 2 * at + 2], "big") for at in range(projects))
        return {at: given for at, given in enumerate(points, start=1) if given}
    return {rank[0]: projects - place for place, rank in enumerate(ranks_of(ballot))}
