"""What comes again: one at a time, skipped, resting, ended; posted by the clock with its owner's rights and nobody else's."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from minga.communities.models import Membership
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound
from minga.sharing import commands, queries
from minga.sharing.models import Listing, ListingRepeat
from minga.sharing.rules import CloseReason, Direction, Help
from minga.sharing.rules.repeats import Frequency, Recurrence, next_after, occurrences, read_recurrence
from tests.sharing import neighbours
from tests.sharing.test_dispatch import do
from tests.village import NOBODY, Village


def help_needed(village: Village, **own: Any) -> str:
    return neighbours.listed(
        village,
        village.bruno,
        Help(**own),
        title="Groceries",
        direction=Direction.NEED,
        terms=neighbours.GIFT,
    )


def passed(village: Village, **span: float) -> None:
    village.clock.forward(**span)
    with village.database.write() as session:
        commands.pass_time(session, at=village.clock())


def listings(village: Village) -> list[Listing]:
    with village.database.read() as session:
        return list(session.scalars(select(Listing).order_by(Listing.number)))


def test_a_weekly_need_comes_again_two_days_before_its_day(village: Village) -> None:
    listing_id = help_needed(village, needed_by_at=village.clock() + timedelta(hours=3))
    made = do(village, commands.repeat, village.bruno, listing_id, "FREQ=WEEKLY")
    again = do(village, commands.repeat, village.bruno, listing_id, "freq=weekly")
    assert made.id == again.id
    do(village, commands.close, village.bruno, listing_id, CloseReason.FULFILLED)
    passed(village, days=4, hours=22)
    assert len(listings(village)) == 1
    passed(village, hours=2)
    first, second = listings(village)
    with village.database.read() as session:
        own = queries.content(session, village.bruno, second.id, at=village.clock()).own
        before = queries.content(session, village.bruno, first.id, at=village.clock()).own
    assert own.needed_by_at - before.needed_by_at == timedelta(days=7)  # type: ignore[attr-defined]
    assert (second.title, second.owner_id) == (first.title, first.owner_id)


def test_only_one_is_open_at_a_time(village: Village) -> None:
    listing_id = help_needed(village)
    do(village, commands.repeat, village.bruno, listing_id, "FREQ=DAILY")
    for _ in range(5):
        passed(village, days=1)
    assert len(listings(village)) == 1
    do(village, commands.close, village.bruno, listing_id, CloseReason.WITHDRAWN)
    passed(village, days=1)
    passed(village, days=1)
    assert len(listings(village)) == 2


def test_it_is_skipped_rests_and_ends(village: Village) -> None:
    listing_id = help_needed(village)
    made = do(village, commands.repeat, village.bruno, listing_id, "FREQ=WEEKLY;COUNT=4")
    do(village, commands.close, village.bruno, listing_id, CloseReason.FULFILLED)
    assert do(village, commands.skip, village.bruno, made.id).next_on == date(2026, 11, 30)
    do(village, commands.pause_repeat, village.bruno, made.id, paused=True)
    passed(village, days=13)
    assert len(listings(village)) == 1
    found = do(village, commands.pause_repeat, village.bruno, made.id, paused=False)
    assert found.next_on == date(2026, 11, 30)
    passed(village, hours=1)
    assert len(listings(village)) == 2
    do(village, commands.end_repeat, village.bruno, made.id)
    passed(village, days=60)
    assert len(listings(village)) == 2


@pytest.mark.parametrize("name", ["nobody", "zoe", "hana", "ana"])
def test_nobody_else_moves_it(village: Village, name: str) -> None:
    listing_id = help_needed(village)
    made = do(village, commands.repeat, village.bruno, listing_id, "FREQ=WEEKLY")
    who = NOBODY if name == "nobody" else village.actor(name)
    for act in (commands.skip, commands.end_repeat):
        with pytest.raises(NotFound):
            do(village, act, who, made.id)
    with pytest.raises((NotFound, Forbidden)):
        do(village, commands.repeat, who, listing_id, "FREQ=DAILY")
    with village.database.read() as session:
        assert queries.repeats_of(session, who, listing_id, at=village.clock()) is None
        assert queries.repeats_of(session, village.bruno, listing_id, at=village.clock()) is not None


def test_two_rules_for_one_listing_are_one_too_many(village: Village) -> None:
    listing_id = help_needed(village)
    do(village, commands.repeat, village.bruno, listing_id, "FREQ=WEEKLY")
    with pytest.raises(Conflict):
        do(village, commands.repeat, village.bruno, listing_id, "FREQ=DAILY")
    with pytest.raises(Invalid):
        do(village, commands.repeat, village.bruno, listing_id, "FREQ=HOURLY")


def test_who_may_not_post_any_more_finds_it_resting(village: Village) -> None:
    listing_id = help_needed(village)
    made = do(village, commands.repeat, village.bruno, listing_id, "FREQ=WEEKLY")
    do(village, commands.close, village.bruno, listing_id, CloseReason.FULFILLED)
    with village.database.write() as session:
        held = session.scalars(
            select(Membership).where(Membership.person_id == village.people["bruno"])
        ).one()
        held.ended_on = village.clock().date()
    passed(village, days=6)
    assert len(listings(village)) == 1
    with village.database.read() as session:
        assert session.get_one(ListingRepeat, made.id).paused_at is not None


@given(
    st.sampled_from(Frequency),
    st.integers(1, 52),
    st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    st.integers(1, 30),
)
def test_days_go_on_in_order_and_the_text_says_the_same(
    frequency: Frequency, interval: int, first: date, count: int
) -> None:
    rule = Recurrence(frequency, interval, count=count)
    assert read_recurrence(rule.text) == rule
    days = list(occurrences(rule, first))
    assert days == sorted(set(days))
    assert len(days) <= count
    assert all(day >= first for day in days)
    for one, other in pairwise(days):
        assert next_after(rule, first, one) == other
