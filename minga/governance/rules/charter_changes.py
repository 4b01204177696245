"""Rules about rules: a new charter has to pass under its own rule as well, and rules with a sunset end by themselves. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from minga.governance.rules.charter import Rule, rule_for, shipped
from minga.governance.rules.charter_reading import read_rules
from minga.governance.rules.decisions import months_later
from minga.governance.rules.kinds import ProposalKind
from minga.governance.rules.motions import MotionRule, Quorum, Threshold, Turnout, majority
from minga.governance.rules.results import Result

OWN_RULE = "own_rule"
"""Why a change of the charter failed that passed by the old rule, but not by the one that it proposes."""

NOTICES = (30, 7)
"""So many days before a rule ends by itself everybody is told."""

Rules = Sequence[Mapping[str, Any]]
History = Sequence[tuple[date, Rules]]
"""The versions of a charter with the day from which each held, newest first."""


def result_under(rule: Rule, figures: Mapping[str, Any]) -> Result:
    """The same ballots by another rule: its threshold, its quorum, its least number of yes.

    >>> figures = {"yes": 70, "no": 30, "abstain": 0, "roll": 150, "cast": 100, "ballots": 100}
    >>> old = rule_for(shipped(), "governance")
    >>> result_under(old, figures).outcome
    'passed'
    >>> from dataclasses import replace
    >>> from minga.governance.rules.charter import NeededPresence, NeededYes
    >>> result_under(replace(old, threshold=NeededYes(3, 4, base="cast")), figures).reason
    'threshold'
    >>> result_under(replace(old, quorum=NeededPresence(3, 4)), figures).reason
    'quorum'
    """
    needed = rule.threshold
    threshold = Threshold(1, 2, strict=True)
    if needed is not None:
        threshold = Threshold(needed.num, needed.den, needed.strict, needed.base)
    said = {name: int(figures.get(name, 0)) for name in ("yes", "no", "abstain")}
    cast = int(figures.get("cast", 0))
    turnout = Turnout(
        int(figures.get("roll", 0)),
        cast,
        int(figures.get("ballots", cast)),
        int(figures.get("present", cast)),
    )
    quorum = Quorum(rule.quorum.num, rule.quorum.den, rule.quorum.min)
    veto = rule.veto.threshold if rule.veto else None
    wanted = MotionRule(threshold, quorum, rule.min_yes, veto)
    return majority(said, turnout, wanted, vetoes=int(figures.get("vetoes", 0)))


def proposed_rules(effects: Sequence[Mapping[str, Any]]) -> Rules | None:
    """The charter that a proposal would put in force, if it would change the charter.

    >>> proposed_rules([{"kind": "task"}]), proposed_rules([{"kind": "charter", "rules": [1]}])
    (None, [1])
    """
    return next((one["rules"] for one in effects if one.get("kind") == "charter"), None)


def under_own_rule(proposed: Rules, figures: Mapping[str, Any]) -> Result:
    """The outcome of a change of the charter by the rule that it proposes for changes of the charter."""
    return result_under(rule_for(read_rules(list(proposed)), ProposalKind.GOVERNANCE), figures)


def sunset_days(history: History) -> dict[str, date]:
    """The day on which each rule with a sunset ends, by class. A rule that was carried over unchanged goes on counting.

    >>> short = {"class": "policy", "sunset_months": 6}
    >>> other = {"class": "policy", "sunset_months": 6, "min_yes": 3}
    >>> sunset_days([(date(2026, 5, 1), [short]), (date(2026, 1, 31), [short])])
    {'policy': datetime.date(2026, 7, 31)}
    >>> sunset_days([(date(2026, 5, 1), [other]), (date(2026, 1, 31), [short])]), sunset_days([])
    ({'policy': datetime.date(2026, 11, 1)}, {})
    """
    if not history:
        return {}
    found = {}
    for rule in history[0][1]:
        months = rule.get("sunset_months")
        if months:
            began = history[0][0]
            for day, rules in history[1:]:
                if rule not in rules:
                    break
                began = day
            found[str(rule["class"])] = months_later(began, months)
    return found


def without_ended(rules: Rules, ended: frozenset[str]) -> list[dict[str, Any]]:
    """The charter after rules of these classes have ended: what the node ships with holds again for their kinds.

    >>> before = [rule.as_json() for rule in shipped(simple_majority=True)]
    >>> after = without_ended(before, frozenset({"common"}))
    >>> rule_for(read_rules(after), "policy").method, rule_for(read_rules(after), "budget", 1).method
    ('consensus', 'majority')
    """
    kinds = {kind for rule in rules if rule["class"] in ended for kind in rule["kinds"]}
    kept = [_for_kinds(rule, [kind for kind in rule["kinds"] if kind not in kinds]) for rule in rules]
    usual = [rule.as_json() for rule in shipped()]
    again = [_for_kinds(rule, [kind for kind in rule["kinds"] if kind in kinds]) for rule in usual]
    taken: set[str] = set()
    found = []
    for rule in (*kept, *again):
        if rule["kinds"]:
            name = str(rule["class"])
            while name in taken:
                name += "-usual"
            taken.add(name)
            found.append({**rule, "class": name})
    return found


def _for_kinds(rule: Mapping[str, Any], kinds: list[str]) -> dict[str, Any]:
    return {**rule, "kinds": kinds}


def due_notice(ends_on: date, today: date, told: Sequence[int]) -> int | None:
    """The notice that is due, in days before the end; each is given once, and a late node gives only the last.

    >>> end = date(2026, 12, 31)
    >>> due_notice(end, date(2026, 11, 30), ()), due_notice(end, date(2026, 12, 1), ()), due_notice(end, date(2026, 12, 5), (30,))
    (None, 30, None)
    >>> due_notice(end, date(2026, 12, 26), ()), due_notice(end, date(2026, 12, 31), (7,))
    (7, None)
    """
    left = (ends_on - today).days
    due = [days for days in NOTICES if left <= days]
    return due[-1] if due and left > 0 and due[-1] not in told else None
