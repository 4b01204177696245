"""Committees and budgets: small counts followed by hand, and that groups get what their share pays."""

import itertools
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minga.governance.rules.budgeting import GRAIN, Round, equal_shares, greedy
from minga.governance.rules.committee import committee
from tests.governance.ballots import bits, first_number, last_number


def test_a_fifth_of_the_voters_gets_a_fifth_of_the_seats() -> None:
    ballots = {bits(1, 2, 3, 4): 8, bits(5): 2}
    for rule in ("seq_phragmen", "equal_shares"):
        assert 5 in committee(ballots, 5, first_number, seats=5, rule=rule).elected
    assert committee({bits(1): 1}, 3, last_number, seats=2, rule="seq_pav").elected == (1, 3)
    with pytest.raises(ValueError, match="rule"):
        committee(ballots, 5, first_number, seats=2, rule="biggest")


COSTS = {1: 60, 2: 50, 3: 30, 4: 20}


def budget(supporters: dict[int, list[int]], voters: int, **more: object) -> Round:
    score_of = {project: len(supporters.get(project, [])) for project in COSTS}
    given = {project: supporters.get(project, []) for project in COSTS}
    return Round(100, COSTS, score_of, given, voters, **more)  # type: ignore[arg-type]


def test_greedy_skips_or_stops_at_what_does_not_fit() -> None:
    shared = budget({1: [0, 1, 2, 3], 2: [0, 1, 2], 3: [3, 4], 4: [4]}, 5)
    skipped = greedy(shared, first_number, skip=True)
    assert skipped.elected == (1, 3)
    assert skipped.figures["not_chosen"] == {2: ["no_room", 40, 50], 4: ["no_room", 10, 20]}
    stopped = greedy(shared, first_number, skip=False)
    assert (stopped.elected, stopped.figures["stopped_at"]) == ((1,), 2)


def test_equal_scores_go_by_lower_cost_or_by_lot() -> None:
    shared = budget({1: [0], 2: [0], 3: [1], 4: [1]}, 2)
    assert greedy(shared, last_number, skip=True).elected == (4, 3, 2)
    by_lot = budget({1: [0], 2: [0], 3: [1], 4: [1]}, 2, equal_score="lot")
    assert greedy(by_lot, first_number, skip=True).elected == (1, 3)
    shut = budget({1: [0], 2: [0], 3: [1], 4: [1]}, 2, excludes={4: frozenset({3})})
    found = greedy(shut, first_number, skip=True)
    assert (found.elected, found.figures["not_chosen"][3]) == ((4, 2), ["excluded"])
    least = budget({1: [0, 1], 2: [0], 3: [1], 4: [1]}, 2, min_score=2)
    assert greedy(least, first_number, skip=True).elected == (1,)


PROFILES = st.lists(st.sets(st.integers(1, 4)), min_size=1, max_size=5)


@settings(max_examples=50, deadline=None)
@given(PROFILES, st.sampled_from(["cost", "one"]), st.sampled_from(["none", "add1", "add1u"]))
def test_nobody_pays_for_what_she_did_not_want_and_every_project_is_paid(
    profile: list[set[int]], utility: str, completion: str
) -> None:
    supporters = {project: [v for v, marks in enumerate(profile) if project in marks] for project in COSTS}
    shared = budget(supporters, len(profile))
    found = equal_shares(shared, first_number, utility=utility, completion=completion)
    assert sum(COSTS[project] for project in found.elected) <= 100
    for project, most in found.figures["paid"].items():
        assert most * len(supporters[project]) >= COSTS[project] * GRAIN
    if completion != "add1u":
        assert all(supporters[project] for project in found.elected)
    else:
        left = 100 - sum(COSTS[project] for project in found.elected)
        assert all(COSTS[project] > left for project in COSTS if project not in found.elected)


@settings(max_examples=40, deadline=None)
@given(PROFILES)
def test_a_group_that_agrees_gets_what_its_share_pays(profile: list[set[int]]) -> None:
    """Extended justified representation up to one, of unit costs, by brute force: for any group of ℓ·n/k voters who share ℓ
    options some member has ℓ of them in the outcome."""
    ballots = Counter(bits(*marks) for marks in profile if marks)
    if not ballots:
        return
    seats = 2
    elected = set(committee(dict(ballots), 4, first_number, seats=seats, rule="equal_shares").elected)
    voters = [marks for marks in profile if marks]
    for size in range(1, len(voters) + 1):
        for group in itertools.combinations(voters, size):
            shared = set.intersection(*group)
            entitled = min(len(shared), size * seats // len(voters))
            assert not entitled or max(len(marks & elected) for marks in group) >= entitled
