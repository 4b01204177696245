"""Booking hours of a room or a service: moments from what people type, opening hours, and what may be booked. Pure."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from minga.kit.errors import Conflict, Refused
from minga.kit.i18n import N_
from minga.sharing.rules.lending import Booking, Hours, Week
from minga.sharing.rules.windows import Window

NO_SUCH_HOUR = N_("That hour does not exist on {day} (clock change).")
TWO_SUCH_HOURS = N_("That hour comes twice on {day} (clock change). Choose an earlier or a later one.")
BACKWARDS = N_("The end is before the beginning.")
OFF_GRID = N_("Begin and end on the grid of {minutes} minutes.")
TOO_SOON = N_("Reserve at least {minutes} minutes before.")
TOO_SHORT = N_("The shortest booking is {minutes} minutes.")
TOO_LONG = N_("The longest booking is {minutes} minutes.")
TOO_MUCH = N_("You would have {minutes} minutes in that month; at most {most} are for one person.")
SHUT = N_("It is closed then. Look at the calendar for open times.")
OCCURRENCES_MAX = 60
HOW_OFTEN = N_("Say how often, from 1 to {most} times.")


def moment_of(day: date, clock: time, zone: str, *, field: str = "from") -> datetime:
    """The instant that a clock on a wall shows; an hour that is left out or comes twice that day is refused.

    >>> moment_of(date(2026, 3, 29), time(3, 30), "Europe/Madrid").isoformat()
    '2026-03-29T01:30:00+00:00'
    >>> moment_of(date(2026, 3, 29), time(2, 30), "Europe/Madrid")
    Traceback (most recent call last):
    minga.kit.errors.Refused: That hour does not exist on 29 March 2026 (clock change).
    """
    first = datetime.combine(day, clock, ZoneInfo(zone))
    second = first.replace(fold=1)
    if first.utcoffset() != second.utcoffset():
        there = first.astimezone(UTC).astimezone(ZoneInfo(zone))
        text = TWO_SUCH_HOURS if there.time() == clock else NO_SUCH_HOUR
        raise Refused(text, code="bad_window", day=day, fields={field: text})
    return first.astimezone(UTC)


class Every(StrEnum):
    """How a booking comes again: a few ways out of RFC 5545, by the clock on the wall."""

    DAY = "day"
    WEEK = "week"
    FORTNIGHT = "fortnight"
    MONTH = "month"


def occurrences(first: date, every: Every, times: int) -> list[date]:
    """The days of a booking that comes again; a month that has no such day is left out, as RFC 5545 does.

    >>> [str(day) for day in occurrences(date(2026, 12, 31), Every.MONTH, 3)]
    ['2026-12-31', '2027-01-31', '2027-03-31']
    """
    if not 1 <= times <= OCCURRENCES_MAX:
        raise Refused(HOW_OFTEN, code="bad_window", most=OCCURRENCES_MAX, fields={"times": HOW_OFTEN})
    if every is not Every.MONTH:
        step = {Every.DAY: 1, Every.WEEK: 7, Every.FORTNIGHT: 14}[every]
        return [first + timedelta(days=step * n) for n in range(times)]
    found: list[date] = []
    number = 0
    while len(found) < times:
        year, month = divmod(first.month - 1 + number, 12)
        number += 1
        with suppress(ValueError):
            found.append(date(first.year + year, month + 1, first.day))
    return found


def closed_windows(week: Week, first: date, last: date, zone: str) -> list[Window]:
    """The times from one day to another in which a place is shut; none when nothing is said about its hours."""
    if not any(week):
        return []
    shut: list[Window] = []
    day = first
    while day <= last:
        begin, end = _at(day, 0, zone), _at(day, 24 * 60, zone)
        hours = week[day.weekday()]
        if hours is None:
            shut.append(Window(begin, end))
        else:
            opens, closes = _at(day, hours.opens, zone), _at(day, hours.closes, zone)
            shut += [Window(a, b) for a, b in ((begin, opens), (closes, end)) if a < b]
        day += timedelta(days=1)
    return shut


def _at(day: date, minutes: int, zone: str) -> datetime:
    """So many minutes after midnight by the clock on the wall."""
    there = datetime.combine(day + timedelta(days=minutes // 1440), time(), ZoneInfo(zone))
    return (there + timedelta(minutes=minutes % 1440)).astimezone(UTC)


def check_booking(wish: Window, booking: Booking, *, zone: str, at: datetime) -> None:
    """Raise when a wish for hours does not keep the rules of the room: its grid, its hours, how soon, how long."""
    minutes = int((wish.until_at - wish.from_at).total_seconds()) // 60
    if minutes <= 0:
        raise Refused(BACKWARDS, code="bad_window", fields={"until": BACKWARDS})
    _check_grid(wish, booking.grain_minutes, zone)
    if booking.lead_minutes_min and wish.from_at < at + timedelta(minutes=booking.lead_minutes_min):
        raise _refusal(TOO_SOON, "from", booking.lead_minutes_min)
    if booking.minutes_min and minutes < booking.minutes_min:
        raise _refusal(TOO_SHORT, "until", booking.minutes_min)
    if booking.minutes_max and minutes > booking.minutes_max:
        raise _refusal(TOO_LONG, "until", booking.minutes_max)
    first = wish.from_at.astimezone(ZoneInfo(zone)).date()
    last = wish.until_at.astimezone(ZoneInfo(zone)).date()
    if any(one.meets(wish) for one in closed_windows(booking.week, first, last, zone)):
        raise Conflict(SHUT, code="closed_then", fields={"from": SHUT})


def _check_grid(wish: Window, grain: int, zone: str) -> None:
    for field, moment in (("from", wish.from_at), ("until", wish.until_at)):
        there = moment.astimezone(ZoneInfo(zone))
        if (there.hour * 60 + there.minute) % grain or there.second or there.microsecond:
            raise _refusal(OFF_GRID, field, grain)


def _refusal(text: str, field: str, minutes: int) -> Refused:
    return Refused(text, code="bad_window", minutes=minutes, fields={field: text})


def check_month(used_minutes: int, wish: Window, booking: Booking) -> None:
    """Raise when one person would have more hours of a month than are for one."""
    wanted = used_minutes + int((wish.until_at - wish.from_at).total_seconds()) // 60
    if booking.month_minutes_max and wanted > booking.month_minutes_max:
        raise Refused(
            TOO_MUCH,
            code="limit_reached",
            minutes=wanted,
            most=booking.month_minutes_max,
            fields={"from": TOO_MUCH},
        )


def needs_approval(wish: Window, booking: Booking) -> bool:
    """Whether it is so long that somebody looks at it first, although shorter ones are agreed at once."""
    minutes = int((wish.until_at - wish.from_at).total_seconds()) // 60
    return bool(booking.approval_over_minutes) and minutes > booking.approval_over_minutes


def week_of(typed: Sequence[tuple[int, int] | None]) -> Week:
    """Seven days from Monday on, as they are kept."""
    return tuple(Hours(*day) if day else None for day in typed)
