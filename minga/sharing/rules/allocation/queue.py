"""The unit queue, one definition for several rules: every step that somebody wants has a key, and the smallest keys are
served. Nobody gets more before those who have less per head, while they still want."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import lcm


@dataclass(frozen=True, slots=True)
class Want:
    """What one claim wants: whole steps, for so many heads, after so much received, this pressing, at this lot place."""

    steps: int
    weight: int = 1
    received: int = 0
    band: int = 0
    place: int = 0


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a band stopped being served: the level per head, and who of the tied ones the lot chose."""

    band: int
    level: tuple[int, int]
    tied: int
    by_lot: int


@dataclass(frozen=True, slots=True)
class Served:
    """Steps per claim in the order given, and where each band that had to be cut was cut."""

    steps: list[int]
    cuts: tuple[Cut, ...] = ()


def serve(supply: int, wants: Sequence[Want]) -> Served:
    """Serve the `supply` smallest keys (−band, (received + j) / weight, place).

    >>> def steps(supply, *wants): return serve(supply, [Want(d, w, r, b, n) for n, (d, w, r, b) in enumerate(wants)]).steps
    >>> steps(10, (8, 1, 0, 0), (2, 1, 0, 0), (5, 1, 0, 0)), steps(11, (8, 1, 0, 0), (2, 1, 0, 0), (5, 1, 0, 0))
    ([4, 2, 4], [5, 2, 4])
    >>> steps(10, (9, 4, 0, 0), (9, 1, 0, 0), (9, 1, 0, 0)), steps(7, (9, 4, 0, 0), (9, 1, 0, 0), (9, 1, 0, 0))
    ([6, 2, 2], [5, 1, 1])
    >>> steps(6, (6, 1, 4, 0), (6, 1, 0, 0), (6, 2, 2, 0)), steps(5, (2, 1, 9, 3), (4, 1, 0, 2), (4, 1, 0, 2))
    ([0, 3, 3], [2, 2, 1])
    """
    if any(want.steps < 0 or want.weight < 1 or want.received < 0 for want in wants) or supply < 0:
        raise ValueError("steps, weights and what was received are whole numbers that are not negative")
    bands: dict[int, list[int]] = {}
    for number, want in enumerate(wants):
        bands.setdefault(want.band, []).append(number)
    steps, cuts = [0] * len(wants), []
    for band in sorted(bands, reverse=True):
        numbers = bands[band]
        claimed = sum(wants[n].steps for n in numbers)
        if claimed <= supply:
            for n in numbers:
                steps[n] = wants[n].steps
            supply -= claimed
        else:
            cuts.append(_cut(supply, band, numbers, wants, steps))
            supply = 0
    return Served(steps, tuple(cuts))


def _cut(supply: int, band: int, numbers: list[int], wants: Sequence[Want], steps: list[int]) -> Cut:
    """Serve a band that wants more than there is."""
    scale = lcm(*{wants[n].weight for n in numbers})
    counts = [_Counts(weight, scale, group) for weight, group in _by_weight(numbers, wants).items()]
    low, high = 0, max((wants[n].received + wants[n].steps) * scale // wants[n].weight for n in numbers) + 1
    while high - low > 1:
        middle = (low + high) // 2
        if sum(one.below(middle) for one in counts) <= supply:
            low = middle
        else:
            high = middle
    rest, tied = supply, []
    for n in numbers:
        want = wants[n]
        full, part = divmod(low * want.weight, scale)
        given = min(max(full + (1 if part else 0) - want.received, 0), want.steps)
        steps[n] = given
        rest -= given
        if not part and 0 <= full - want.received < want.steps:
            tied.append(n)
    tied.sort(key=lambda n: wants[n].place)
    for n in tied[:rest]:
        steps[n] += 1
    return Cut(band, (low, scale), len(tied), rest)


def _by_weight(numbers: list[int], wants: Sequence[Want]) -> dict[int, list[Want]]:
    groups: dict[int, list[Want]] = {}
    for n in numbers:
        groups.setdefault(wants[n].weight, []).append(wants[n])
    return groups


class _Counts:
    """How many steps of one weight have a key below a level: sums of what is received before and after."""

    def __init__(self, weight: int, scale: int, group: list[Want]) -> None:
        self.weight, self.scale = weight, scale
        self.starts = sorted(want.received for want in group)
        self.ends = sorted(want.received + want.steps for want in group)
        self.start_sums = [0, *accumulate(self.starts)]
        self.end_sums = [0, *accumulate(self.ends)]

    def below(self, level: int) -> int:
        heads = -(-level * self.weight // self.scale)
        return _capped(heads, self.ends, self.end_sums) - _capped(heads, self.starts, self.start_sums)


def _capped(limit: int, values: list[int], sums: list[int]) -> int:
    """The sum of min(limit, value)."""
    under = bisect_left(values, limit)
    return sums[under] + limit * (len(values) - under)
