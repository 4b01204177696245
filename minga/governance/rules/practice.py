"""How a community decides, in figures: what is counted of a day, and how many days become one line. Whole numbers only. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from minga.kit.i18n import N_

FORMULA = 1
"""Written beside each day; another number when one of the figures is computed otherwise."""

FEW = 5
"""Where fewer people could vote, a share of them would say who; such polls are counted and their turnout is not kept."""

FORMULAS = {
    "decided": N_("Votes that became final in these days."),
    "passed": N_("Those of them that passed or elected somebody."),
    "turnout": N_(
        "Of every 100 who could vote so many did: the middle of all votes with five or more on the roll, the lower of two."
    ),
    "quorum_missed": N_("Votes that failed because too few took part."),
    "blocked": N_("Votes that failed by a veto, a block or an objection."),
    "days": N_("Days from the opening of the vote to the decision: the middle of all, the lower of two."),
    "in_time": N_(
        "Decisions that passed and were carried out by their day, or at any time where none was set."
    ),
    "overdue": N_("Decisions that passed, whose day is over and that nobody has carried out."),
    "reopened": N_("Decisions that were looked at again on their day of review."),
}
BLOCKS = frozenset({"veto", "blocked", "objection"})


@dataclass(frozen=True)
class Counted:
    """One final vote, as far as it is counted: weights of the roll and of all ballots, and the days it took."""

    outcome: str
    reason: str
    roll: int
    cast: int
    days: int


@dataclass(frozen=True)
class Line:
    """Figures of one class and method. Empty turnout: too few people, or nobody voted."""

    decided: int
    passed: int
    quorum_missed: int
    blocked: int
    turnout: int | None
    days: int | None


def figures_of(votes: Iterable[Counted]) -> dict[str, Any]:
    """What is kept of one day, one class and one method; no ballots, no people.

    >>> figures_of([Counted("passed", "", 8, 6, 5), Counted("failed", "quorum", 4, 1, 7)])
    {'decided': 2, 'passed': 1, 'quorum_missed': 1, 'blocked': 0, 'turnout': [75], 'days': [5, 7]}
    """
    found = list(votes)
    return {
        "decided": len(found),
        "passed": sum(one.outcome in ("passed", "elected") for one in found),
        "quorum_missed": sum(one.reason == "quorum" for one in found),
        "blocked": sum(one.reason in BLOCKS for one in found),
        "turnout": sorted(100 * one.cast // one.roll for one in found if one.roll >= FEW),
        "days": sorted(one.days for one in found),
    }


def together(days: Sequence[Mapping[str, Any]]) -> Line:
    """Many days as one line.

    >>> together([{"decided": 2, "passed": 1, "quorum_missed": 1, "blocked": 0, "turnout": [75], "days": [5, 7]}] * 2)
    Line(decided=4, passed=2, quorum_missed=2, blocked=0, turnout=75, days=5)
    """
    return Line(
        decided=sum(one["decided"] for one in days),
        passed=sum(one["passed"] for one in days),
        quorum_missed=sum(one["quorum_missed"] for one in days),
        blocked=sum(one["blocked"] for one in days),
        turnout=_middle([percent for one in days for percent in one["turnout"]]),
        days=_middle([count for one in days for count in one["days"]]),
    )


def _middle(numbers: Iterable[int]) -> int | None:
    """The middle one, the lower of two.

    >>> _middle([9, 1, 5]), _middle([1, 5, 9, 11]), _middle([])
    (5, 5, None)
    """
    ordered = sorted(numbers)
    return ordered[(len(ordered) - 1) // 2] if ordered else None
