"""Dates, times, numbers and sums as a reader writes them: in their language, and in the zone that counts."""

import re
from collections.abc import Iterable
from datetime import date as Day
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.core import get_global
from babel.dates import format_date, format_skeleton, format_time, format_timedelta, get_timezone_location
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent

from minga.kit.errors import Invalid
from minga.kit.i18n import N_, Translator, translator

NO_ZONE = N_("We do not know the zone “{zone}”. Choose one from the list, for example Europe/Madrid.")
TODAY = N_("today {time}")
TOMORROW = N_("tomorrow {time}")
YESTERDAY = N_("yesterday {time}")
ELSEWHERE = N_("{here}, {there} in {place}")

Style = Literal["full", "long", "medium", "short"]


@lru_cache(maxsize=32)
def _locale(tag: str) -> Locale:
    return Locale.parse("en_GB" if tag.split("-")[0] == "en" else tag.replace("-", "_"))


def zone_of(name: str) -> ZoneInfo:
    """The zone of that name (IANA); Invalid when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise Invalid(NO_ZONE, zone=name[:60]) from fault


class Formats:
    """How one reader's language and zone write things."""

    def __init__(self, language: str, zone: str = "UTC", voice: Translator | None = None) -> None:
        self._voice = voice or translator(language)
        tag = self._voice.language.tag
        self.locale = _locale(tag)
        self.zone = zone_of(zone)

    def date(self, day: Day, style: Style = "long") -> str:
        """A day: full, long, medium or short.

        >>> Formats("en").date(Day(2026, 11, 22)), Formats("es").date(Day(2026, 11, 22))
        ('22 November 2026', '22 de noviembre de 2026')
        """
        return format_date(day, style, locale=self.locale)

    def day(self, day: Day, today: Day) -> str:
        """A day near today: with its weekday, and with the year only when it is another one."""
        if day.year != today.year:
            return format_skeleton("yMMMd", day, locale=self.locale)
        known = self.locale.datetime_skeletons
        pattern = (known.get("MMMMEd") or known["MMMEd"]).pattern
        return format_date(day, re.sub("M+", "MMMM", re.sub("E+", "EEEE", pattern)), locale=self.locale)

    def month(self, day: Day) -> str:
        """
        >>> Formats("en").month(Day(2026, 11, 1)), Formats("es").month(Day(2026, 11, 1))
        ('November 2026', 'noviembre de 2026')
        """
        return format_skeleton("yMMMM", day, locale=self.locale)

    def weekday(self, day: Day) -> str:
        """
        >>> Formats("en").weekday(Day(2026, 11, 16)), Formats("es").weekday(Day(2026, 11, 16))
        ('Monday', 'lunes')
        """
        return format_date(day, "EEEE", locale=self.locale)

    def weekday_short(self, day: Day) -> str:
        """
        >>> Formats("en").weekday_short(Day(2026, 11, 16)), Formats("es").weekday_short(Day(2026, 11, 16))
        ('Mon', 'lun')
        """
        return format_date(day, "EEE", locale=self.locale)

    def time(self, at: datetime) -> str:
        """The time of day in the reader's zone, 24 hours.

        >>> from datetime import UTC
        >>> Formats("en", "Europe/Madrid").time(datetime(2026, 11, 20, 19, 0, tzinfo=UTC))
        '20:00'
        """
        return format_time(at.astimezone(self.zone), "HH:mm", locale=self.locale)

    def moment(self, at: datetime, now: datetime) -> str:
        """An instant in words: "today 20:00", "Tuesday 24 November, 09:00"."""
        here, today = at.astimezone(self.zone), now.astimezone(self.zone).date()
        time = self.time(at)
        named = {0: TODAY, 1: TOMORROW, -1: YESTERDAY}.get((here.date() - today).days)
        if named:
            return self._voice.gettext(named).format(time=time)
        return f"{self.day(here.date(), today)}, {time}"

    def deadline(self, at: datetime, now: datetime, community_zone: str) -> str:
        """An instant of a community: also in its own zone, when its clocks show another time than the reader's."""
        theirs = at.astimezone(zone_of(community_zone))
        here = self.moment(at, now)
        if theirs.utcoffset() == at.astimezone(self.zone).utcoffset():
            return here
        there = format_time(theirs, "HH:mm", locale=self.locale)
        place = get_timezone_location(zone_of(community_zone), locale=self.locale, return_city=True)
        return self._voice.gettext(ELSEWHERE).format(here=here, there=there, place=place)

    def ago(self, at: datetime, now: datetime) -> str:
        """How far away an instant is: "3 hours ago", "in 2 days"."""
        return format_timedelta(at - now, add_direction=True, locale=self.locale)

    def span(self, length: timedelta) -> str:
        """A length of time in words, rounded: "3 hours"."""
        return format_timedelta(length, locale=self.locale)

    def number(self, number: int | Decimal) -> str:
        """
        >>> Formats("es").number(12345), Formats("en").number(Decimal("12.50"))
        ('12.345', '12.5')
        """
        return format_decimal(number, locale=self.locale)

    def money(self, minor: int, currency: str) -> str:
        """A sum in the smallest unit of its currency.

        >>> Formats("en").money(1200, "EUR"), Formats("es").money(-1250, "EUR"), Formats("en").money(500, "JPY")
        ('€12.00', '-12,50\\xa0€', 'JP¥500')
        """
        amount = Decimal(minor).scaleb(-_decimals(currency))
        return format_currency(amount, currency, locale=self.locale)

    def minutes(self, minutes: int) -> str:
        """Time given, in hours and minutes, by the signs that all languages share.

        >>> Formats("en").minutes(45), Formats("en").minutes(-90)
        ('45 min', '−1 h 30 min')
        """
        hours, rest = divmod(abs(minutes), 60)
        shown = ([f"{self.number(hours)} h"] if hours else []) + (
            [f"{rest} min"] if rest or not hours else []
        )
        return f"{'−' if minutes < 0 else ''}{' '.join(shown)}"

    def percent(self, share: float) -> str:
        """
        >>> Formats("es").percent(0.85)
        '85\\xa0%'
        """
        return format_percent(share, locale=self.locale)

    def items(self, words: Iterable[str]) -> str:
        """
        >>> Formats("es").items(["Ana", "Bruno", "Chidi"])
        'Ana, Bruno y Chidi'
        """
        return format_list(list(words), locale=self.locale)


def clock(minutes: int) -> str:
    """Minutes as a clock shows them, which every language reads and our fields understand.

    >>> clock(20), clock(90), clock(-5)
    ('0:20', '1:30', '-0:05')
    """
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else ''}{hours}:{rest:02}"


def _decimals(currency: str) -> int:
    """How many decimals a currency has (ISO 4217, by CLDR).

    >>> _decimals("EUR"), _decimals("JPY"), _decimals("TND")
    (2, 0, 3)
    """
    fractions = get_global("currency_fractions")
    return int(fractions.get(currency, fractions["DEFAULT"])[0])
