"""Yes, no and consensus: thresholds and their denominators, small enough to be followed by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minga.governance.rules import motions
from minga.governance.rules.motions import (
    MotionRule,
    Quorum,
    Threshold,
    Turnout,
    consensus,
    is_fixed,
    majority,
)


@pytest.mark.parametrize(
    ("said", "roll", "threshold", "passes"),
    [
        ((66, 34, 0), 100, Threshold(2, 3), False),
        ((67, 33, 0), 100, Threshold(2, 3), True),
        ((50, 50, 0), 100, Threshold(1, 2, strict=True), False),
        ((51, 49, 0), 100, Threshold(1, 2, strict=True), True),
        ((1, 0, 99), 100, Threshold(1, 2, strict=True), True),
        ((85, 15, 0), 100, Threshold(85, 100), True),
        ((84, 16, 0), 100, Threshold(85, 100), False),
        ((17, 3, 0), 20, Threshold(85, 100), True),
        ((55, 45, 0), 100, Threshold(11, 20), True),
        ((60, 30, 30), 120, Threshold(1, 2, strict=True, base="cast"), False),
        ((60, 30, 30), 120, Threshold(1, 2, strict=True, base="present"), False),
        ((0, 0, 0), 10, Threshold(1, 2), False),
        ((0, 0, 5), 10, Threshold(0, 1), False),
    ],
)
def test_every_denominator_is_named_and_exact(
    said: tuple[int, int, int], roll: int, threshold: Threshold, passes: bool
) -> None:
    yes, no, abstain = said
    turnout = Turnout(roll, sum(said), sum(said), present=130)
    found = majority({"yes": yes, "no": no, "abstain": abstain}, turnout, MotionRule(threshold))
    assert (found.outcome == "passed") is passes
    if passes:
        assert yes >= found.figures["needed"]
    elif yes:
        assert yes < found.figures["needed"] or found.reason == "quorum"


def test_reasons_are_told_in_their_order() -> None:
    rule = MotionRule(Threshold(1, 2, strict=True), Quorum(1, 2, 3), min_yes=4, veto_threshold=2)
    few = majority({"yes": 2}, Turnout(5, 2, 2), rule)
    assert (few.outcome, few.reason) == ("failed", "quorum")
    assert majority({"yes": 5}, Turnout(5, 5, 5), rule, vetoes=2).reason == "veto"
    assert majority({"yes": 5}, Turnout(5, 5, 5), rule, vetoes=1).outcome == "passed"
    assert majority({"yes": 3}, Turnout(5, 3, 3), rule).reason == "min_yes"
    assert majority({"yes": 4, "no": 4}, Turnout(8, 8, 8), rule).reason == "tie"
    assert majority({"yes": 4, "no": 5}, Turnout(9, 9, 9), rule).reason == "threshold"
    with pytest.raises(ValueError, match="fraction"):
        Threshold(3, 2)
    with pytest.raises(ValueError, match="base"):
        Threshold(1, 2, base="members")


def test_consensus_in_rounds_and_then_counted() -> None:
    rule = MotionRule(Threshold(85, 100), Quorum(1, 2))
    ten = Turnout(10, 10, 10)
    agreed = consensus({"agree": 8, "stand_aside": 2}, ten, rule, rounds=2)
    assert (agreed.outcome, agreed.figures["counted_as"]) == ("passed", "consensus")
    blocked = consensus({"agree": 9, "block": 1}, ten, rule, rounds=2)
    assert (blocked.outcome, blocked.reason) == ("failed", "blocked")
    assert consensus({"agree": 9, "block": 1}, ten, rule, rounds=2, max_blocks=1).outcome == "passed"
    assert consensus({"agree": 7, "stand_aside": 3}, ten, rule, rounds=2).reason == "stood_aside"
    assert consensus({"abstain": 10}, ten, rule, rounds=1).reason == "nobody_agreed"
    after = consensus({"agree": 8, "reservations": 1, "block": 1}, ten, rule, round_number=3, rounds=2)
    assert (after.outcome, after.figures["yes"], after.figures["no"]) == ("passed", 9, 1)
    assert consensus({"agree": 8, "block": 2}, ten, rule).outcome == "failed"


def test_consent_needs_answers_and_no_objection_that_stands() -> None:
    rule = MotionRule(quorum=Quorum(1, 2))
    here = Turnout(10, 6, 6)
    assert motions.consent(6, {"integrated": 2, "withdrawn": 1}, here, rule).outcome == "passed"
    assert motions.consent(6, {"standing": 1}, here, rule).reason == "objection"
    assert motions.consent(4, {}, here, rule).reason == "quorum"


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 8).flatmap(lambda roll: st.tuples(st.just(roll), st.integers(0, roll))),
    st.integers(0, 8),
    st.sampled_from([Threshold(1, 2, strict=True), Threshold(2, 3), Threshold(2, 3, base="cast")]),
    st.sampled_from([Quorum(), Quorum(1, 2), Quorum(0, 1, 4)]),
)
def test_a_poll_ends_early_only_when_nothing_can_change_it(
    numbers: tuple[int, int], yes: int, threshold: Threshold, quorum: Quorum
) -> None:
    roll, cast = numbers
    yes, rule = min(yes, cast), MotionRule(threshold, quorum)
    fixed = is_fixed(rule, yes, cast - yes, Turnout(roll, cast, cast))
    outcomes = {
        majority(
            {"yes": yes + more_yes, "no": cast - yes + more_no},
            Turnout(roll, cast + more, cast + more),
            rule,
        ).outcome
        for more in range(roll - cast + 1)
        for more_yes in range(more + 1)
        for more_no in range(more - more_yes + 1)
    }
    assert fixed == (len(outcomes) == 1)
