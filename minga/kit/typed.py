"""What people type into fields of dates, times, minutes and numbers, understood generously and refused kindly."""

import re
from datetime import date, time
from decimal import Decimal

from babel import Locale
from babel.dates import get_month_names

from minga.kit.errors import Invalid
from minga.kit.formats import clock
from minga.kit.i18n import N_
from minga.kit.text import fold

NO_DATE = N_("We cannot read “{typed}” as a day. Please write it like 22.11.2026.")
DAY_FIRST = N_("“{typed}” has no such month. Please write the day first, like 22.11.2026.")
NO_SUCH_DAY = N_("There is no {typed}. Please look at the calendar once more.")
NO_TIME = N_("We cannot read “{typed}” as a time. Please write it like 20:30.")
NO_MINUTES = N_("We cannot read “{typed}” as a length of time. Please write it like 1:30, 1.5 h or 90 min.")
WHICH_UNIT = N_("Are that hours or minutes? Please write {typed} h or {typed} min.")
UNEVEN = N_("{typed} hours is not a whole number of minutes. Please write {near}.")
NO_NUMBER = N_("We cannot read “{typed}” as a number. Please write it like {example}.")
WHICH_NUMBER = N_(
    "“{typed}” can be read in two ways. Please write it without a sign for thousands, like {example}."
)
WHOLE = N_("Please write a whole number.")
DECIMALS = N_("Please write at most {n} digits after the comma.")
_LENGTH_MAX = 40
_BIGGEST = 10**12


def read_date(text: str, today: date, *, language: str = "en", past: bool = False) -> date:
    """A day as people write it. Without a year it is the next such day, or the last one for things that were.

    >>> today = date(2026, 11, 20)
    >>> [str(read_date(text, today)) for text in ("22.11.", "22/11/2026", "2026-11-22", "22 November", "1.2.")]
    ['2026-11-22', '2026-11-22', '2026-11-22', '2026-11-22', '2027-02-01']
    """
    typed = _short(text, NO_DATE)
    plain = fold(typed).rstrip(".")
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", plain):
        return _day(int(found[1]), int(found[2]), int(found[3]), typed)
    found = re.fullmatch(r"(\d{1,2})\s*[./\- ]\s*(\d{1,2})(?:\s*[./\- ]\s*(\d{4}|\d{2}))?", plain)
    if found is None:
        named = re.fullmatch(r"(\d{1,2})[.,]?\s+(?:de\s+)?([^\W\d]+)[.,]?(?:\s+(?:de\s+)?(\d{4}))?", plain)
        month = _month(named[2], language) if named else None
        if named is None or month is None:
            raise Invalid(NO_DATE, typed=typed)
        day, year = int(named[1]), named[3]
    else:
        day, month, year = int(found[1]), int(found[2]), found[3]
    if month > 12:
        raise Invalid(DAY_FIRST, typed=typed)
    if year:
        return _day(int(year) + (2000 if len(year) == 2 else 0), month, day, typed)
    return _nearest(day, month, today, past, typed)


def read_time(text: str) -> time:
    """A time of day as people write it.

    >>> [str(read_time(text)) for text in ("20:00", "20.30", "8 pm", "8:30 am", "20h", "20h30", "9 Uhr", "12am")]
    ['20:00:00', '20:30:00', '20:00:00', '08:30:00', '20:00:00', '20:30:00', '09:00:00', '00:00:00']
    """
    typed = _short(text, NO_TIME)
    pattern = r"(\d{1,2})(?:\s*[:.h]\s*(\d{2})|\s*h)?\s*(am|pm|a\.m\.|p\.m\.|uhr|h)?"
    found = re.fullmatch(pattern, fold(typed))
    if found is None or (not found[2] and not found[3] and "h" not in fold(typed)):
        raise Invalid(NO_TIME, typed=typed)
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").replace(".", "")
    if half in {"am", "pm"}:
        hour = hour % 12 + (12 if half == "pm" else 0) if 1 <= hour <= 12 else 99
    if hour > 23 or minute > 59:
        raise Invalid(NO_TIME, typed=typed)
    return time(hour, minute)


