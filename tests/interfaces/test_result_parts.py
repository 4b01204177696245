"""The page of a count, from real Results: sentence, denominators, chart with its table, stages, ties."""

import pytest

from minga.governance.rules.budgeting import Round, equal_shares, greedy
from minga.governance.rules.counting import METHODS, tally
from minga.governance.rules.motions import MotionRule, Quorum, Threshold, Turnout, consent, majority
from minga.governance.rules.results import Result
from minga.interfaces.web.charts import Bar, bar_chart
from minga.interfaces.web.governance.result_parts import ResultView, ResultWords
from minga.kit.formats import Formats
from minga.kit.i18n import translator
from tests.governance.ballots import first_number, ranks
from tests.governance.test_sentences import NAMES, some_result
from tests.interfaces.look.environment import render_string


def seen(result: Result, names: list[str] | None = None) -> ResultView:
    voice = translator("en")
    words = ResultWords(
        result.as_json(),
        names or NAMES,
        voice,
        Formats("en", "UTC", voice),
        lambda minor: f"{minor / 100:.2f} €",
    )
    return words.view()


def drawn(view: ResultView) -> str:
    return render_string(
        '{% import "governance/_result.html" as r %}{{ r.result_sentence(view) }}{{ r.result_parts(view) }}',
        view=view,
    )


@pytest.mark.parametrize("method", METHODS)
def test_every_method_has_a_page_with_every_name(method: str) -> None:
    counted = some_result(method)
    view = seen(counted)
    page = drawn(view)
    assert view.said[0] in page or view.head in page
    assert NAMES[counted.elected[0] - 1] in page
    assert "None" not in page
    assert view.chart is not None or method == "schulze" or not counted.stages


def test_a_motion_shows_every_denominator_and_the_line_that_was_needed() -> None:
    rule = MotionRule(Threshold(2, 3), Quorum(1, 2))
    view = seen(majority({"yes": 67, "no": 33, "abstain": 8}, Turnout(140, 108, 108), rule))
    assert ("Yes that were needed", "67") in view.facts
    assert ("Entitled to vote", "140") in view.facts
    assert ("Needed for the quorum", "70") in view.facts
    assert view.chart is not None
    assert [one.value for one in view.chart.all_bars] == [67, 33, 8]
    assert view.chart.need == 360
    assert view.chart.rows == [["Yes", "67"], ["No", "33"], ["Abstained", "8"]]


def test_consent_shows_objections_and_what_became_of_them() -> None:
    view = seen(consent(5, {"integrated": 1, "standing": 1}, Turnout(8, 5, 5), MotionRule()))
    assert view.chart is not None
    assert view.chart.rows == [["Consent", "3"], ["Taken up in the text", "1"], ["Still stands", "1"]]


def test_stages_stand_side_by_side_and_what_is_exhausted_beneath() -> None:
    view = seen(tally("irv", 3, ranks((4, "1"), (4, "2"), (2, "32"), (1, "3")), first_number))
    assert view.totals is not None
    assert view.totals.rows == (
        ("Flour", "4", "4"),
        ("Rice", "4", "6"),
        ("Beans", "3", "–"),
        ("Named nobody left", "0", "1"),
    )
    assert view.stages == ("First count", "Beans goes out")
    assert view.chart is not None
    assert [(one.label, one.mark) for one in view.chart.all_bars] == [("Rice", "chosen"), ("Flour", "")]


def test_parts_of_votes_are_written_with_their_decimals() -> None:
    given = ranks((5, "12"), (3, "12"), (4, "32"), (2, "3"))
    view = seen(tally("stv_scottish", 3, given, first_number, {"seats": 2}))
    assert view.totals is None or all("100,000" not in cell for row in view.totals.rows for cell in row)


def test_a_lot_is_told() -> None:
    view = seen(tally("approval", 2, {bytes([3]): 4}, first_number))
    assert view.ties == (
        "Flour, Rice stood equal, and nothing told them apart. The lot gave this order: Flour, Rice.",
    )
    assert "Ties and lots" in drawn(view)


def test_a_budget_says_why_each_project_was_chosen_or_not() -> None:
    given = Round(
        10_000,
        {1: 6_000, 2: 5_000, 3: 3_000},
        {1: 3, 2: 2, 3: 1},
        {1: [0, 1, 2], 2: [0, 1], 3: [2]},
        3,
    )
    rows = seen(greedy(given, first_number, skip=True)).more[0].rows
    assert rows[1] == ("Rice", "2", "did not fit: 40.00 € was left, it costs 50.00 €")
    shares = seen(equal_shares(given, first_number)).more[0].rows
    assert shares[0] == ("Flour", "3", "chosen; each supporter paid at most 20.00 €")


def test_a_chart_and_its_table_are_the_same_numbers() -> None:
    bars = [Bar(f"Option {n}", n, str(n)) for n in range(60)]
    chart = bar_chart("All.", "What", "Votes", bars)
    assert [row[1] for row in chart.rows] == [str(n) for n in range(60)]
    assert len(chart.bars) + chart.left_out == 60
