"""What people type into fields."""

from contextlib import suppress
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minga.kit.errors import Invalid
from minga.kit.typed import read_date, read_minutes, read_number, read_time

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("20.11.", date(2026, 11, 20)),
        ("19.11.", date(2027, 11, 19)),
        ("22.11.26", date(2026, 11, 22)),
        ("22 11 2026", date(2026, 11, 22)),
        ("22-11-2026", date(2026, 11, 22)),
        ("29.2.", date(2028, 2, 29)),
        ("3 nov", date(2027, 11, 3)),
        ("22. November 2026", date(2026, 11, 22)),
        ("22 de noviembre de 2026", date(2026, 11, 22)),
        (" 22.11. ", date(2026, 11, 22)),
    ],
)
def test_days_are_understood(text: str, day: date) -> None:
    assert read_date(text, TODAY, language="es") == day


def test_for_what_was_the_last_such_day_is_meant() -> None:
    assert read_date("22.11.", TODAY, past=True) == date(2025, 11, 22)
    assert read_date("20.11.", TODAY, past=True) == TODAY


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "We cannot read “” as a day."),
        ("soon", "We cannot read “soon” as a day. Please write it like 22.11.2026."),
        ("11/22/2026", "“11/22/2026” has no such month. Please write the day first, like 22.11.2026."),
        ("31.2.2026", "There is no 31.2.2026. Please look at the calendar once more."),
        ("30.2.", "There is no 30.2.. Please"),
        ("0.1.2026", "There is no 0.1.2026."),
        ("2026-13-01", "There is no 2026-13-01."),
        ("22 brumaire", "We cannot read “22 brumaire”"),
        ("1" * 500, "We cannot read"),
    ],
)
def test_other_days_are_refused_with_what_to_write(text: str, said: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_date(text, TODAY)
    assert str(refusal.value).startswith(said)


@pytest.mark.parametrize(("text", "at"), [("0:00", time(0)), ("23:59", time(23, 59)), ("12 pm", time(12))])
def test_times_are_understood(text: str, at: time) -> None:
    assert read_time(text) == at


@pytest.mark.parametrize("text", ["", "24:00", "12:60", "13 pm", "0 am", "8", "2030", "noonish", "8:3"])
def test_other_times_are_refused(text: str) -> None:
    with pytest.raises(Invalid, match=r"Please write it like 20:30\.$"):
        read_time(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0.33 h", "0.33 hours is not a whole number of minutes. Please write 0:20."),
        ("0,33 hours", "0.33 hours is not a whole number of minutes. Please write 0:20."),
        ("2", "Are that hours or minutes? Please write 2 h or 2 min."),
        ("1:75", "We cannot read “1:75” as a length of time. Please write it like 1:30, 1.5 h or 90 min."),
        ("-1 h", "We cannot read “-1 h” as a length of time."),
        ("1.5 min", "We cannot read “1.5 min” as a length of time."),
        ("", "We cannot read “” as a length of time."),
    ],
)
def test_odd_lengths_of_time_are_refused_with_what_to_write(text: str, said: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_minutes(text)
    assert str(refusal.value).startswith(said)


@pytest.mark.parametrize(
    ("text", "decimals", "number"),
    [
        ("12,50", 2, 1250),
        ("12.50", 2, 1250),
        ("12,5", 2, 1250),
        ("12", 2, 1200),
        ("1.234,56", 2, 123456),
        ("1,234.56", 2, 123456),
        ("1 234,56", 2, 123456),
        ("1'234.56", 2, 123456),
        ("1.234.567", 2, 123456700),
        ("1.234", 0, 1234),
        ("-5", 0, -5),
        ("−5", 0, -5),
        ("+5", 0, 5),
        ("12,00", 0, 12),
        ("0,5", 1, 5),
        ("5,", 2, 500),
        ("٣", 0, 3),
        ("12,500", 1, None),
    ],
)
def test_numbers_are_understood(text: str, decimals: int, number: int | None) -> None:
    if number is None:
        with pytest.raises(Invalid, match="two ways"):
            read_number(text, decimals)
    else:
        assert read_number(text, decimals) == number


@pytest.mark.parametrize(
    ("text", "decimals", "said"),
    [
        (
            "1,234",
            2,
            "“1,234” can be read in two ways. Please write it without a sign for thousands, like 1234,55.",
        ),
        ("12,5", 0, "Please write a whole number."),
        ("12,505", 2, "“12,505” can be read in two ways."),
        ("12,5050", 2, "Please write at most 2 digits after the comma."),
        ("twelve", 0, "We cannot read “twelve” as a number. Please write it like 1234."),
        ("1.2.3", 2, "We cannot read “1.2.3” as a number."),
        ("1e9", 0, "We cannot read “1e9” as a number."),
        ("9" * 30, 0, "We cannot read"),
        ("", 0, "We cannot read"),
        (",5", 2, "We cannot read"),
    ],
)
def test_other_numbers_are_refused_with_what_to_write(text: str, decimals: int, said: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_number(text, decimals)
    assert str(refusal.value).startswith(said)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused_and_nothing_else(text: str) -> None:
    with suppress(Invalid):
        assert isinstance(read_date(text, TODAY), date)
    with suppress(Invalid):
        assert isinstance(read_time(text), time)
    with suppress(Invalid):
        assert 0 <= read_minutes(text) < 1_000_000
    for decimals in (0, 2):
        with suppress(Invalid):
            assert abs(read_number(text, decimals)) <= 10**12
