"""How decisions are numbered, when they are late, and when they are looked at again. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from minga.kit.i18n import N_

PASSED = frozenset({"passed", "elected"})
STATED = "stated"
"""The outcome of an adviser's process, in which nothing is counted."""

SEARCH_MAX = 100
NOT_OWNER = N_("Whoever looks after this decision can do that, and who writes down outcomes.")
NOT_PASSED = N_("This did not pass; there is nothing to carry out.")
DONE_ALREADY = N_("This was done already.")
BY_PERSON = N_("This waits for somebody to do it. Say so when it is done.")
BY_NODE = N_("The node does this itself. You can let it try again.")
OPEN_LEFT = N_("Something that follows from it is not done yet. Look at it first.")
NOT_YET = N_("That day has not come yet.")
BEFORE = N_("That day lies before the decision.")
CANNOT_OWN = N_("Choose a member of this community.")

_NUMBER = re.compile(r"(\d{4})-(\d{3,6})")


class Progress(StrEnum):
    """How far a decision is: nothing to do in it, to be done, late, done."""

    NONE = "none"
    OPEN = "open"
    OVERDUE = "overdue"
    DONE = "done"


def read_number(typed: str) -> tuple[int, int] | None:
    """Year and number as people write them.

    >>> read_number("2026-014"), read_number(" 2026-1200 "), read_number("14"), read_number("2026-14")
    ((2026, 14), (2026, 1200), None, None)
    """
    found = _NUMBER.fullmatch(typed.strip())
    return (int(found[1]), int(found[2])) if found else None


def progress(outcome: str, deadline_on: date | None, implemented_on: date | None, today: date) -> Progress:
    """
    >>> day = date(2026, 11, 20)
    >>> [progress(*one, day).value for one in (("failed", day, None), ("passed", None, day), ("passed", day, None))]
    ['none', 'done', 'open']
    >>> progress("passed", date(2026, 11, 19), None, day).value
    'overdue'
    """
    if outcome not in PASSED and outcome != STATED:
        return Progress.NONE
    if implemented_on is not None:
        return Progress.DONE
    return Progress.OVERDUE if deadline_on is not None and deadline_on < today else Progress.OPEN


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or the last day of that month where it has no such day.

    >>> months_later(date(2026, 11, 20), 12), months_later(date(2026, 8, 31), 6), months_later(date(2028, 2, 29), 12)
    (datetime.date(2027, 11, 20), datetime.date(2027, 2, 28), datetime.date(2029, 2, 28))
    """
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    raise ValueError(day)


def rule_of_class(rules: Sequence[Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    """The rule of that class in a version of the charter; nothing when the version knows no such class.

    >>> rule_of_class([{"class": "policy", "review_months": 6}], "policy")["review_months"]
    6
    >>> rule_of_class([], "policy")
    {}
    """
    return next((one for one in rules if one.get("class") == name), {})
