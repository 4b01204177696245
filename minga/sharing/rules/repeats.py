"""What comes again: a small part of RFC 5545 (FREQ, INTERVAL, BYDAY, COUNT, UNTIL), in whole days of a community."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from minga.kit.errors import Invalid
from minga.kit.i18n import N_

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
INTERVAL_MAX, COUNT_MAX, TEXT_MAX = 52, 500, 200
LOOKED_AT = 4_000
LEAD_HOURS_MAX = 14 * 24
BAD_RULE = N_("This is not understood. Write it like FREQ=WEEKLY;BYDAY=TU,TH.")


class Frequency(StrEnum):
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


@dataclass(frozen=True, slots=True)
class Recurrence:
    """How something comes again from its first day on. Monthly means the same day of the month, where there is one."""

    frequency: Frequency
    interval: int = 1
    days: tuple[str, ...] = ()
    count: int | None = None
    until: date | None = None

    @property
    def text(self) -> str:
        """The rule as it is kept and exchanged.

        >>> Recurrence(Frequency.WEEKLY, days=("TU", "TH"), count=4).text
        'FREQ=WEEKLY;BYDAY=TU,TH;COUNT=4'
        """
        parts = [f"FREQ={self.frequency.value}"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.days:
            parts.append(f"BYDAY={','.join(self.days)}")
        if self.count:
            parts.append(f"COUNT={self.count}")
        if self.until:
            parts.append(f"UNTIL={self.until:%Y%m%d}")
        return ";".join(parts)


def read_recurrence(text: str) -> Recurrence:
    """The rule of a text; Invalid for all that is not in the part understood here.

    >>> read_recurrence("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;UNTIL=20270101").until
    datetime.date(2027, 1, 1)
    >>> for bad in ("", "FREQ=YEARLY", "FREQ=DAILY;BYDAY=MO", "FREQ=WEEKLY;COUNT=0", "FREQ=DAILY;FREQ=DAILY"):
    ...     try:
    ...         print(read_recurrence(bad))
    ...     except Invalid:
    ...         pass
    """
    parts = [part.partition("=") for part in text.strip().upper().split(";")]
    said = {name: value for name, _, value in parts}
    known = {"FREQ", "INTERVAL", "BYDAY", "COUNT", "UNTIL"}
    if len(text) > TEXT_MAX or len(said) != len(parts) or not set(said) <= known:
        raise Invalid(BAD_RULE, fields={"rule": BAD_RULE})
    try:
        found = Recurrence(
            Frequency(said.get("FREQ", "")),
            _number(said.get("INTERVAL", "1"), INTERVAL_MAX),
            tuple(dict.fromkeys(said["BYDAY"].split(","))) if "BYDAY" in said else (),
            _number(said["COUNT"], COUNT_MAX) if "COUNT" in said else None,
            _day(said["UNTIL"]) if "UNTIL" in said else None,
        )
    except ValueError:
        raise Invalid(BAD_RULE, fields={"rule": BAD_RULE}) from None
    if set(found.days) - set(DAYS) or (found.days and found.frequency is not Frequency.WEEKLY):
        raise Invalid(BAD_RULE, fields={"rule": BAD_RULE})
    return found


def _number(text: str, most: int) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 4 or not 1 <= int(text) <= most:
        raise ValueError(text)
    return int(text)


def _day(text: str) -> date:
    if len(text) < 8 or not text[:8].isascii() or not text[:8].isdecimal():
        raise ValueError(text)
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def occurrences(rule: Recurrence, first: date) -> Iterator[date]:
    """Its days from the first one on, within limits; the first day counts when the rule names it.

    >>> rule = read_recurrence("FREQ=WEEKLY;BYDAY=TU,TH;COUNT=3")
    >>> [day.isoformat() for day in occurrences(rule, date(2026, 11, 18))]
    ['2026-11-19', '2026-11-24', '2026-11-26']
    >>> [day.day for day in occurrences(read_recurrence("FREQ=MONTHLY;COUNT=3"), date(2026, 12, 31))]
    [31, 31, 31]
    """
    for n, day in enumerate(_days(rule, first)):
        if (rule.until and day > rule.until) or (rule.count and n >= rule.count):
            return
        yield day


def _days(rule: Recurrence, first: date) -> Iterator[date]:
    if rule.frequency is Frequency.MONTHLY:
        months = first.year * 12 + first.month - 1
        for step in range(LOOKED_AT // 31):
            year, month = divmod(months + step * rule.interval, 12)
            try:
                yield date(year, month + 1, first.day)
            except ValueError:
                continue
        return
    wanted = {DAYS.index(day) for day in rule.days} or {first.weekday()}
    monday = first - timedelta(days=first.weekday())
    for n in range(LOOKED_AT):
        day = first + timedelta(days=n)
        if rule.frequency is Frequency.DAILY:
            if n % rule.interval == 0:
                yield day
        elif day.weekday() in wanted and (day - monday).days // 7 % rule.interval == 0:
            yield day


def next_after(rule: Recurrence, first: date, after: date) -> date | None:
    """Its next day behind another one; None when it has ended.

    >>> rule = read_recurrence("FREQ=DAILY;INTERVAL=3;UNTIL=20261127")
    >>> first = date(2026, 11, 20)
    >>> str(next_after(rule, first, first)), next_after(rule, first, date(2026, 11, 26))
    ('2026-11-23', None)
    """
    return next((day for day in occurrences(rule, first) if day > after), None)
