"""Rules about rules: those with a sunset end by themselves, after notices; then what is usual holds again. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from minga.governance.rules.charter import shipped
from minga.governance.rules.decisions import months_later

NOTICES = (30, 7)
"""So many days before a rule ends by itself everybody is told."""

Rules = Sequence[Mapping[str, Any]]
History = Sequence[tuple[date, Rules]]
"""The versions of a charter with the day from which each held, newest first."""


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

    >>> from minga.governance.rules.charter import rule_for
    >>> from minga.governance.rules.charter_reading import read_rules
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
