"""Days of a community: where one begins and ends in its own zone. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def today(at: datetime, zone: str) -> date:
    """The day it is there.

    >>> today(datetime(2026, 11, 20, 23, 30, tzinfo=UTC), "Europe/Madrid")
    datetime.date(2026, 11, 21)
    """
    return at.astimezone(ZoneInfo(zone)).date()


def end_of(day: date, zone: str) -> datetime:
    """The moment in which a day ends there: "until 4 December" means all of that day.

    >>> end_of(date(2026, 3, 29), "Europe/Madrid").isoformat()
    '2026-03-29T22:00:00+00:00'
    """
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)


def next_midnight(at: datetime, zone: str) -> datetime:
    """When the next day begins there; changes of rules take effect then."""
    return end_of(today(at, zone), zone)


def last_day(ends_at: datetime, zone: str) -> date:
    """The last day that lies before a moment there.

    >>> last_day(end_of(date(2026, 12, 4), "America/Bogota"), "America/Bogota")
    datetime.date(2026, 12, 4)
    """
    return today(ends_at - timedelta(microseconds=1), zone)