def read_minutes(text: str) -> int:
    """A length of time in whole minutes.

    >>> [read_minutes(text) for text in ("0:20", "1.5 h", "1,5 h", "90 min", "1 h 30", "1h 30m", "2 hours", "2 horas")]
    [20, 90, 90, 90, 90, 90, 120, 120]
    """
    typed = _short(text, NO_MINUTES)
    plain = fold(typed)
    if found := re.fullmatch(r"(\d{1,4}):([0-5]\d)(?:\s*h)?", plain):
        return int(found[1]) * 60 + int(found[2])
    if found := re.fullmatch(r"(\d{1,6})\s*m(?:in(?:utes?|utos?)?)?\.?", plain):
        return int(found[1])
    hours = r"h(?:rs?|ours?|oras?)?\.?"
    if found := re.fullmatch(
        rf"(\d{{1,4}})\s*{hours}\s*([0-5]?\d)\s*(?:m(?:in(?:utes?|utos?)?)?\.?)?", plain
    ):
        return int(found[1]) * 60 + int(found[2])
    if found := re.fullmatch(rf"(\d{{1,4}})(?:[.,](\d{{1,4}}))?\s*{hours}", plain):
        exact = Decimal(f"{found[1]}.{found[2] or 0}") * 60
        if exact != exact.to_integral_value():
            near = clock(int(exact.to_integral_value()))
            raise Invalid(UNEVEN, typed=f"{found[1]}.{found[2]}", near=near)
        return int(exact)
    if re.fullmatch(r"\d{1,6}(?:[.,]\d{1,4})?", plain):
        raise Invalid(WHICH_UNIT, typed=typed)
    raise Invalid(NO_MINUTES, typed=typed)


def read_number(text: str, decimals: int = 0) -> int:
    """A number in its smallest unit: "12,50" with two decimals is 1250. What has two readings is refused.

    >>> read_number("12,50", 2), read_number("1.234,5", 2), read_number("-1 234"), read_number("1,234.50", 2)
    (1250, 123450, -1234, 123450)
    """
    example = "1234" if decimals == 0 else "1234," + "5" * decimals
    typed = _short(text, NO_NUMBER, example=example)
    found = re.fullmatch(r"([-−+]?)\s*(\d[\d.,' ]*)", " ".join(typed.split()))
    if found is None:
        raise Invalid(NO_NUMBER, typed=typed, example=example)
    whole, part = _apart(found[2], decimals, typed, example)
    if len(part.rstrip("0")) > decimals:
        raise Invalid(DECIMALS if decimals else WHOLE, n=decimals)
    number = int(whole + part.ljust(decimals, "0")[:decimals])
    if number > _BIGGEST:
        raise Invalid(NO_NUMBER, typed=typed, example=example)
    return -number if found[1] in {"-", "−"} else number


def _apart(digits: str, decimals: int, typed: str, example: str) -> tuple[str, str]:
    """The digits before and after the decimal sign."""
    plain = re.sub(r"(?<=\d)[' ](?=\d{3}(?!\d))", "", digits)
    signs = [character for character in plain if character in ".,"]
    if not signs:
        whole, part = plain, ""
    elif len(set(signs)) == 1 and re.fullmatch(r"\d{1,3}([.,]\d{3})+", plain):
        if len(signs) == 1 and decimals:
            raise Invalid(WHICH_NUMBER, typed=typed, example=example)
        whole, part = re.sub("[.,]", "", plain), ""
    else:
        whole, _, part = plain.rpartition(signs[-1])
        if len(signs) > 1:
            if not re.fullmatch(rf"\d{{1,3}}([{signs[0]}]\d{{3}})+", whole) or signs[0] == signs[-1]:
                raise Invalid(NO_NUMBER, typed=typed, example=example)
            whole = whole.replace(signs[0], "")
    if not whole.isdecimal() or (part and not part.isdecimal()):
        raise Invalid(NO_NUMBER, typed=typed, example=example)
    return whole, part


def _short(text: str, refusal: str, example: str = "") -> str:
    typed = " ".join(text.split())
    if not typed or len(typed) > _LENGTH_MAX or not typed.isprintable():
        raise Invalid(refusal, typed=typed[:_LENGTH_MAX], example=example)
    return typed


def _day(year: int, month: int, day: int, typed: str) -> date:
    try:
        return date(year, month, day)
    except ValueError as fault:
        raise Invalid(NO_SUCH_DAY, typed=typed) from fault


def _nearest(day: int, month: int, today: date, past: bool, typed: str) -> date:
    """The next such day from today on, or the last one up to today; a leap day may be years away."""
    years = range(today.year, today.year - 9, -1) if past else range(today.year, today.year + 9)
    for year in years:
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if (found <= today) if past else (found >= today):
            return found
    raise Invalid(NO_SUCH_DAY, typed=typed)


def _month(word: str, language: str) -> int | None:
    """The number of a month by its name or a beginning of at least three letters, in English or the language."""
    if len(word) < 3:
        return None
    for tag in (language, "en"):
        names = get_month_names("wide", locale=Locale.parse(tag.split("-")[0]))
        found = [number for number in range(1, 13) if fold(str(names[number])).startswith(word)]
        if found:
            return found[0]
    return None
