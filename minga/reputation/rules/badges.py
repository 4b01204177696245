"""Badges as data: a small grammar of counts, checked when it is saved and evaluated from events. Pure.

A term counts events of one kind in which somebody has a role; terms are combined by `all` and `any`. There are no levels,
points or rankings, and nobody is told how many badges somebody has.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from minga.kit.errors import Invalid
from minga.kit.i18n import N_

TERMS_MAX = 10
NAME_MAX = 60
SENTENCE_MAX = 200
WORDS_MAX = 280
BADGES_MAX = 60
COUNT_MAX = 10_000
DAYS_MAX = 3_650
ICONS = ("sprout", "loan", "gift", "need", "people", "done", "repair", "hours", "talk", "skill")
BAD_RULE = N_("This rule cannot be read: {why}.")
TERM = frozenset({"count", "as", "where", "at_least", "within_days"})


class Choice(StrEnum):
    """What somebody does with a badge they earned."""

    SHOWN = "shown"
    KEPT = "kept"
    DECLINED = "declined"


Kinds = Mapping[str, Collection[str]]
"""The names of events that can be counted, with their fields."""


def check_rule(rule: Any, kinds: Kinds) -> None:
    """Raise unless the rule is one: known events and fields, whole numbers in bounds, at most ten terms.

    >>> kinds = {"LoanCompleted": ["lender_id", "borrower_id", "lost"]}
    >>> check_rule({"count": "LoanCompleted", "as": "lender", "where": {"lost": False}, "at_least": 3}, kinds)
    >>> check_rule({"count": "Loans", "as": "lender", "at_least": 3}, kinds)
    Traceback (most recent call last):
    minga.kit.errors.Invalid: This rule cannot be read: no event is called Loans.
    """
    found = list(_checked(rule, kinds, depth=0))
    if not 1 <= len(found) <= TERMS_MAX:
        raise _fault(f"it has {len(found)} terms, not 1 to {TERMS_MAX}")


def _checked(rule: Any, kinds: Kinds, depth: int) -> Iterator[Mapping[str, Any]]:
    if not isinstance(rule, dict) or depth > 3:
        raise _fault("it is not a term, all or any")
    if set(rule) in ({"all"}, {"any"}):
        parts = next(iter(rule.values()))
        if not isinstance(parts, list) or not 1 <= len(parts) <= TERMS_MAX:
            raise _fault("all and any take a list of terms")
        for part in parts:
            yield from _checked(part, kinds, depth + 1)
        return
    _check_term(rule, kinds)
    yield rule


def _check_term(term: Mapping[str, Any], kinds: Kinds) -> None:
    if not {"count", "as", "at_least"} <= set(term) <= TERM:
        raise _fault("a term has count, as and at_least, and may have where and within_days")
    event, role, where = term["count"], term["as"], term.get("where", {})
    if not isinstance(event, str) or event not in kinds:
        raise _fault(f"no event is called {str(event)[:60]}")
    if not isinstance(role, str) or f"{role}_id" not in kinds[event]:
        raise _fault(f"nobody in {event} is called {str(role)[:60]}")
    if not isinstance(where, dict) or any(name not in kinds[event] for name in where):
        raise _fault(f"{event} has no such field")
    if any(not isinstance(value, str | int | bool) for value in where.values()):
        raise _fault("where compares with words, whole numbers, true and false")
    for name, most in (("at_least", COUNT_MAX), ("within_days", DAYS_MAX)):
        value = term.get(name, 1)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            raise _fault(f"{name} is a whole number from 1 to {most}")


def _fault(why: str) -> Invalid:
    fault = Invalid(BAD_RULE, why=why)
    return Invalid(BAD_RULE, fields={"rule": fault}, why=why)


def terms_in(rule: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """All terms of a rule that was checked.

    >>> [term["count"] for term in terms_in({"any": [{"count": "A"}, {"all": [{"count": "B"}]}]})]
    ['A', 'B']
    """
    for part in rule.get("all") or rule.get("any") or [rule]:
        if part is rule:
            yield part
        else:
            yield from terms_in(part)


def holds(rule: Mapping[str, Any], count: Callable[[Mapping[str, Any]], int]) -> bool:
    """Whether the rule holds for somebody of whom `count` knows each term.

    >>> rule = {"all": [{"count": "A", "at_least": 2}, {"any": [{"count": "B", "at_least": 1}, {"count": "C", "at_least": 1}]}]}
    >>> [holds(rule, lambda term: n.get(term["count"], 0)) for n in ({"A": 2, "C": 1}, {"A": 2}, {"A": 1, "B": 9})]
    [True, False, False]
    """
    if "all" in rule:
        return all(holds(part, count) for part in rule["all"])
    if "any" in rule:
        return any(holds(part, count) for part in rule["any"])
    return count(rule) >= int(rule["at_least"])


def since(term: Mapping[str, Any], now: datetime) -> datetime | None:
    """From when on a term counts; None for always."""
    return now - timedelta(days=term["within_days"]) if "within_days" in term else None


def is_over(earned_at: datetime, valid_days: int | None, now: datetime) -> bool:
    """Whether a badge has run its time.

    >>> from datetime import UTC
    >>> day = datetime(2026, 11, 20, tzinfo=UTC)
    >>> is_over(day, 30, day + timedelta(days=29)), is_over(day, 30, day + timedelta(days=30)), is_over(day, None, day)
    (False, True, False)
    """
    return valid_days is not None and now >= earned_at + timedelta(days=valid_days)
