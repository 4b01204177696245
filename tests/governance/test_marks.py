"""Marks, scores and points, in counts small enough to be followed by hand."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from minga.governance.rules.scores import approval, judgment, marks_of, medians, points, quadratic, score
from minga.governance.rules.star import star
from tests.governance.ballots import bits, first_number, last_number


def test_approval_with_a_floor_of_all_who_voted() -> None:
    ballots = {bits(1, 2): 3, bits(2): 2, bits(3): 1}
    assert approval(ballots, 3, first_number, seats=2).elected == (2, 1)
    floor = Fraction(1, 2)
    assert approval(ballots, 3, first_number, seats=2, floor=floor).elected == (2, 1)
    assert approval(ballots, 3, first_number, seats=2, floor=floor, blank=1).elected == (2,)
    assert marks_of(bits(1, 9)) == [1, 9]


def test_scores_then_top_marks_then_lot() -> None:
    ballots = {bytes([5, 3, 255]): 1, bytes([1, 3, 3]): 1, bytes([255, 255, 3]): 1}
    found = score(ballots, 3, last_number)
    assert found.figures["scores"] == {1: 6, 2: 6, 3: 6}
    assert found.elected == (1,)
    assert {tie.resolved_by for tie in found.ties} == {"top_marks", "lot"}


def test_the_best_median_and_then_the_next_one() -> None:
    assert list(medians({5: 2, 3: 2})) == [3, 5, 3, 5]
    # 1: 5 3 3 0, 2: 4 3 2 1, 3: 3 3 1 0 → lower medians 3, 2, 1
    ballots = {bytes([5, 4, 3]): 1, bytes([3, 3, 3]): 1, bytes([3, 2, 1]): 1, bytes([0, 1, 0]): 1}
    assert judgment(ballots, 3, first_number, seats=3).elected == (1, 2, 3)
    equal = {bytes([5, 5]): 1, bytes([3, 3]): 1, bytes([1, 0]): 1}
    assert judgment(equal, 2, last_number).elected == (1,)
    same = {bytes([3, 3]): 2}
    assert judgment(same, 2, last_number).elected == (2,)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.integers(0, 5), st.integers(1, 5), min_size=1))
def test_medians_are_those_of_taking_one_away_after_the_other(counts: dict[int, int]) -> None:
    grades, taken = sorted(grade for grade, many in counts.items() for _ in range(many)), list[int]()
    while grades:
        taken.append(grades.pop((len(grades) - 1) // 2))
    assert list(medians(counts)) == taken


def test_star_goes_through_its_steps_once_each() -> None:
    # sums 1: 10, 2: 6, 3: 6, 4: 6; matches among the tied: 2 and 3 beat 4 more often, top marks tell 3 from 2
    ballots = {bytes([5, 1, 5, 0]): 1, bytes([5, 5, 1, 0]): 1}
    found = star(ballots, 4, first_number)
    assert found.figures["finalists"][0][0] == 1
    assert {tie.where for tie in found.ties} == {"star/1/finalist"}
    assert star(ballots, 4, first_number, seats=2).elected[0] == 1
    assert star({}, 3, first_number).outcome == "undecided"


def test_points_and_quadratic_votes() -> None:
    def packed(*values: int) -> bytes:
        return b"".join(value.to_bytes(2, "big", signed=value < 0) for value in values)

    ballots = {packed(6, 4, 0): 1, packed(0, 2, 4): 1}
    found = points(ballots, 3, first_number)
    assert (found.figures["scores"], found.elected) == ({1: 6, 2: 6, 3: 4}, (2,))
    votes = {packed(7, -3): 1, packed(-2, 5): 1}
    assert quadratic(votes, 2, first_number, seats=2).elected == (1, 2)
    assert quadratic({packed(-1): 1}, 1, first_number).outcome == "failed"
    assert quadratic({packed(1): 1}, 1, first_number).outcome == "passed"
