"""What a member gave and received in a period: the span of days, and how care and rests count. Pure; sums without a ratio."""

from dataclasses import dataclass
from datetime import date, timedelta

from minga.kit.errors import Invalid
from minga.kit.i18n import N_

DAYS_MAX = 5 * 366
USUAL_DAYS = 365
MONTH_DAYS = 30
BACKWARDS = N_("The end is before the beginning.")
TOO_LONG = N_("At most five years at a time, please.")


@dataclass(frozen=True, slots=True)
class Period:
    """From a day to a day, both counted."""

    from_on: date
    until_on: date

    @property
    def days(self) -> int:
        return (self.until_on - self.from_on).days + 1


def period_of(from_on: date | None, until_on: date | None, today: date) -> Period:
    """The days that were asked for; the last year, where nothing was said.

    >>> period_of(None, None, date(2026, 11, 20)).days
    365
    >>> period_of(date(2026, 11, 2), date(2026, 11, 1), date(2026, 11, 20))
    Traceback (most recent call last):
    minga.kit.errors.Invalid: The end is before the beginning.
    """
    until = until_on or today
    first = from_on or until - timedelta(days=USUAL_DAYS - 1)
    if first > until:
        raise Invalid(BACKWARDS, fields={"until": BACKWARDS})
    found = Period(first, until)
    if found.days > DAYS_MAX:
        raise Invalid(TOO_LONG, fields={"from": TOO_LONG})
    return found


def care_on_top(care_minutes: int, percent: int) -> int:
    """What an hour of care counts beyond an hour, rounded down to minutes; the hour itself is counted already.

    >>> care_on_top(90, 100), care_on_top(90, 150), care_on_top(45, 300)
    (0, 45, 90)
    """
    return care_minutes * (percent - 100) // 100


def days_within(since: date, until: date | None, period: Period) -> int:
    """How many days of a rest lie in a period, its first and last day counted.

    >>> within = Period(date(2026, 11, 1), date(2026, 11, 30))
    >>> days_within(date(2026, 10, 20), date(2026, 11, 3), within), days_within(date(2026, 11, 30), None, within)
    (3, 1)
    >>> days_within(date(2026, 12, 1), None, within)
    0
    """
    last = min(until or period.until_on, period.until_on)
    return max(0, (last - max(since, period.from_on)).days + 1)


def rest_minutes(days: int, minutes_a_month: int) -> int:
    """What a rest counts, by thirty days, rounded down.

    >>> rest_minutes(45, 120)
    180
    """
    return days * minutes_a_month // MONTH_DAYS
