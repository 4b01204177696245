"""What an event says about somebody: the dimensions, and the counts each outcome adds. Pure.

Counts are halves, so that *all right* adds one half to each side without a fraction.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from minga.kit.errors import Conflict, Forbidden
from minga.kit.i18n import N_
from minga.kit.ids import Id

ANSWERED_WITHIN = timedelta(days=3)
SHOWN_DAYS = 730
"""How far back the counts reach that somebody shows with an ask."""
BASE_DAYS = 365
ONE = 2
WORDS_MAX = 500
TOGETHER_LEAST = 5
"""Sums over a community are shown from so many people on."""


class Dimension(StrEnum):
    """What a fact speaks about. `contribution` is sums without a ratio; the others have two sides."""

    RELIABILITY = "reliability"
    CARE = "care"
    WORK = "work"
    COMMUNICATION = "communication"
    CONTRIBUTION = "contribution"


TWO_SIDED = tuple(one for one in Dimension if one is not Dimension.CONTRIBUTION)


class What(StrEnum):
    """The outcome that was observed."""

    BACK_IN_TIME = "back_in_time"
    BACK_LATE = "back_late"
    LOST = "lost"
    DONE = "done"
    CANCELLED_LATE = "cancelled_late"
    NO_SHOW = "no_show"
    BACK_AS_LENT = "back_as_lent"
    BACK_WORSE = "back_worse"
    FEEDBACK = "feedback"
    ANSWERED = "answered"
    LEFT_SILENT = "left_silent"
    LENT = "lent"
    BORROWED = "borrowed"
    GAVE = "gave"
    GOT = "got"
    HELPED = "helped"
    WAS_HELPED = "was_helped"


GIVING = frozenset({What.LENT, What.GAVE, What.HELPED})
TAKING = frozenset({What.BORROWED, What.GOT, What.WAS_HELPED})


@dataclass(frozen=True, slots=True)
class Observation:
    """One outcome about one person, before it is kept: halves for and against, and minutes where there are any."""

    person_id: Id
    other_id: Id | None
    dimension: Dimension
    what: What
    positive: int
    negative: int
    minutes: int = 0


def good(person_id: Id, other_id: Id | None, dimension: Dimension, what: What) -> Observation:
    return Observation(person_id, other_id, dimension, what, ONE, 0)


def bad(person_id: Id, other_id: Id | None, dimension: Dimension, what: What) -> Observation:
    return Observation(person_id, other_id, dimension, what, 0, ONE)


def of_loan(
    lender_id: Id,
    borrower_id: Id,
    *,
    days_late: int,
    lost: bool,
    condition_out: int | None,
    condition_back: int | None,
) -> tuple[Observation, ...]:
    """What the end of a loan says about who borrowed. Days late are counted after the grace of the community.

    >>> [(o.what.value, o.positive) for o in of_loan("a", "b", days_late=0, lost=False, condition_out=4, condition_back=3)]
    [('back_in_time', 2), ('back_worse', 0)]
    >>> [o.what.value for o in of_loan("a", "b", days_late=0, lost=True, condition_out=4, condition_back=None)]
    ['lost']
    """
    if lost:
        return (bad(borrower_id, lender_id, Dimension.RELIABILITY, What.LOST),)
    kept = (bad if days_late else good)(
        borrower_id, lender_id, Dimension.RELIABILITY, What.BACK_LATE if days_late else What.BACK_IN_TIME
    )
    if condition_out is None or condition_back is None:
        return (kept,)
    worse = condition_back < condition_out
    care = (bad if worse else good)(
        borrower_id, lender_id, Dimension.CARE, What.BACK_WORSE if worse else What.BACK_AS_LENT
    )
    return kept, care


def of_moving(
    giver_id: Id, taker_id: Id, gave: What, took: What, minutes: int = 0
) -> tuple[Observation, ...]:
    """One count for who gave and one for who received."""
    return tuple(
        Observation(person, other, Dimension.CONTRIBUTION, what, ONE, 0, minutes)
        for person, other, what in ((giver_id, taker_id, gave), (taker_id, giver_id, took))
    )


def of_words(person_id: Id, other_id: Id, dimension: Dimension, said: str) -> Observation | None:
    """Somebody's *good*, *all right* or *not good*; nothing else counts.

    >>> of_words("a", "b", Dimension.WORK, "all_right")  # doctest: +ELLIPSIS
    Observation(person_id='a', ..., positive=1, negative=1, minutes=0)
    """
    halves = {"good": (2, 0), "all_right": (1, 1), "not_good": (0, 2)}.get(said)
    return Observation(person_id, other_id, dimension, What.FEEDBACK, *halves) if halves else None


def month_of(day: date) -> date:
    """The first day of its month, in UTC, under which contributions are summed."""
    return day.replace(day=1)


NOT_TWICE = N_("You have said so already. The other side has not answered yet.")
STRUCK = N_("This is struck already, and counts no more.")
ANSWERED = N_("This was answered already.")
NOT_YOURS = N_("Only the other side, or a mediator, can strike it.")


def check_contest(*, struck: bool, waiting: bool) -> None:
    """Raise when there is nothing left to contest.

    >>> check_contest(struck=True, waiting=False)
    Traceback (most recent call last):
    minga.kit.errors.Conflict: This is struck already, and counts no more.
    """
    if struck:
        raise Conflict(STRUCK, code="struck")
    if waiting:
        raise Conflict(NOT_TWICE, code="contested")


def check_strike(*, own: bool, other_side: bool, mediator: bool, contested: bool) -> None:
    """Raise unless this reader may strike a fact: never about oneself; the other side only after *not so*.

    >>> check_strike(own=True, other_side=False, mediator=True, contested=True)
    Traceback (most recent call last):
    minga.kit.errors.Forbidden: Only the other side, or a mediator, can strike it.
    """
    if own or not (mediator or (other_side and contested)):
        raise Forbidden(NOT_YOURS, code="not_your_side")
