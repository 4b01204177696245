"""Figures: golden values, decay, and the Beta against what is known of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minga.reputation.rules.figures import BASE_USUAL, base_rate, beta_below, figure, quantile, weight

GOLDEN = [
    ((0, 24, 2), 0.9176, 0.7527, 0.9945),
    ((0, 0, 0), 0.9000, 0.5124, 1.0000),
    ((0, 0, 2), 0.7200, 0.3043, 0.9774),
    ((0, 6, 4), 0.7333, 0.4209, 0.9493),
    ((365, 24, 2), 0.9143, 0.6950, 0.9983),
]


@pytest.mark.parametrize(("seen", "mean", "low", "high"), GOLDEN)
def test_golden_values(seen: tuple[int, int, int], mean: float, low: float, high: float) -> None:
    """COM-2.12: 12 of 13, nothing, 0 of 1, 3 of 5, and 12 of 13 a half-life old."""
    found = figure([seen], base=0.9, half_life_days=365)
    assert (round(found.mean, 4), round(found.low, 4), round(found.high, 4)) == (mean, low, high)


@given(
    st.lists(st.tuples(st.integers(0, 3_000), st.integers(0, 50), st.integers(0, 50)), max_size=20),
    st.integers(90, 1_825),
)
def test_without_new_facts_the_weight_of_old_ones_halves(
    seen: list[tuple[int, int, int]], half_life: int
) -> None:
    """COM-2.16: to 10⁻¹² of what it was."""
    now = figure(seen, base=0.9, half_life_days=half_life)
    later = figure([(age + half_life, p, n) for age, p, n in seen], base=0.9, half_life_days=half_life)
    for before, after, prior in ((now.a, later.a, 3.6), (now.b, later.b, 0.4)):
        assert abs((before - prior) / 2 - (after - prior)) <= 1e-12 * max(1.0, before)
    assert weight(half_life, half_life) == 0.5


@given(st.floats(0.2, 60), st.floats(0.2, 60), st.floats(0.001, 0.999))
def test_the_quantile_is_where_that_part_lies_below(a: float, b: float, part: float) -> None:
    x = quantile(part, a, b)
    assert 0 <= x <= 1
    if 1e-9 < x < 1 - 1e-9:
        assert beta_below(x, a, b) == pytest.approx(part, abs=1e-6)


@given(st.floats(0.2, 60), st.floats(0.2, 60), st.integers(0, 2**20).map(lambda n: n / 2**20))
def test_a_beta_is_its_own_mirror(a: float, b: float, x: float) -> None:
    """At points whose mirror is a float too: where 1 - x is rounded, a steep slope makes more of it than this allows."""
    assert beta_below(x, a, b) == pytest.approx(1 - beta_below(1 - x, b, a), abs=1e-9)


def test_a_uniform_beta_is_a_line() -> None:
    assert [round(beta_below(x / 10, 1, 1), 12) for x in range(11)] == [x / 10 for x in range(11)]


def test_few_observations_are_no_base_rate() -> None:
    assert base_rate(20, 19) == BASE_USUAL
    assert base_rate(20, 20) == 0.5
