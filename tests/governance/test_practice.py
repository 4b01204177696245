"""How we decide, in figures: from the records, by class and method, with nothing below five people, the same when counted again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from minga.governance.commands import decisions as commands
from minga.governance.commands.practice import count_day_of
from minga.governance.models import Decision, VotingDay
from minga.governance.queries.practice import practice
from minga.governance.rules.practice import FORMULAS, Counted, figures_of, together
from minga.kit.errors import Invalid, NotFound
from tests.communities.federating import ONE_ENGINE, do
from tests.communities.test_api import Call
from tests.communities.test_api import call as call
from tests.governance.deciding import decided, follow
from tests.village import Village
from tests.visitor import Visitor


def test_the_day_is_counted_once_however_often(village: Village) -> None:
    late = village.clock().date() + timedelta(days=2)
    first = decided(village, deadline_on=late)
    decided(village, deadline_on=late)
    decided(village, outcome="failed")
    follow(village)
    with village.database.write() as session:
        for one in session.scalars(select(Decision)).all():
            count_day_of(session, one.id, at=village.clock())
        rows = session.scalars(select(VotingDay)).all()
        assert [(row.rule_class, row.method, row.formula) for row in rows] == [("poll", "majority", 1)]
        assert rows[0].figures == {
            "decided": 3,
            "passed": 2,
            "quorum_missed": 0,
            "blocked": 0,
            "turnout": [100, 100, 100],
            "days": [5, 5, 5],
        }
    do(village, "bruno", commands.say_implemented, first)
    village.clock.forward(days=40)
    with village.database.read() as session:
        found = practice(session, village.bruno, village.valley, at=village.clock())
        [line] = found.lines
        assert (line.in_time, line.overdue, line.reopened) == (1, 1, 0)
        assert (line.figures.decided, line.figures.turnout, found.months[0].month) == (3, 100, "2026-11")
        with pytest.raises(NotFound):
            practice(session, village.zoe, village.valley, at=village.clock())
        later = village.clock().date()
        assert (
            practice(session, village.bruno, village.valley, since_on=later, at=village.clock()).lines == ()
        )
        with pytest.raises(Invalid):
            practice(
                session,
                village.bruno,
                village.valley,
                since_on=later,
                until_on=later - timedelta(days=1),
                at=village.clock(),
            )


VOTES = st.builds(
    Counted,
    outcome=st.sampled_from(["passed", "failed", "elected", "undecided"]),
    reason=st.sampled_from(["", "quorum", "veto", "threshold"]),
    roll=st.integers(1, 40),
    cast=st.integers(0, 1),
    days=st.integers(0, 60),
)


@given(st.lists(VOTES, max_size=20), st.integers(0, 20))
def test_days_add_up_to_the_whole_and_small_rolls_leave_no_share(votes: list[Counted], cut: int) -> None:
    parts = [figures_of(votes[:cut]), figures_of(votes[cut:])]
    assert together(parts) == together([figures_of(votes)])
    if all(one.roll < 5 for one in votes):
        assert together(parts).turnout is None


@ONE_ENGINE
def test_figures_stand_on_a_page_and_over_rest_with_their_formulas(
    visit: Callable[[str | None], Visitor], call: Call, village: Village
) -> None:
    bruno, at = visit("bruno"), "/c/valley/decisions/figures"
    assert "Nothing was decided in these days." in bruno.get(at).text
    decided(village)
    follow(village)
    page = bruno.get(f"{at}?since=2026-11-01&until=2026-11-30").text
    assert "100 %" in page
    assert all(text.split(":")[0] in page for text in FORMULAS.values())
    visit("zoe").get(at, 404)
    found = call("bruno", "GET", "/communities/valley/decisions/figures").json()
    assert found["lines"][0]["figures"]["decided"] == 1
    call("zoe", "GET", "/communities/valley/decisions/figures", status=404)
