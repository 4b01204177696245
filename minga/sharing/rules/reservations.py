"""Reservations: copies of a thing or places in a room that somebody has from one moment to another. Pure."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import accumulate, pairwise

from minga.kit.errors import Conflict, Refused
from minga.kit.i18n import N_
from minga.sharing.rules.windows import Window

HELD = timedelta(hours=48)
"""How long a reservation waits for the owner's answer before others may have the days."""
LEAD_DAYS_MAX = 90
BOOKING_SILENT = timedelta(days=1)
"""When a booked time is over for so long and nobody has said anything, the room counts as used and left."""
GROUP_MAX = 500
WINDOWS_MAX = 12


class ReservationEnd(StrEnum):
    """How a reservation ended: called off, never fetched, not answered in time, or used."""

    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    LAPSED = "lapsed"
    OVER = "over"


class ReservationState(StrEnum):
    """Where a reservation stands."""

    HELD = "held"
    CONFIRMED = "confirmed"
    OUT = "out"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    LAPSED = "lapsed"
    OVER = "over"

    @property
    def open(self) -> bool:
        return self in (ReservationState.HELD, ReservationState.CONFIRMED, ReservationState.OUT)


@dataclass(frozen=True, slots=True)
class ReservationDates:
    """The dated facts of a reservation."""

    kept_until: datetime | None = None
    confirmed_at: datetime | None = None
    out_at: datetime | None = None
    end: ReservationEnd | None = None

    def state(self, at: datetime) -> ReservationState:
        """Exactly one state; what was held for too long has lapsed, also before the clock has said so.

        >>> from datetime import UTC
        >>> noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
        >>> ReservationDates(kept_until=noon).state(noon).value, ReservationDates(confirmed_at=noon).state(noon).value
        ('lapsed', 'confirmed')
        """
        if self.end is not None:
            return ReservationState(self.end.value)
        if self.out_at is not None:
            return ReservationState.OUT
        if self.confirmed_at is not None:
            return ReservationState.CONFIRMED
        waits = self.kept_until is None or self.kept_until > at
        return ReservationState.HELD if waits else ReservationState.LAPSED


@dataclass(frozen=True, slots=True)
class Taken:
    """A time in which something is taken: a copy by its number, or one of them, nobody has said which."""

    window: Window
    copy_no: int | None = None


def free_numbers(taken: Iterable[Taken], wish: Window, copies: int) -> list[int]:
    """The numbers of the copies that are free all through the wish, the lowest first.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    >>> hour = Window(noon, noon + timedelta(hours=1))
    >>> free_numbers([Taken(hour, 2), Taken(hour)], hour, 4)
    [1, 3]
    """
    meeting = [one for one in taken if one.window.meets(wish)]
    numbers = {one.copy_no for one in meeting if one.copy_no is not None}
    unnumbered = sum(one.copy_no is None for one in meeting)
    free = [number for number in range(1, copies + 1) if number not in numbers]
    return free[: max(0, len(free) - unnumbered)]


def free_windows(taken: Sequence[Window], span: Window, copies: int, *, wanted: int = 1) -> list[Window]:
    """The times within a span in which at least that many copies are free, in order and never touching.

    >>> from datetime import UTC
    >>> day = [datetime(2026, 11, n, tzinfo=UTC) for n in range(1, 31)]
    >>> [one.until_at.day for one in free_windows([Window(day[4], day[6])], Window(day[0], day[9]), 1)]
    [5, 10]
    """
    edges = {span.from_at, span.until_at}
    for one in taken:
        edges |= {edge for edge in (one.from_at, one.until_at) if span.from_at < edge < span.until_at}
    steps = sorted(edges)
    level = dict.fromkeys(steps, 0)
    for one in taken:
        if one.meets(span):
            level[max(one.from_at, span.from_at)] += 1
            if one.until_at < span.until_at:
                level[one.until_at] -= 1
    found: list[Window] = []
    busy = 0
    for start, end in pairwise(steps):
        busy += level[start]
        if copies - busy < wanted:
            continue
        if found and found[-1].until_at == start:
            found[-1] = Window(found[-1].from_at, end)
        else:
            found.append(Window(start, end))
    return found


