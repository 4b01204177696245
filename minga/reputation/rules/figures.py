"""Figures from counts: a Beta with the community's base rate and decay by age. Advisory floats, decided upon by nobody.

The prior has weight 4 and the community's mean; the interval lies between the 2.5 and 97.5 per cent quantiles.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, lgamma, log, log1p

FORMULA = "beta-1"
"""The version of the formula; it stands with every figure that is shown."""
PRIOR = 4.0
BASE_USUAL = 0.9
BASE_LEAST = 20
"""Observations a community needs before its own mean is the prior."""
INTERVAL = (0.025, 0.975)


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean with its interval, and what it was computed from."""

    a: float
    b: float
    mean: float
    low: float
    high: float
    base: float
    half_life_days: int
    formula: str = FORMULA


def weight(age_days: float, half_life_days: float) -> float:
    """What an observation of that age still counts.

    >>> weight(0, 365), weight(365, 365), weight(730, 365)
    (1.0, 0.5, 0.25)
    """
    return float(2.0 ** (-max(0.0, age_days) / half_life_days))


def base_rate(positive_halves: int, negative_halves: int) -> float:
    """The community's mean, or 0.9 while there is too little to tell.

    >>> base_rate(30, 10), base_rate(38, 1)
    (0.75, 0.9)
    """
    total = positive_halves + negative_halves
    return positive_halves / total if total >= 2 * BASE_LEAST else BASE_USUAL


def figure(halves: Iterable[tuple[int, int, int]], *, base: float, half_life_days: int) -> Figure:
    """From (age in days, halves for, halves against) of each observation.

    >>> f = figure([(0, 24, 2)], base=0.9, half_life_days=365)
    >>> round(f.a, 1), round(f.b, 1), round(f.mean, 4), round(f.low, 4), round(f.high, 4)
    (15.6, 1.4, 0.9176, 0.7527, 0.9945)
    """
    a, b = PRIOR * base, PRIOR * (1 - base)
    for age, positive, negative in halves:
        kept = weight(age, half_life_days) / 2
        a, b = a + kept * positive, b + kept * negative
    low, high = (quantile(part, a, b) for part in INTERVAL)
    return Figure(a, b, a / (a + b), low, high, base, half_life_days)


def beta_below(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by the continued fraction (Abramowitz and Stegun 26.5.8).

    >>> round(beta_below(0.5, 2, 2), 12), beta_below(0, 2, 2), beta_below(1, 2, 2)
    (0.5, 0.0, 1.0)
    """
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """Lentz's way of a continued fraction; ends when a step changes nothing that a float could hold."""
    tiny, c = 1e-300, 1.0
    d = _away_from_zero(1 - (a + b) * x / (a + 1), tiny)
    d = result = 1 / d
    for m in range(1, 500):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for step in (even, odd):
            d = 1 / _away_from_zero(1 + step * d, tiny)
            c = _away_from_zero(1 + step / c, tiny)
            result *= d * c
        if abs(d * c - 1) < 1e-16:
            break
    return result


def _away_from_zero(value: float, tiny: float) -> float:
    return value if abs(value) > tiny else tiny


def quantile(part: float, a: float, b: float) -> float:
    """Where that part of a Beta lies below, by halving; 60 steps are exact to the last digits of a float.

    >>> round(quantile(0.025, 3.6, 0.4), 4), round(quantile(0.5, 2, 2), 9)
    (0.5124, 0.5)
    """
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if beta_below(middle, a, b) < part:
            low = middle
        else:
            high = middle
    return (low + high) / 2
