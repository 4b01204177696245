"""Amounts: whole numbers of a unit's smallest part, how they are said, and how they are shared out exactly."""

from collections.abc import Sequence

from minga.ledger.rules.kinds import AMOUNT_MAX
from minga.ledger.rules.units import TIME

MINUS = "−"


def fits(amount: int) -> bool:
    """Whether an amount may stand in a line.

    >>> fits(90), fits(0), fits(AMOUNT_MAX + 1)
    (True, False, False)
    """
    return amount != 0 and abs(amount) <= AMOUNT_MAX


def said_amount(amount: int, unit: str, exponent: int = 0) -> str:
    """An amount in words that need no language; time in hours and minutes.

    >>> said_amount(-630, "TIME"), said_amount(-600, "TIME"), said_amount(20, "TIME")
    ('−10 h 30', '−10 h', '0 h 20')
    >>> said_amount(-1205, "EUR", 2), said_amount(7, "BEANS")
    ('−12.05 EUR', '7 BEANS')
    """
    sign, size = (MINUS if amount < 0 else ""), abs(amount)
    if unit == TIME:
        hours, minutes = divmod(size, 60)
        return f"{sign}{hours} h" + (f" {minutes:02}" if minutes else "")
    whole, part = divmod(size, 10**exponent)
    return f"{sign}{whole}" + (f".{part:0{exponent}}" if exponent else "") + f" {unit}"


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Share out a total by weights: largest remainder, ties to the first; the parts add up exactly.

    >>> split(10000, [1, 1, 1]), split(1001, [50, 30, 20]), split(-10, [1, 1, 1])
    ([3334, 3333, 3333], [501, 300, 200], [-4, -3, -3])
    """
    whole = sum(weights)
    if not weights or whole <= 0 or min(weights) < 0:
        raise ValueError("weights are whole numbers from 0 up, and not all 0")
    sign, size = (-1 if total < 0 else 1), abs(total)
    parts = [size * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda n: (-(size * weights[n] % whole), n))
    for n in by_remainder[: size - sum(parts)]:
        parts[n] += 1
    return [sign * part for part in parts]
