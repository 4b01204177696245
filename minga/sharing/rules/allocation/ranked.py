"""From ranking to assignment: each claimant ranks things, each thing has places. Exact, on integers."""

from collections.abc import Mapping, Sequence

from minga.kit.flow import Network, min_cost_flow

RANKS_MAX = 12
CLAIMANTS_MAX = 300

Ranks = Mapping[str, Sequence[str]]


def generous(order: Sequence[str], ranks: Ranks, places: Mapping[str, int]) -> dict[str, str]:
    """As many served as possible; among these as few as possible with the worst rank, then the second worst, and so on;
    among these, in the order of the lot, each the best she can have.

    >>> generous(("a", "b"), {"a": ["red", "blue"], "b": ["red"]}, {"red": 1, "blue": 1})
    {'a': 'blue', 'b': 'red'}
    """
    _check(order, ranks, places)
    things = sorted(places)
    number = {thing: len(order) + n for n, thing in enumerate(things)}
    source, sink = len(order) + len(things), len(order) + len(things) + 1
    network = Network(sink + 1)
    base, lot = len(order) + 1, RANKS_MAX + 2
    offset = lot ** (len(order) + 1)
    above = offset * (len(order) + 1)
    chosen: list[tuple[str, str, int]] = []
    for place, one in enumerate(order):
        network.arc(source, place, 1)
        early = lot ** (len(order) - 1 - place)
        for rank, thing in enumerate(ranks[one]):
            cost = base**rank * above + offset - (RANKS_MAX + 1 - rank) * early
            chosen.append((one, thing, network.arc(place, number[thing], 1, cost)))
    for thing in things:
        network.arc(number[thing], sink, places[thing])
    min_cost_flow(network, source, sink)
    return {one: thing for one, thing, arc in chosen if network.flows(arc)}


def serial(order: Sequence[str], ranks: Ranks, places: Mapping[str, int]) -> dict[str, str]:
    """In the order of the lot each takes the best that is left. Saying anything but one's true wishes never helps.

    >>> serial(("a", "b"), {"a": ["red", "blue"], "b": ["red"]}, {"red": 1, "blue": 1})
    {'a': 'red'}
    """
    _check(order, ranks, places)
    left, found = dict(places), dict[str, str]()
    for one in order:
        best = next((thing for thing in ranks[one] if left[thing]), None)
        if best is not None:
            found[one] = best
            left[best] -= 1
    return found


def deferred(order: Sequence[str], ranks: Ranks, theirs: Ranks, places: Mapping[str, int]) -> dict[str, str]:
    """Both sides rank: claimants propose, each place keeps whom it ranks best, whom it does not rank comes after these by
    lot. Nobody and no place would both rather have each other (Gale and Shapley).

    >>> deferred(("a", "b"), {"a": ["oven", "loom"], "b": ["oven"]}, {"oven": ["a", "b"], "loom": []}, {"oven": 1, "loom": 1})
    {'a': 'oven'}
    """
    _check(order, ranks, places)
    lot = {one: place for place, one in enumerate(order)}
    liked = {thing: {one: n for n, one in enumerate(theirs.get(thing, ()))} for thing in places}

    def standing(thing: str, one: str) -> tuple[int, int]:
        return (liked[thing].get(one, len(order)), lot[one])

    kept: dict[str, list[str]] = {thing: [] for thing in places}
    asked = dict.fromkeys(order, 0)
    waiting = list(reversed(order))
    while waiting:
        one = waiting.pop()
        if asked[one] >= len(ranks[one]):
            continue
        thing = ranks[one][asked[one]]
        asked[one] += 1
        kept[thing] = sorted([*kept[thing], one], key=lambda other: standing(thing, other))
        waiting += kept[thing][places[thing] :]
        kept[thing] = kept[thing][: places[thing]]
    found = {one: thing for thing, ones in kept.items() for one in ones}
    return {one: found[one] for one in order if one in found}


def _check(order: Sequence[str], ranks: Ranks, places: Mapping[str, int]) -> None:
    if len(order) > CLAIMANTS_MAX or any(many < 0 for many in places.values()):
        raise ValueError("too many claimants, or fewer than no places")
    for one in order:
        wished = ranks[one]
        if len(wished) > RANKS_MAX or len(set(wished)) != len(wished) or not set(wished) <= set(places):
            raise ValueError("ranks are up to twelve different things of the pool")
