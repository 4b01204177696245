"""Lent votes, resolved once when a poll closes, so that it does not matter who cast first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Lent:
    """`carried`: whose vote each caster carries besides the own one, with the length of the chain; `lost`: whose vote
    reached nobody; `over`: whose vote was above the caster's cap and counts as not cast."""

    carried: Mapping[str, tuple[tuple[str, int], ...]]
    lost: frozenset[str]
    over: frozenset[str]


def cap_of(roll: int) -> int:
    """How many votes one person carries for others at most: a tenth of the roll, at least three.

    >>> cap_of(5), cap_of(31)
    (3, 4)
    """
    return max(3, -(-roll // 10))


def resolve(
    edges: Mapping[str, str],
    cast: frozenset[str],
    lots: Callable[[str, list[str]], list[str]],
    *,
    cap: int | None = None,
) -> Lent:
    """Follow each edge to the first person who cast. A circle or a dead end is a vote that was not cast.

    Beyond the cap those with the shortest chains stay, equal ones in the order of the lot.

    >>> lent = resolve({"A": "B", "B": "C", "C": "D", "D": "A"}, frozenset("AC"), lambda _, ids: sorted(ids))
    >>> {who: [one for one, _ in others] for who, others in sorted(lent.carried.items())}
    {'A': ['D'], 'C': ['B']}
    """
    reached: dict[str, tuple[str, int] | None] = {one: (one, 0) for one in cast}
    for start in edges:
        if start not in reached:
            _follow(start, edges, reached)
    carried: dict[str, list[tuple[str, int]]] = {}
    lost = set[str]()
    for one in edges:
        end = reached[one]
        if end is None:
            lost.add(one)
        elif end[1]:
            carried.setdefault(end[0], []).append((one, end[1]))
    over = set[str]()
    for caster in sorted(carried):
        others = carried[caster]
        others.sort()
        if cap is not None and len(others) > cap:
            places = {
                one: place for place, one in enumerate(lots("delegation/cap", [one for one, _ in others]))
            }
            others.sort(key=lambda pair: (pair[1], places[pair[0]]))
            over |= {one for one, _ in others[cap:]}
            del others[cap:]
    return Lent({who: tuple(some) for who, some in carried.items()}, frozenset(lost), frozenset(over))


def _follow(start: str, edges: Mapping[str, str], reached: dict[str, tuple[str, int] | None]) -> None:
    """Whoever is on the way counts as lost until the end is known; meeting them again is a circle."""
    path, here = [start], edges[start]
    reached[start] = None
    while here not in reached:
        reached[here] = None
        if here not in edges:
            return
        path.append(here)
        here = edges[here]
    end = reached[here]
    if end is not None:
        for distance, one in enumerate(reversed(path), start=1):
            reached[one] = (end[0], end[1] + distance)
