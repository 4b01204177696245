"""Ballots of every method: read, refused with a name, packed and read again, said in words."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minga.governance.rules import forms
from minga.governance.rules.counting import METHODS
from minga.governance.rules.forms import BallotRefused, Form, NoForm, form_of
from minga.governance.rules.packing import pack, unpack
from minga.governance.rules.previews import preview
from minga.governance.rules.voting import read_ballot, read_reason
from minga.kit.canonical import canonical_json

NAMES = ("Flour", "Rice", "Oats", "Beans", "Salt")


def form(method: str, options: int = 5, **parameters: Any) -> Form:
    costs = parameters.pop("costs", None)
    named = [
        {"number": number, "title": NAMES[number - 1] if number <= 5 else str(number)}
        | ({"cost": costs[number - 1]} if costs else {})
        for number in range(1, options + 1)
    ]
    return form_of({"method": method, "options": named, "parameters": parameters})


ALL = (
    *(form(method) for method in METHODS),
    *(form(method, 0) for method in ("majority", "consensus", "consent")),
    form("statements"),
    form("budget", ballots="approval"),
    form("budget", ballots="points"),
    form("budget", ballots="ordinal"),
    form("approval", 19),
)
OPTIONS = st.integers(1, 5)


def ballots_of(one: Form) -> st.SearchStrategy[Any]:
    """Ballots that fit a form."""
    options = st.integers(1, one.options or 1)
    names = options.map(str)
    match one.shape:
        case "word":
            return st.sampled_from(one.words)
        case "number":
            return options
        case "marks":
            return st.lists(options, unique=True)
        case "ranks" if one.shared:
            return st.lists(options, unique=True, min_size=1).flatmap(
                lambda order: st.lists(st.booleans(), min_size=len(order), max_size=len(order)).map(
                    lambda joins: _joined(order, joins)
                )
            )
        case "ranks":
            return st.lists(options, unique=True, min_size=1).map(lambda order: [[x] for x in order])
        case "scores":
            return st.dictionaries(names, st.integers(0, one.top))
        case "statements":
            return st.dictionaries(names, st.sampled_from(one.words))
        case "votes":
            return st.dictionaries(names, st.integers(-4, 4))
    return st.dictionaries(names, st.integers(0, 20))


def _joined(order: list[int], joins: list[bool]) -> list[list[int]]:
    ranks: list[list[int]] = []
    for option, joined in zip(order, joins, strict=True):
        if joined and ranks:
            ranks[-1].append(option)
        else:
            ranks.append([option])
    return ranks


@pytest.mark.parametrize("one", ALL, ids=lambda one: f"{one.method} {one.shape} {one.options}")
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_packed_and_text_are_the_same_ballot(one: Form, data: st.DataObject) -> None:
    """Invariant 9."""
    ballot = read_ballot(data.draw(ballots_of(one)), one)
    packed = pack(ballot, one)
    assert len(packed) <= one.packed_max
    assert canonical_json(unpack(packed, one)) == canonical_json(ballot)
    assert pack(unpack(packed, one), one) == packed
    assert read_ballot(unpack(packed, one), one) == ballot
    assert all(said.text.format_map(said.facts) for said in preview(ballot, one))


@pytest.mark.parametrize("one", ALL, ids=lambda one: f"{one.method} {one.shape} {one.options}")
@settings(max_examples=15, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-3, 300) | st.floats() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("0123456x"), inner, max_size=4)
        ),
        max_leaves=8,
    )
)
def test_whatever_is_sent_is_a_ballot_or_refused(one: Form, sent: Any) -> None:
    try:
        ballot, said = read_ballot(sent, one), "."
    except BallotRefused as refusal:
        ballot, said = None, refusal.text.format_map(refusal.facts)
    assert said.endswith(".")
    assert ballot is None or unpack(pack(ballot, one), one) == ballot


MANY = "1" * 5_000
REFUSED: list[tuple[str, Form, Any, str]] = [
    ("another word", form("majority", 0), "maybe", "option_unknown"),
    ("no word", form("majority", 0), ["yes"], "ballot_form"),
    ("unknown number", form("plurality"), 6, "option_unknown"),
    ("a number as text", form("plurality"), "5", "not_an_integer"),
    ("a fraction", form("plurality"), 1.0, "not_an_integer"),
    ("yes as a number", form("plurality"), True, "not_an_integer"),
    ("a number without end", form("plurality"), int("1" * 4_000), "option_unknown"),
    ("repeated mark", form("approval"), [1, 2, 1], "option_repeated"),
    ("too few marks", form("approval", marks_min=2), [1], "marks_min"),
    ("too many marks", form("approval", marks_max=2), [1, 2, 3], "marks_max"),
    ("more marks than options", form("approval"), [1] * 201, "marks_max"),
    ("dear marks", form("budget", costs=[10, 20, 30, 40, 50], max_sum_cost=80), [3, 4, 5], "budget_exceeded"),
    ("score above", form("score"), {"1": 6}, "score_range"),
    ("score below", form("score"), {"1": -1}, "score_range"),
    ("score in words", form("star"), {"1": "5"}, "not_an_integer"),
    ("score of nothing", form("star"), {"9": 5}, "option_unknown"),
    ("score of 01", form("star"), {"01": 5}, "option_unknown"),
    ("not a number", form("judgment"), {"1": float("nan")}, "not_an_integer"),
    ("resistance above ten", form("resistance"), {"1": 11}, "score_range"),
    ("scores as a list", form("score"), [5, 3], "ballot_form"),
    ("repeated rank", form("irv"), [[1], [1]], "option_repeated"),
    ("shared rank", form("irv"), [[1, 2]], "rank_shared"),
    ("empty rank", form("irv"), [[]], "ballot_form"),
    ("nobody ranked", form("irv"), [], "marks_min"),
    ("flat ranks", form("irv"), [1, 2], "ballot_form"),
    ("too many ranks", form("stv_scottish", max_ranks=2), [[1], [2], [3]], "marks_max"),
    ("too dear votes", form("quadratic"), {"1": 7, "2": 8}, "credits_exceeded"),
    ("votes without end", form("quadratic"), {"1": 10**6}, "credits_exceeded"),
    ("too many points", form("points"), {"1": 60, "2": 41}, "points_exceeded"),
    ("negative points", form("points"), {"1": -1}, "points_exceeded"),
    ("too many for one", form("points", per_option_max=10), {"1": 11}, "points_exceeded"),
    ("another mark", form("statements"), {"1": "maybe"}, "option_unknown"),
    ("unknown statement", form("statements"), {"12": "agree"}, "option_unknown"),
]


@pytest.mark.parametrize(("one", "sent", "code"), [case[1:] for case in REFUSED], ids=[c[0] for c in REFUSED])
def test_what_does_not_fit_is_refused_by_name(one: Form, sent: Any, code: str) -> None:
    with pytest.raises(BallotRefused) as refused:
        read_ballot(sent, one)
    assert refused.value.code == code
    assert len(str(refused.value)) < 300


def test_the_sentences_name_what_is_meant() -> None:
    with pytest.raises(BallotRefused, match="Flour and Rice both stand on rank 2"):
        read_ballot([[3], [1, 2]], form("irv"))
    with pytest.raises(BallotRefused, match=r"7² \+ 8² = 113; you have 100"):
        read_ballot({"1": 7, "2": -8}, form("quadratic"))
    assert read_ballot([[3], [2, 1]], form("schulze")) == [[3], [1, 2]]


def test_a_block_and_an_objection_say_why() -> None:
    consensus, consent = form("consensus", 0), form("consent", 0)
    for one, word in ((consensus, "block"), (consent, "objection")):
        with pytest.raises(BallotRefused) as refused:
            read_reason("  ", word, one, secret=False)
        assert refused.value.code == "reason_missing"
    assert read_reason(" No water. ", "block", consensus, secret=True) == "No water."
    assert read_reason("", None, consensus, secret=False) == ""
    assert read_reason("I like it.", "agree", consensus, secret=False) == "I like it."
    with pytest.raises(BallotRefused) as refused:
        read_reason("I like it.", "agree", consensus, secret=True)
    assert refused.value.code == "reason_secret"
    with pytest.raises(BallotRefused) as refused:
        read_reason("x" * 2_001, "block", consensus, secret=False)
    assert refused.value.code == "reason_long"


def test_a_ballot_is_said_in_words() -> None:
    def said(ballot: Any, one: Form) -> str:
        return " ".join(part.text.format_map(part.facts) for part in preview(ballot, one))

    assert said([[1], [2]], form("irv")) == "You rank: 1 Flour, 2 Rice."
    assert said([[1, 2], [3]], form("schulze")) == "You rank: 1 Flour = Rice, 2 Oats."
    assert said({"1": 9, "2": 2}, form("quadratic")) == "You give: Flour: 9, Rice: 2. Cost 85 of 100 credits."
    costly = form("budget", costs=[1_200, 3_000, 10, 10, 10], max_sum_cost=5_000)
    assert said([1, 2], costly) == "You mark 2: Flour, Rice. Cost 4200 of 5000."
    assert said([], form("approval")) == "You mark nothing."
    assert said(2, form("plurality")) == "You vote for Rice."
    assert said({"1": 30}, form("points")) == "You give: Flour: 30. Sum 30 of 100 points."
    assert said("block", form("consensus", 0)) == "Your answer: block."
    assert said({"1": "pass"}, form("statements")) == "Flour: no opinion."
    assert said(None, form("irv")).startswith("A blank ballot")


def test_a_config_without_a_form_is_none() -> None:
    with pytest.raises(NoForm):
        form("applause")
    with pytest.raises(NoForm):
        form("budget", ballots="applause")
    with pytest.raises(NoForm):
        form("irv", 201)
    with pytest.raises(NoForm):
        form("score", top=255)
    assert form("budget", 1_000).packed_max == 125
    assert forms.form_of({"method": "majority"}).options == 0