class Levels:
    """How many are taken at each moment: summed up once, then asked for many spans."""

    def __init__(self, taken: Iterable[Window]) -> None:
        changes: Counter[datetime] = Counter()
        for one in taken:
            changes[one.from_at] += 1
            changes[one.until_at] -= 1
        self.moments = sorted(changes)
        self.busy = list(accumulate(changes[moment] for moment in self.moments))

    def most(self, span: Window) -> int:
        """How many are taken at the same moment of a span, at most.

        >>> from datetime import UTC
        >>> day = [datetime(2026, 11, n, tzinfo=UTC) for n in range(1, 9)]
        >>> levels = Levels([Window(day[1], day[3]), Window(day[2], day[4]), Window(day[3], day[5])])
        >>> [levels.most(Window(day[n], day[n + 1])) for n in range(7)]
        [0, 1, 2, 2, 1, 0, 0]
        """
        first = bisect_right(self.moments, span.from_at) - 1
        last = bisect_left(self.moments, span.until_at)
        before = self.busy[first] if first >= 0 else 0
        return max([before, *self.busy[first + 1 : last]])


class DayWord(StrEnum):
    """What a cell of the calendar says."""

    FREE = "free"
    SOME = "some"
    TAKEN = "taken"
    CLOSED = "closed"


def day_word(free: Sequence[Window], day: Window, *, whole_days: bool) -> DayWord:
    """What a day is: free all day, free for a part of it, or taken.

    A thing that goes by days and is away for a part of one is away that day.
    """
    meeting = [one for one in free if one.meets(day)]
    if any(one.from_at <= day.from_at and one.until_at >= day.until_at for one in meeting):
        return DayWord.FREE
    return DayWord.SOME if meeting and not whole_days else DayWord.TAKEN


def month_of(first: date) -> list[list[date | None]]:
    """The weeks of a month from Monday on, with nothing where another month's days would stand.

    >>> [len(week) for week in month_of(date(2026, 11, 1))], month_of(date(2026, 11, 1))[0][6].day
    ([7, 7, 7, 7, 7, 7], 1)
    """
    start = first.replace(day=1)
    day = start - timedelta(days=start.weekday())
    weeks: list[list[date | None]] = []
    while day <= start or day.month == start.month:
        week = [day + timedelta(days=n) for n in range(7)]
        weeks.append([one if one.month == start.month else None for one in week])
        day += timedelta(days=7)
    return weeks


TOO_FAR = N_("You can reserve at most {days} days ahead.")
NOT_THEN = N_("This is offered from {first} to {last}.")
CLOSED_THEN = N_("It is closed then. Look at the calendar for open times.")
NOT_SO_MANY = N_("Only {n} of {copies} are free all through these days.")


def check_lead(from_on: date, today: date, lead_days_max: int) -> None:
    """Raise when a reservation begins too far ahead.

    >>> check_lead(date(2027, 12, 1), date(2026, 11, 20), 90)
    Traceback (most recent call last):
    minga.kit.errors.Refused: You can reserve at most 90 days ahead.
    """
    if (from_on - today).days > lead_days_max:
        raise Refused(TOO_FAR, code="too_far_ahead", days=lead_days_max, fields={"from": TOO_FAR})


def check_offered(first: date, last: date, from_on: date | None, until_on: date | None) -> None:
    """Raise when the days lie outside of those in which it is offered at all."""
    if (from_on is not None and first < from_on) or (until_on is not None and last > until_on):
        if from_on is not None and until_on is not None:
            raise Conflict(NOT_THEN, code="closed_then", first=from_on, last=until_on)
        raise Conflict(CLOSED_THEN, code="closed_then")
