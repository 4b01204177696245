"""The form of every method: its fields, what was typed as a ballot, and a ballot as what was typed."""

from typing import Any

import pytest

from minga.governance.rules.counting import METHODS
from minga.interfaces.http import Form
from minga.interfaces.web.governance.ballot_forms import (
    BallotForm,
    ballot_form,
    read_ballot,
    running_sum,
    typed_of,
)
from minga.kit.errors import Invalid
from tests.interfaces.look.environment import render_string

OPTIONS = [
    {"number": 1, "title": "Flour", "cost": 4000},
    {"number": 2, "title": "Rice", "cost": 2500},
    {"number": 3, "title": "<b>Beans</b>"},
]
BALLOTS: dict[str, Any] = {
    "majority": "yes",
    "consensus": "stand_aside",
    "consent": "objection",
    "plurality": 2,
    **{key: [1, 3] for key in ("approval", "seq_phragmen", "equal_shares_committee", "seq_pav", "budget")},
    **{key: {"1": 5, "3": 0} for key in ("score", "star", "judgment", "resistance")},
    **{key: [[3], [1]] for key in ("irv", "stv_scottish", "stv_meek")},
    "schulze": [[3], [1, 2]],
    "quadratic": {"1": 7, "2": -3},
    "points": {"1": 4, "2": 6},
}


def shape_of(method: str, **parameters: Any) -> BallotForm:
    return ballot_form({"method": method, "options": OPTIONS, "parameters": parameters})


def form_of(typed: Any) -> Form:
    return Form([(name, value) for name, values in typed.items() for value in values])


def drawn(shape: BallotForm, typed: Any, errors: dict[str, str] | None = None) -> str:
    return render_string(
        '{% import "governance/_ballot.html" as b %}{{ b.how_to(shape, money) }}'
        "{{ b.ballot_fields(shape, typed, errors, money) }}",
        shape=shape,
        typed=typed,
        errors=errors or {},
        money=lambda minor: f"{minor / 100:.2f} €",
    )


def test_there_is_a_form_for_every_method_that_is_counted() -> None:
    assert set(METHODS) <= set(BALLOTS)


@pytest.mark.parametrize("method", BALLOTS)
def test_a_ballot_comes_back_from_its_own_form(method: str) -> None:
    shape = shape_of(method)
    typed = typed_of(shape, BALLOTS[method], "Because.")
    assert read_ballot(shape, form_of(typed)) == BALLOTS[method]
    page = drawn(shape, typed)
    for name, values in typed.items():
        if name != "reason":
            assert f'name="{name}"' in page, name
            assert all(f'value="{value}"' in page for value in values)
    assert page.count(" checked") + page.count(" selected") >= (0 if shape.kind == "numbers" else 1)
    assert "<b>Beans" not in page


@pytest.mark.parametrize("method", BALLOTS)
def test_an_empty_form_is_refused_and_a_ballot_left_empty_is_one(method: str) -> None:
    shape = shape_of(method)
    with pytest.raises(Invalid) as refused:
        read_ballot(shape, form_of({}))
    (field,) = refused.value.fields
    assert f'id="f-{field}"' in drawn(shape, {}, {field: "Look."})
    assert read_ballot(shape, form_of(typed_of(shape, None))) is None


@pytest.mark.parametrize("typed", ["1e3", "5.0", "½", "--2", "٣", "1234567", "NaN"])
def test_what_is_no_whole_number_is_named_at_its_field(typed: str) -> None:
    shape = shape_of("points")
    with pytest.raises(Invalid) as refused:
        read_ballot(shape, form_of({"give-1": [typed], "give-2": ["3"]}))
    assert list(refused.value.fields) == ["give-1"]
    assert refused.value.name == "not_an_integer"


def test_places_that_nobody_has_are_passed_over() -> None:
    assert read_ballot(shape_of("irv"), form_of({"rank-2": ["1"], "rank-1": ["3"]})) == [[2], [1]]


def test_budgets_take_the_kind_of_ballot_that_was_set() -> None:
    assert shape_of("budget", ballots="ordinal").kind == "ranks"
    assert shape_of("budget", ballots="points").kind == "numbers"
    assert "40.00 €" in drawn(shape_of("budget", max_sum_cost=5000), {})


def test_the_running_sum_is_what_the_ballot_takes() -> None:
    assert running_sum(shape_of("quadratic"), {"1": 7, "2": -3}) == (58, 100)
    assert running_sum(shape_of("points"), {"1": 4, "2": 6}) == (10, 100)
    assert running_sum(shape_of("budget", max_sum_cost=5000), [1, 2]) == (6500, 5000)
    assert running_sum(shape_of("irv"), [[1]]) is None


def test_grades_have_words_and_scales_their_numbers() -> None:
    assert "Very good" in drawn(shape_of("judgment"), {})
    assert 'value="10"' in drawn(shape_of("resistance"), {})
