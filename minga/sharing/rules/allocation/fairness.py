"""How fair a round was, in thousandths, beside what other ways would have given on the same claims. Advice, not a decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from minga.sharing.rules.allocation.queue import Want, serve

THOUSAND = 1000
_FINE = 10**12
CELL_LEAST = 5
"""Figures of fewer people than this are not shown."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One way of sharing: how many got something, how much of their wish on average and in the lowest tenth, and how
    uneven that is (Gini); all but the counts in thousandths."""

    claims: int
    served: int
    fully: int
    given: int
    mean_fill: int
    low_fill: int
    gini: int


def figures(shares: Sequence[int], wishes: Sequence[int]) -> Figures:
    """The figures of shares of these wishes; fill is share by wish, as in the studies of the field.

    >>> figures([4, 2, 4], [8, 2, 5])
    Figures(claims=3, served=3, fully=1, given=10, mean_fill=766, low_fill=500, gini=144)
    >>> figures([], [])
    Figures(claims=0, served=0, fully=0, given=0, mean_fill=0, low_fill=0, gini=0)
    """
    fills = sorted(share * _FINE // wish for share, wish in zip(shares, wishes, strict=True))
    count, total = len(fills), sum(fills)
    low = fills[max(1, -(-count // 10)) - 1] if fills else 0
    spread = sum((2 * n - count + 1) * fill for n, fill in enumerate(fills))
    return Figures(
        claims=count,
        served=sum(share > 0 for share in shares),
        fully=sum(share >= wish for share, wish in zip(shares, wishes, strict=True)),
        given=sum(shares),
        mean_fill=total * THOUSAND // (_FINE * count) if count else 0,
        low_fill=low * THOUSAND // _FINE,
        gini=spread * THOUSAND // (count * total) if total else 0,
    )


def max_min(supply: int, wishes: Sequence[int]) -> list[int]:
    """Nobody more before those who have less.

    >>> max_min(10, [8, 2, 5])
    [4, 2, 4]
    """
    return serve(supply, [Want(wish, place=n) for n, wish in enumerate(wishes)]).steps


def in_turn(supply: int, wishes: Sequence[int]) -> list[int]:
    """First come, first served, in the order given; with wishes in the order of a lot, what a lottery gives.

    >>> in_turn(10, [8, 2, 5])
    [8, 2, 0]
    """
    found = list[int]()
    for wish in wishes:
        found.append(min(wish, supply))
        supply -= found[-1]
    return found


def proportional(supply: int, wishes: Sequence[int]) -> list[int]:
    """To each the same part of the wish, rounded down, the rest to the largest remainders.

    >>> proportional(10, [8, 2, 5]), proportional(100, [8, 2, 5]), proportional(3, [])
    ([6, 1, 3], [8, 2, 5], [])
    """
    claimed = sum(wishes)
    if claimed <= supply:
        return list(wishes)
    found = [supply * wish // claimed for wish in wishes]
    by_rest = sorted(range(len(wishes)), key=lambda n: (-(supply * wishes[n] % claimed), n))
    for n in by_rest[: supply - sum(found)]:
        found[n] += 1
    return found


def fully_at_most(supply: int, wishes: Sequence[int]) -> int:
    """How many could have all they asked for, the smallest wishes first.

    >>> fully_at_most(10, [8, 2, 5]), fully_at_most(0, [1])
    (2, 0)
    """
    count = 0
    for wish in sorted(wishes):
        if wish > supply:
            break
        supply -= wish
        count += 1
    return count


def price(fully: int, at_most: int) -> int:
    """The price of fairness in thousandths: how many fewer have all they asked for than if small wishes went first.

    >>> price(1, 2), price(0, 0)
    (500, 0)
    """
    return THOUSAND - fully * THOUSAND // at_most if at_most else 0


def joined(counts: Mapping[int, tuple[int, int]]) -> list[tuple[tuple[int, ...], int, int]]:
    """Claims and steps per band, small cells joined with the next until nobody can be told from them.

    >>> joined({3: (2, 9), 2: (4, 10), 1: (7, 8), 0: (1, 1)})
    [((3, 2), 6, 19), ((1, 0), 8, 9)]
    >>> joined({3: (2, 9)})
    []
    """
    cells: list[tuple[tuple[int, ...], int, int]] = []
    bands: tuple[int, ...] = ()
    claims = steps = 0
    for band in sorted(counts, reverse=True):
        bands, claims, steps = (*bands, band), claims + counts[band][0], steps + counts[band][1]
        if claims >= CELL_LEAST:
            cells.append((bands, claims, steps))
            bands, claims, steps = (), 0, 0
    if claims and cells:
        before = cells.pop()
        cells.append(((*before[0], *bands), before[1] + claims, before[2] + steps))
    return cells
