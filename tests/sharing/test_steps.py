"""The pure rules of asking, exchanging and lending, where one example in a docstring is not enough."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from minga.kit.errors import Conflict, Forbidden, Refused
from minga.sharing.rules import asks, exchanges, loans
from minga.sharing.rules.exchanges import ExchangeDates, ExchangeKind, LegWhat, Side
from minga.sharing.rules.loans import LoanDates, RenewalWay
from minga.sharing.rules.windows import Window, copies_taken, taken_around

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
GIFT = ExchangeDates(ExchangeKind.GIFT, LegWhat.THING)


def days(first: int, last: int) -> Window:
    """From the beginning of one day to the end of another, counted from now."""
    return Window(NOW + first * DAY, NOW + (last + 1) * DAY)


@pytest.mark.parametrize("check", [exchanges.check_begin, exchanges.check_done, exchanges.check_cancel])
def test_nobody_beside_the_two_takes_a_step(check: Any) -> None:
    with pytest.raises(Forbidden) as refused:
        check(GIFT, None)
    assert refused.value.name == "not_your_side"


def test_an_ask_may_be_repeated_thirty_days_after_a_no() -> None:
    assert not asks.may_ask_again(NOW - 30 * DAY + timedelta(seconds=1), NOW)
    assert asks.may_ask_again(NOW - 30 * DAY, NOW)


def test_urgent_asks_lapse_after_a_day_and_others_after_a_week() -> None:
    assert asks.lapses_at(NOW, urgent=True) == NOW + DAY
    assert asks.lapses_at(NOW, urgent=False) == NOW + 7 * DAY


def test_a_window_that_is_over_is_refused_at_its_field() -> None:
    with pytest.raises(Refused, match="That day is over") as refused:
        asks.check_window(None, NOW, NOW)
    assert "until" in refused.value.fields
    asks.check_window(NOW, None, NOW)
    asks.check_window(NOW, NOW + DAY, NOW)


def test_silence_counts_only_where_one_side_has_spoken() -> None:
    assert exchanges.confirmed_by_silence_at(GIFT) is None
    one = ExchangeDates(ExchangeKind.GIFT, LegWhat.THING, provider_done_at=NOW)
    assert exchanges.confirmed_by_silence_at(one) == NOW + 14 * DAY
    both = ExchangeDates(ExchangeKind.GIFT, LegWhat.THING, provider_done_at=NOW, receiver_done_at=NOW)
    assert exchanges.confirmed_by_silence_at(both) is None
    over = ExchangeDates(ExchangeKind.GIFT, LegWhat.THING, provider_done_at=NOW, cancelled_at=NOW)
    assert exchanges.confirmed_by_silence_at(over) is None


def test_who_wishes_to_call_off_alone_waits_for_the_other() -> None:
    begun = ExchangeDates(ExchangeKind.GIFT, LegWhat.EFFORT, started_at=NOW, cancel_wished_by=Side.PROVIDER)
    assert not exchanges.cancels_now(begun, Side.PROVIDER)
    assert exchanges.cancels_now(begun, Side.RECEIVER)
    assert exchanges.cancels_now(GIFT, Side.RECEIVER)


def test_a_loan_ends_on_or_after_the_day_it_begins() -> None:
    lent = NOW.date()
    with pytest.raises(Refused, match="end is before the beginning"):
        loans.check_due(lent, lent - DAY, 14)
    loans.check_due(lent, lent, 14)
    loans.check_due(lent, lent + 14 * DAY, 14)
    with pytest.raises(Refused, match="at most 14 days"):
        loans.check_due(lent, lent + 15 * DAY, 14)
    assert loans.due_on(lent, 14) == lent + 14 * DAY


def test_renewing_counts_from_the_due_day_or_from_today_when_that_is_past() -> None:
    due = NOW.date()
    assert loans.renewed_due(due, due - 3 * DAY, 14) == due + 14 * DAY
    assert loans.renewed_due(due, due + 3 * DAY, 14) == due + 17 * DAY


@pytest.mark.parametrize(
    ("change", "way"),
    [
        ({}, RenewalWay.AT_ONCE),
        ({"others_wait": True}, RenewalWay.ASK_OWNER),
        ({"renewed": 2}, RenewalWay.ASK_OWNER),
        ({"today": NOW.date() + 16 * DAY}, RenewalWay.ASK_OWNER),
        ({"today": NOW.date() + 15 * DAY}, RenewalWay.AT_ONCE),
    ],
)
def test_a_renewal_is_at_once_when_nothing_stands_against_it(change: dict[str, Any], way: RenewalWay) -> None:
    facts = {"today": NOW.date(), "renewed": 0, "renewals_max": 2, "grace_days": 1, "others_wait": False}
    dates = LoanDates(NOW.date(), NOW.date() + 14 * DAY)
    assert loans.renewal_way(dates, **{**facts, **change}) is way
    brought = LoanDates(NOW.date(), NOW.date() + 14 * DAY, brought_back_at=NOW)
    assert loans.renewal_way(brought, **{**facts, **change}) is RenewalWay.ASK_OWNER


@pytest.mark.parametrize("dates", [{"returned_on": NOW.date()}, {"lost_at": NOW}])
def test_what_is_over_is_not_renewed(dates: dict[str, Any]) -> None:
    over = LoanDates(NOW.date(), NOW.date(), **dates)
    with pytest.raises(Conflict):
        loans.renewal_way(over, today=NOW.date(), renewed=0, renewals_max=2, grace_days=1, others_wait=False)


def test_copies_are_counted_at_the_fullest_moment() -> None:
    assert copies_taken([], days(0, 5)) == 0
    assert copies_taken([days(0, 1), days(2, 3)], days(0, 5)) == 1
    assert copies_taken([days(0, 2), days(2, 3), days(9, 9)], days(0, 5)) == 2
    assert copies_taken([days(0, 9)], days(10, 11)) == 0


def test_the_stretch_around_a_wish_is_all_that_is_taken_without_a_gap() -> None:
    assert taken_around([days(2, 3), days(4, 5), days(8, 9)], days(3, 3)) == days(2, 5)
    assert taken_around([], days(3, 3)) == days(3, 3)
