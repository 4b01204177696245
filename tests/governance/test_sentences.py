"""What a Result says: every number and every name of a sentence is in the Result."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minga.governance.rules.budgeting import Round, equal_shares, greedy
from minga.governance.rules.counting import MARKED, METHODS, RANKED, SCORED, tally
from minga.governance.rules.motions import (
    MotionRule,
    Quorum,
    Threshold,
    Turnout,
    consensus,
    consent,
    majority,
)
from minga.governance.rules.results import Result
from minga.governance.rules.sentences import outcome, plain, sentences, stage_sentence, tie_sentence

from .ballots import bits, first_number, ranks

NAMES = ["Flour", "Rice", "Beans", "Oil"]


def numbers_in(value: Any) -> Iterator[int]:
    """Every number that stands anywhere in a Result."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from numbers_in(one)
            if key.isdigit():
                yield int(key)
    elif isinstance(value, list):
        for one in value:
            yield from numbers_in(one)
    elif isinstance(value, int):
        yield int(value)


def some_result(method: str) -> Result:
    """A small real count of each method."""
    if method in RANKED:
        given_ = ranks((5, "1234"), (4, "213"), (3, "32"), (3, "4"))
        return tally(
            method,
            4,
            given_,
            first_number,
            {"seats": 2} if method.startswith("stv") else {},
        )
    if method in MARKED:
        return tally(method, 4, {bits(1, 2): 3, bits(2): 2, bits(3, 4): 4}, first_number)
    if method in SCORED:
        return tally(method, 4, {bytes([5, 3, 0, 255]): 3, bytes([0, 4, 5, 1]): 2}, first_number)
    if method == "plurality":
        return tally(method, 4, {b"\x01": 3, b"\x02": 5}, first_number)
    packed = b"".join(value.to_bytes(2, "big") for value in (3, 0, 6, 1))
    return tally(method, 4, {packed: 4}, first_number)


@pytest.mark.parametrize("method", METHODS)
def test_every_number_of_every_method_is_in_its_result(method: str) -> None:
    found = some_result(method).as_json()
    known = set(numbers_in(found))
    told = [*sentences(found, NAMES), *(stage_sentence(one, NAMES) for one in found["stages"])]
    told += [tie_sentence(one, NAMES) for one in found["ties"]]
    for one in told:
        for number in re.findall(r"\d+", one.said()):
            assert int(number) in known, one.said()
    assert NAMES[found["elected"][0] - 1] in plain(told)


@given(
    yes=st.integers(0, 40),
    no=st.integers(0, 40),
    abstain=st.integers(0, 20),
    more=st.integers(0, 50),
    num=st.integers(0, 20),
    strict=st.booleans(),
    base=st.sampled_from(["yes_no", "cast", "present", "roll"]),
)
def test_every_number_of_a_motion_is_in_its_result(
    yes: int, no: int, abstain: int, more: int, num: int, strict: bool, base: str
) -> None:
    cast = yes + no + abstain
    rule = MotionRule(Threshold(num, 20, strict, base), Quorum(1, 3), veto_threshold=2)
    turnout = Turnout(cast + more, cast, cast, cast)
    counted = majority({"yes": yes, "no": no, "abstain": abstain}, turnout, rule, vetoes=num % 4)
    known = set(numbers_in(counted.as_json()))
    for number in re.findall(r"\d+", plain(sentences(counted.as_json()))):
        assert int(number) in known
    assert ("Passed." in plain(sentences(counted.as_json()))) == (counted.outcome == "passed")


def test_the_sentence_of_a_majority() -> None:
    rule = MotionRule(Threshold(2, 3), Quorum(1, 2))
    counted = majority({"yes": 66, "no": 34}, Turnout(140, 100, 100), rule)
    assert plain(sentences(counted.as_json())) == (
        "66 yes, 34 no, 0 abstained, of 140 entitled. Needed: two thirds of yes and no, that is 67."
        " Not passed. Quorum half, that is 70; 100 took part."
    )


@pytest.mark.parametrize(
    ("counted", "said"),
    [
        (
            majority({"yes": 2, "no": 2}, Turnout(4, 4, 4), MotionRule()),
            "Not passed: as many for it as against it.",
        ),
        (
            majority({"yes": 9}, Turnout(100, 9, 9), MotionRule(quorum=Quorum(1, 2))),
            "Not passed: too few took part.",
        ),
        (
            majority({"yes": 9}, Turnout(9, 9, 9), MotionRule(veto_threshold=1), vetoes=1),
            "Not passed: 1 vetoes stopped it.",
        ),
        (
            consensus({"agree": 5, "block": 1}, Turnout(6, 6, 6), MotionRule(), rounds=1),
            "Not passed: it was blocked.",
        ),
        (
            consent(5, {"standing": 1}, Turnout(6, 5, 5), MotionRule()),
            "Not passed: an objection stands.",
        ),
        (tally("irv", 2, {}, first_number), "Undecided: no ballot named anybody."),
        (Result("advice", "advice"), "Advice was asked for; nothing was counted."),
    ],
)
def test_why_something_did_not_pass_is_said(counted: Result, said: str) -> None:
    assert outcome(counted.as_json(), NAMES).said() == said


def test_consensus_says_by_which_rule_it_was_counted() -> None:
    said = {"agree": 17, "stand_aside": 3}
    rounds = consensus(said, Turnout(20, 20, 20), MotionRule(), rounds=1)
    assert "Needed: at most 0 blocks, and at most 5 who stand aside." in plain(sentences(rounds.as_json()))
    at_once = consensus(said, Turnout(20, 20, 20), MotionRule(Threshold(85, 100)))
    assert "Needed: 85 % of yes and no, that is 17." in plain(sentences(at_once.as_json()))


def test_a_budget_says_what_was_chosen() -> None:
    given_ = Round(100, {1: 60, 2: 50, 3: 30}, {1: 3, 2: 2, 3: 1}, {1: [0, 1, 2], 2: [0, 1], 3: [2]}, 3)
    by_score = greedy(given_, first_number, skip=True).as_json()
    assert plain(sentences(by_score, NAMES)) == "Chosen: Flour, Beans."
    assert plain(sentences(equal_shares(given_, first_number).as_json(), NAMES)) == "Chosen: Flour."


def test_a_tie_says_how_it_was_decided() -> None:
    counted = tally("plurality", 2, {b"\x01": 3, b"\x02": 3}, first_number).as_json()
    assert tie_sentence(counted["ties"][0], NAMES).said() == (
        "Flour, Rice stood equal, and nothing told them apart. The lot gave this order: Flour, Rice."
    )
