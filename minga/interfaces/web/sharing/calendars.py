"""How a calendar is said: a word for each day, the free times as sentences, the states of reservations."""

from datetime import date, timedelta
from typing import Any

from minga.communities.rules.time import last_day, today
from minga.interfaces.web.sharing.saying import Saying
from minga.kit.i18n import N_
from minga.sharing.queries import Calendar
from minga.sharing.rules.lessons import LessonState
from minga.sharing.rules.reservations import DayWord, ReservationState
from minga.sharing.rules.windows import Window

DAY_WORDS = {
    DayWord.FREE: N_("free"),
    DayWord.SOME: N_("partly free"),
    DayWord.TAKEN: N_("taken"),
    DayWord.CLOSED: N_("closed"),
}
N_FREE = N_("{n} free")
RESERVATION_WORDS = {
    ReservationState.HELD: (N_("Held for you"), "sun"),
    ReservationState.CONFIRMED: (N_("Reserved"), "leaf"),
    ReservationState.OUT: (N_("With you"), "sky"),
    ReservationState.CANCELLED: (N_("Called off"), ""),
    ReservationState.NO_SHOW: (N_("Not fetched"), ""),
    ReservationState.LAPSED: (N_("Held no longer"), ""),
    ReservationState.OVER: (N_("Over"), ""),
}
LESSON_WORDS = {
    LessonState.COMING.value: (N_("to come"), "leaf"),
    LessonState.OVER.value: (N_("over"), ""),
    LessonState.CANCELLED.value: (N_("does not take place"), "sun"),
}


def calendar_words(saying: Saying, found: Calendar | None) -> dict[str, Any]:
    """What the pages say of a calendar: weekdays, a word for each cell, the free times."""
    if found is None:
        return {"calendar": None}
    monday = date(2026, 11, 16)
    return {
        "calendar": found,
        "month_word": saying.formats.month(found.month),
        "weekdays": [
            (saying.formats.weekday_short(day), saying.formats.weekday(day))
            for day in (monday + timedelta(days=n) for n in range(7))
        ],
        "cell_word": lambda cell: _cell_word(saying, found, cell),
        "free_times": [_window(saying, found, one) for one in found.windows],
    }


def _cell_word(saying: Saying, found: Calendar, cell: Any) -> str:
    if cell.word is DayWord.FREE and found.copies > 1:
        return saying.say(N_FREE, n=cell.free)
    return saying.say(DAY_WORDS[cell.word])


def _window(saying: Saying, found: Calendar, one: Window) -> str:
    """Days for what goes by days, else the day and its hours."""
    if found.by_days:
        return saying.when(one.from_at, one.until_at, found.zone)
    start, end = today(one.from_at, found.zone), last_day(one.until_at, found.zone)
    if start != end:
        return f"{saying.formats.moment(one.from_at, saying.now)} – {saying.formats.moment(one.until_at, saying.now)}"
    hours = f"{saying.formats.time(one.from_at)} – {saying.formats.time(one.until_at)}"
    return f"{saying.formats.day(start, today(saying.now, found.zone))}, {hours}"
