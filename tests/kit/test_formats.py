"""Dates, times and sums as a reader writes them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minga.kit.errors import Invalid
from minga.kit.formats import Formats, clock, zone_of
from minga.kit.typed import read_minutes

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MADRID = Formats("en", "Europe/Madrid")


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "../../etc/passwd", "/etc/passwd", "x" * 300, "Europe/"]
)
def test_a_zone_that_is_none_is_refused_with_an_example(name: str) -> None:
    with pytest.raises(Invalid, match="for example Europe/Madrid"):
        zone_of(name)


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (7, "today 20:00"),
        (31, "tomorrow 20:00"),
        (-17, "yesterday 20:00"),
        (4 * 24, "Tuesday 24 November, 13:00"),
        (24 * 60, "19 Jan 2027, 13:00"),
    ],
)
def test_an_instant_is_said_by_its_nearness(hours: int, words: str) -> None:
    assert MADRID.moment(NOW + timedelta(hours=hours), NOW) == words


def test_the_day_turns_at_the_readers_midnight() -> None:
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert MADRID.moment(late, NOW) == "tomorrow 00:30"
    assert Formats("en", "America/Bogota").moment(late, NOW) == "today 18:30"


def test_a_deadline_names_the_other_zone_only_when_clocks_differ() -> None:
    at = datetime(2026, 11, 20, 19, tzinfo=UTC)
    assert MADRID.deadline(at, NOW, "America/Bogota") == "today 20:00, 14:00 in Bogota"
    assert MADRID.deadline(at, NOW, "Europe/Berlin") == "today 20:00"
    assert Formats("es", "Europe/Madrid").deadline(at, NOW, "America/Bogota").endswith("Bogotá")


def test_spanish_reads_as_spanish() -> None:
    es = Formats("es", "Europe/Madrid")
    assert es.ago(NOW - timedelta(hours=3), NOW) == "hace 3 horas"
    assert es.day(date(2026, 11, 24), NOW.date()) == "martes, 24 de noviembre"
    assert es.span(timedelta(days=2)) == "2 días"


@given(st.integers(0, 10_000))
def test_minutes_shown_as_a_clock_are_read_back(minutes: int) -> None:
    assert read_minutes(clock(minutes)) == minutes


def test_nothing_given_is_said_as_minutes() -> None:
    assert Formats("es").minutes(0) == "0 min"
    assert Formats("es").minutes(60) == "1 h"
