"""Ranked ballots: small counts that can be followed by hand, one for each branch and tie; and what must hold for any."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minga.governance.rules.condorcet import pairwise, schulze
from minga.governance.rules.counting import tally
from minga.governance.rules.ranked import irv, packed_ranks, ranks_of
from minga.governance.rules.stv import UNIT, stv_scottish
from tests.governance.ballots import RANKINGS, first_number, last_number, ranks


def test_a_packed_ranking_is_the_same_when_unpacked() -> None:
    for wanted in ([[3], [1]], [[2, 1], [3]], [[1], [2, 3]]):
        found = [sorted(rank) for rank in ranks_of(packed_ranks(wanted))]
        assert found == [sorted(rank) for rank in wanted]


def test_the_run_off_excludes_one_by_one_and_counts_what_nobody_gets() -> None:
    # 1: 4, 2: 3, 3: 2 → 3 goes, one ballot to 2, one to nobody → 4 : 4 → looking back 1 had more
    found = irv(ranks((4, "1"), (3, "2"), (1, "32"), (1, "3")), 3, first_number)
    assert [dict(stage.totals) for stage in found.stages] == [{1: 4, 2: 3, 3: 2}, {1: 4, 2: 4}]
    assert [stage.exhausted for stage in found.stages] == [0, 1]
    assert found.elected == (1,)
    assert [(tie.where, tie.resolved_by) for tie in found.ties] == [("irv/2/winner", "look_back")]


def test_the_majority_is_of_what_still_counts_and_the_display_goes_on_to_two() -> None:
    found = irv(ranks((5, "1"), (2, "2"), (1, "3"), (1, "4")), 4, first_number)
    assert found.elected == (1,)
    assert len(found.stages) == 3
    assert set(found.stages[-1].totals) == {1, 2}


def test_nothing_that_helps_but_the_lot_and_it_is_written_down() -> None:
    ballots = ranks((2, "1"), (2, "2"))
    assert irv(ballots, 2, first_number).elected == (1,)
    found = irv(ballots, 2, last_number)
    assert found.elected == (2,)
    assert found.ties[0].as_json() == {
        "where": "irv/1/winner",
        "tied": [1, 2],
        "resolved_by": "lot",
        "order": [2, 1],
    }
    assert irv({}, 3, first_number).outcome == "undecided"


def test_several_without_hope_go_at_once_where_it_is_allowed() -> None:
    ballots = ranks((10, "1"), (9, "2"), (2, "32"), (1, "42"))
    assert len(irv(ballots, 4, first_number).stages) == 3
    at_once = irv(ballots, 4, first_number, bulk_exclusion=True)
    assert [stage.options for stage in at_once.stages] == [(), (3, 4)]
    assert at_once.elected == (2,)


def test_a_shared_rank_counts_for_the_only_one_left_or_ends() -> None:
    ballots = ranks((3, "1"), (2, "2"), (1, "3>1=2"))
    found = irv(ballots, 3, first_number)
    assert found.stages[-1].exhausted == 1
    assert irv(ranks((3, "1"), (3, "2"), (1, "3=2>1")), 3, first_number, withdrawn=[3]).elected == (2,)


def test_a_surplus_goes_on_in_parts_and_what_is_cut_off_is_counted() -> None:
    # 10 ballots, 2 seats: quota 4. 1 has 7: each ballot goes on with 3/7, cut off at five decimals.
    found = stv_scottish(ranks((5, "12"), (2, "13"), (2, "3"), (1, "2")), 3, first_number, seats=2)
    assert found.figures["quota"] == 4
    second = found.stages[1]
    part = 3 * UNIT * UNIT // (7 * UNIT)
    assert second.totals == {1: 4 * UNIT, 2: UNIT + 5 * part, 3: 2 * UNIT + 2 * part}
    assert second.exhausted == 3 * UNIT - 7 * part
    assert found.elected == (1, 2)


def test_who_nobody_named_fills_no_seat_while_others_can() -> None:
    found = stv_scottish(ranks((3, "1"), (2, "2")), 3, first_number, seats=2)
    assert found.elected == (1, 2)
    everybody = stv_scottish(ranks((1, "1")), 2, first_number, seats=2)
    assert sorted(everybody.elected) == [1, 2]
    assert stv_scottish({}, 2, first_number, seats=1).outcome == "undecided"


def test_equal_surpluses_are_told_apart_by_earlier_stages_and_then_by_lot() -> None:
    ballots = ranks((6, "13"), (6, "24"), (1, "3"), (1, "4"))
    found = stv_scottish(ballots, 4, last_number, seats=3)
    lots = [tie for tie in found.ties if tie.where.endswith("surplus")]
    assert [(tie.tied, tie.resolved_by, tie.order[0]) for tie in lots] == [((1, 2), "lot", 2)]


CYCLE = ((4, "123"), (3, "231"), (2, "312"))


def test_schulze_breaks_a_circle_at_its_weakest_defeat() -> None:
    # 1>2 by 6:3, 2>3 by 7:2, 3>1 by 5:4: the last is the weakest, so 1 is first.
    found = schulze(ranks(*CYCLE), 3, first_number)
    assert found.figures["order"] == [[1], [2], [3]]
    assert found.figures["condorcet_winner"] is None
    assert found.elected == (1,)


def test_where_an_option_stands_that_a_ballot_does_not_name() -> None:
    ballots = ranks((2, "1"), (3, "21"))
    assert pairwise(ballots, 3)[1] == [0, 0, 2, 5]
    assert pairwise(ballots, 3, unranked="no_opinion")[1] == [0, 0, 0, 0]
    beside = pairwise(ranks((2, "13"), (1, "2")), 3, unranked="status_quo", default_option=3)
    assert beside[1][2] == 2
    assert beside[2] == [0, 1, 0, 1]
    with pytest.raises(ValueError, match="unranked"):
        pairwise(ballots, 3, unranked="somewhere")


def test_an_option_stays_only_when_it_beats_the_default_by_what_is_asked() -> None:
    ballots = ranks((3, "132"), (2, "312"), (1, "321"))
    found = schulze(ballots, 3, first_number, default_option=3, drop=(1, 1))
    assert found.figures["dropped"] == [1, 2]
    assert found.elected == (3,)
    kept = schulze(ranks((4, "132"), (2, "312")), 3, first_number, default_option=3, drop=(2, 1))
    assert kept.figures["dropped"] == [2]
    assert schulze(ranks((3, "132"), (2, "312")), 3, first_number, default_option=3, drop=(2, 1)).figures[
        "dropped"
    ] == [1, 2]


@settings(max_examples=50, deadline=None)
@given(RANKINGS, st.integers(1, 3))
def test_no_vote_is_lost_or_made_at_any_stage(ballots: dict[bytes, int], seats: int) -> None:
    whole = sum(ballots.values())
    for found in (
        irv(ballots, 4, first_number),
        stv_scottish(ballots, 4, first_number, seats=seats),
        tally("stv_meek", 4, ballots, first_number, {"seats": seats}),
    ):
        for stage in found.stages:
            assert sum(stage.totals.values()) + stage.exhausted == whole * found.unit
            assert stage.exhausted >= 0
        assert len(set(found.elected)) == len(found.elected)
    assert len(stv_scottish(ballots, 4, first_number, seats=seats).elected) == seats


@settings(max_examples=50, deadline=None)
@given(RANKINGS, st.permutations(range(1, 5)))
def test_other_numbers_for_the_options_give_the_same_options(
    ballots: dict[bytes, int], order: list[int]
) -> None:
    """Permuting options, with their lots, permutes the result (invariant 2)."""
    renamed = dict(zip(range(1, 5), order, strict=True))

    def lots_of_renamed(_: str, options: Iterable[int]) -> list[int]:
        return sorted(options, key=order.index)

    moved = {bytes(renamed[option] for option in ballot): many for ballot, many in ballots.items()}
    for method in ("irv", "schulze", "stv_scottish", "stv_meek"):
        parameters = {"seats": 2} if method.startswith("stv") else {}
        before = tally(method, 4, ballots, first_number, parameters)
        after = tally(method, 4, moved, lots_of_renamed, parameters)
        assert sorted(after.elected) == sorted(renamed[option] for option in before.elected), method


@settings(max_examples=50, deadline=None)
@given(RANKINGS)
def test_schulze_finds_who_beats_everybody_and_sums_over_nodes(ballots: dict[bytes, int]) -> None:
    found = schulze(ballots, 4, first_number)
    if winner := found.figures["condorcet_winner"]:
        assert found.elected == (winner,)
    halves = [dict(list(ballots.items())[::2]), dict(list(ballots.items())[1::2])]
    sums = [
        [sum(cells) for cells in zip(*rows, strict=True)]
        for rows in zip(*(pairwise(half, 4) for half in halves), strict=True)
    ]
    assert sums == pairwise(ballots, 4)


@settings(max_examples=40, deadline=None)
@given(RANKINGS)
def test_the_run_off_is_what_a_count_with_paper_gives(ballots: dict[bytes, int]) -> None:
    """The same rule in its plainest form: piles of single papers, counted anew at each stage."""
    papers = [list(ballot) for ballot, many in ballots.items() for _ in range(many)]
    left, history = {1, 2, 3, 4}, list[dict[int, int]]()
    while True:
        tops = [next((one for one in paper if one in left), 0) for paper in papers]
        totals = {option: tops.count(option) for option in left}
        history.append(totals)
        if len(left) == 2 or not any(totals.values()):
            break
        tied = {option for option in left if totals[option] == min(totals.values())}
        for earlier in reversed(history[:-1]):
            if len(tied) > 1:
                low = min(earlier[option] for option in tied)
                tied = {option for option in tied if earlier[option] == low}
        left = left - {min(tied)}
    found = irv(ballots, 4, first_number)
    assert [dict(stage.totals) for stage in found.stages] == history
    first = next((o for totals in history for o, t in totals.items() if 2 * t > sum(totals.values())), None)
    if first:
        assert found.elected == (first,)
