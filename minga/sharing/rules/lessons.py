"""Lessons: the dated sessions of something to learn or to teach, their places and who waits for one. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from minga.kit.errors import Conflict, Invalid, Refused
from minga.kit.i18n import N_

PLACES_MAX = 200
MINUTES_MOST = 24 * 60
PLACE_MAX = 200
NOTE_MAX = 500
WORDS_MAX = 500
COMING_MAX = 60
"""How many lessons of one listing may lie ahead."""
AHEAD_MAX = timedelta(days=366)
NOTED_FOR = timedelta(days=90)
"""So long after a lesson it may be noted who came."""
SOON = timedelta(hours=24)
"""So long before a lesson those who have a place are reminded."""

IS_OVER = N_("That moment is over. Choose a later one.")
TOO_FAR = N_("Choose a moment within a year.")
BETWEEN = N_("Between {least} and {most}, please.")
HAS_BEGUN = N_("This lesson has begun. Choose a later one.")
IS_CANCELLED = N_("This lesson does not take place.")
NOT_BEGUN = N_("The lesson has not begun yet. Note who came when it has.")
TOO_LATE = N_("Who came can be noted for {days} days after a lesson.")
TOO_MANY = N_("At most {most} lessons of one listing can lie ahead. Add more when some are over.")
PLACES_TAKEN = N_("{n} people have a place already. Keep as many, or take somebody off first.")


class PlaceEnd(StrEnum):
    """How a place ended: they gave it up, were taken off, or left the community. A lesson called off ends none."""

    LEFT = "left"
    TAKEN_OFF = "taken_off"
    GONE = "gone"


class LessonState(StrEnum):
    """Where a lesson stands."""

    COMING = "coming"
    OVER = "over"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class LessonShape:
    """What somebody says about a lesson: when, for how long, for how many, where; `note` is for those with a place."""

    begins_at: datetime
    minutes: int
    places: int
    place: str = ""
    note: str = ""


def state_of(begins_at: datetime, cancelled_at: datetime | None, now: datetime) -> LessonState:
    """Exactly one state from the dates.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    >>> [state_of(noon, None, noon + timedelta(hours=n)).value for n in (-1, 0, 1)]
    ['coming', 'over', 'over']
    >>> state_of(noon, noon, noon).value
    'cancelled'
    """
    if cancelled_at is not None:
        return LessonState.CANCELLED
    return LessonState.COMING if now < begins_at else LessonState.OVER


def check_shape(shape: LessonShape, now: datetime, *, moved: bool = True) -> None:
    """Raise when a lesson would lie in the past or too far ahead, or its numbers do not fit.

    A lesson whose moment is not `moved` may have begun: a note can be mended later.
    """
    if moved and shape.begins_at <= now:
        raise Refused(IS_OVER, code="bad_window", fields={"day": IS_OVER})
    if shape.begins_at > now + AHEAD_MAX:
        raise Refused(TOO_FAR, code="bad_window", fields={"day": TOO_FAR})
    for name, value, most in (("minutes", shape.minutes, MINUTES_MOST), ("places", shape.places, PLACES_MAX)):
        if not 1 <= value <= most:
            raise Invalid(BETWEEN, fields={name: Invalid(BETWEEN, least=1, most=most)}, least=1, most=most)


def check_coming(state: LessonState) -> None:
    """Raise when nobody can come to it, or stay away from it, any more."""
    if state is LessonState.CANCELLED:
        raise Conflict(IS_CANCELLED, code="lesson_cancelled")
    if state is LessonState.OVER:
        raise Conflict(HAS_BEGUN, code="lesson_begun")


def check_noting(begins_at: datetime, cancelled_at: datetime | None, now: datetime) -> None:
    """Raise when it cannot be noted who came: too early, too late, or there was no lesson."""
    state = state_of(begins_at, cancelled_at, now)
    if state is LessonState.CANCELLED:
        raise Conflict(IS_CANCELLED, code="lesson_cancelled")
    if state is LessonState.COMING:
        raise Conflict(NOT_BEGUN, code="lesson_not_begun")
    if now > begins_at + NOTED_FOR:
        raise Conflict(TOO_LATE, code="too_late", days=NOTED_FOR.days)


def free_seat(taken: Collection[int], places: int) -> int | None:
    """The lowest number that nobody sits on, None when it is full.

    >>> free_seat([], 2), free_seat([1, 3], 3), free_seat([1, 2], 2)
    (1, 2, None)
    """
    return next((seat for seat in range(1, places + 1) if seat not in taken), None)


def check_places(taken: int, places: int) -> None:
    """Raise when there would be fewer places than people who have one."""
    if places < taken:
        raise Conflict(PLACES_TAKEN, code="places_taken", n=taken, fields={"places": PLACES_TAKEN})
