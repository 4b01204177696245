"""Closing early: only when whatever the others could do gives the same outcome, tried out one by one (invariant 17)."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minga.governance.rules.counts import Cast, count_poll
from minga.governance.rules.fixed import is_fixed
from minga.governance.rules.forms import MOTION_WORDS

FRACTIONS = ((1, 2, True), (1, 2, False), (2, 3, False), (0, 1, False), (1, 1, False))


def every_way(config: dict[str, Any], now: dict[int, int], blank: int, out: int) -> set[str]:
    """The outcomes of all that those who have not cast could do: any answer, a blank ballot, being present, nothing."""
    words = len(MOTION_WORDS[config["method"]])
    roll = sum(now.values()) + blank + out
    outcomes = set[str]()
    for done in product(range(words + 3), repeat=out):
        ballots = {bytes([word]): count + done.count(word) for word, count in now.items()}
        for word in range(1, words + 1):
            ballots.setdefault(bytes([word]), done.count(word))
        blanks = blank + done.count(0)
        number = sum(ballots.values()) + blanks
        present = number + done.count(words + 1)
        cast = Cast(ballots, blanks, number, roll, present)
        outcomes.add(count_poll(config, cast, lambda _, them: sorted(them)).outcome)
        outcomes.add(count_poll(config, cast, lambda _, them: sorted(them, reverse=True)).outcome)
    return outcomes


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(("majority", "consensus")),
    st.lists(st.integers(0, 3), min_size=6, max_size=6),
    st.integers(0, 3),
    st.sampled_from(FRACTIONS),
    st.sampled_from(("yes_no", "cast", "present", "roll")),
    st.sampled_from(((0, 1), (1, 2), (3, 4))),
    st.sampled_from(("fail", "lot")),
    st.integers(0, 1),
)
def test_closed_early_only_if_nothing_could_change_it(
    method: str,
    counts: list[int],
    out: int,
    fraction: tuple[int, int, bool],
    base: str,
    quorum: tuple[int, int],
    on_tie: str,
    rounds: int,
) -> None:
    words = len(MOTION_WORDS[method])
    now = {word: counts[word] for word in range(1, words + 1)}
    if sum(now.values()) + counts[0] + out > 8:
        return
    config = {
        "method": method,
        "threshold": {"num": fraction[0], "den": fraction[1], "strict": fraction[2], "base": base},
        "quorum": {"num": quorum[0], "den": quorum[1], "min": 0},
        "parameters": {"rounds": rounds},
        "on_final_tie": on_tie,
    }
    roll = sum(now.values()) + counts[0] + out
    cast = Cast({bytes([w]): n for w, n in now.items()}, counts[0], roll - out, roll, roll - out)
    fixed = is_fixed(config, cast, (out, out))
    assert fixed == (len(every_way(config, now, counts[0], out)) == 1)


def test_it_is_fixed_often_enough_to_be_of_use() -> None:
    config = {"method": "majority", "threshold": {"num": 1, "den": 2, "strict": True, "base": "yes_no"}}
    assert is_fixed(config, Cast({b"\x01": 5, b"\x02": 1}, 0, 6, 8), (2, 2))
    assert not is_fixed(config, Cast({b"\x01": 4, b"\x02": 2}, 0, 6, 8), (2, 2))
    assert is_fixed(config, Cast({b"\x01": 1, b"\x02": 5}, 0, 6, 8), (2, 2))


@pytest.mark.parametrize("method", ["irv", "plurality", "consent", "quadratic"])
def test_other_methods_wait_for_everybody(method: str) -> None:
    config = {"method": method, "options": [{"number": 1}, {"number": 2}]}
    assert not is_fixed(config, Cast({b"\x01": 99}, 0, 99, 100), (1, 1))
    assert is_fixed(config, Cast({b"\x01": 100}, 0, 100, 100), (0, 0))


def test_a_veto_that_could_still_come_keeps_it_open() -> None:
    config = {"method": "majority", "veto": {"threshold": 1}}
    assert not is_fixed(config, Cast({b"\x01": 7}, 0, 7, 8), (1, 1))
    assert is_fixed(config, Cast({b"\x02": 7}, 0, 7, 8), (1, 1))
