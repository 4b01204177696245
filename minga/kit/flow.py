"""Flows and matchings in networks of integers: exact, of any size of number, standard library only."""

import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

Cost = int


@dataclass(slots=True)
class Network:
    """Arcs between numbered nodes. Arc 2k runs forward, arc 2k + 1 is its way back."""

    nodes: int
    ends: list[int] = field(default_factory=list)
    rest: list[int] = field(default_factory=list)
    costs: list[Cost] = field(default_factory=list)
    out: list[list[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.out = [[] for _ in range(self.nodes)]

    def arc(self, start: int, end: int, capacity: int, cost: Cost = 0) -> int:
        """Add an arc; its number says later how much flows through it."""
        number = len(self.ends)
        self.ends += (end, start)
        self.rest += (capacity, 0)
        self.costs += (cost, -cost)
        self.out[start].append(number)
        self.out[end].append(number + 1)
        return number

    def flows(self, arc: int) -> int:
        """How much flows through an arc."""
        return self.rest[arc + 1]


def min_cost_flow(network: Network, source: int, sink: int, most: int | None = None) -> tuple[int, Cost]:
    """Send as much as possible (at most `most`) and among all ways of sending that much the cheapest.

    Costs may be negative as long as no circle of arcs is. Shortest paths one after the other with potentials.

    >>> network = Network(4)
    >>> arcs = [network.arc(0, 1, 2, 1), network.arc(0, 2, 1, 2), network.arc(1, 3, 1, 1), network.arc(2, 3, 2, 1)]
    >>> last = network.arc(1, 2, 1, 1)
    >>> min_cost_flow(network, 0, 3), [network.flows(arc) for arc in (*arcs, last)]
    ((3, 8), [2, 1, 1, 2, 1])
    """
    potential = _first_potential(network, source)
    sent, cost = 0, 0
    while most is None or sent < most:
        path, far = _shortest(network, source, sink, potential)
        if not path:
            return sent, cost
        for node, distance in far.items():
            known = potential[node]
            potential[node] = distance if known is None else known + distance
        amount = min(network.rest[arc] for arc in path)
        if most is not None:
            amount = min(amount, most - sent)
        for arc in path:
            network.rest[arc] -= amount
            network.rest[arc ^ 1] += amount
            cost += amount * network.costs[arc]
        sent += amount
    return sent, cost


def _first_potential(network: Network, source: int) -> list[Cost | None]:
    """Distances from the source over arcs that may cost less than nothing; None for what cannot be reached."""
    if all(network.costs[arc] >= 0 for arc in range(0, len(network.costs), 2)):
        return [0] * network.nodes
    found: list[Cost | None] = [None] * network.nodes
    found[source] = 0
    waiting, queued, rounds = deque([source]), {source}, 0
    while waiting:
        rounds += 1
        if rounds > network.nodes * len(network.ends) + 1:
            raise ValueError("a circle of arcs costs less than nothing")
        node = waiting.popleft()
        queued.discard(node)
        here = found[node]
        for arc in network.out[node]:
            if network.rest[arc] and here is not None:
                end, new = network.ends[arc], here + network.costs[arc]
                before = found[end]
                if before is None or new < before:
                    found[end] = new
                    if end not in queued:
                        queued.add(end)
                        waiting.append(end)
    return found


def _shortest(
    network: Network, source: int, sink: int, potential: list[Cost | None]
) -> tuple[list[int], dict[int, Cost]]:
    """The arcs of a cheapest path, and what to add to the potentials; stops at the sink (Dijkstra)."""
    rest, costs, ends, out = network.rest, network.costs, network.ends, network.out
    best: dict[int, Cost] = {source: 0}
    into: dict[int, int] = {}
    done: dict[int, Cost] = {}
    heap: list[tuple[Cost, int]] = [(0, source)]
    while heap:
        distance, node = heapq.heappop(heap)
        if node in done:
            continue
        done[node] = distance
        if node == sink:
            break
        base = distance + (potential[node] or 0)
        for arc in out[node]:
            end = ends[arc]
            if rest[arc] and end not in done:
                new = base + costs[arc] - (potential[end] or 0)
                before = best.get(end)
                if before is None or new < before:
                    best[end] = new
                    into[end] = arc
                    heapq.heappush(heap, (new, end))
    if sink not in done:
        return [], {}
    path, node, far = [], sink, done[sink]
    while node != source:
        path.append(into[node])
        node = ends[into[node] ^ 1]
    return path, {node: distance - far for node, distance in done.items()}


def matching(wishes: Sequence[Sequence[int]], things: int) -> list[int | None]:
    """For each wisher one of the things they would take, as many as possible served (Hopcroft and Karp).

    Equal choices are made in the order given: the earlier wisher and the earlier wish first.

    >>> matching([[0, 1], [0], [1]], 2)
    [0, None, 1]
    """
    taken: list[int | None] = [None] * len(wishes)
    owner: list[int | None] = [None] * things
    while True:
        level = _levels(wishes, taken, owner)
        if level is None:
            return taken
        for wisher in range(len(wishes)):
            if taken[wisher] is None:
                _augment(wishes, taken, owner, level, wisher)


def _levels(
    wishes: Sequence[Sequence[int]], taken: list[int | None], owner: list[int | None]
) -> list[int] | None:
    """How many swaps away each wisher is from an unserved one; None when nobody more can be served."""
    level = [0 if one is None else -1 for one in taken]
    waiting, free = deque(n for n, one in enumerate(taken) if one is None), False
    while waiting:
        wisher = waiting.popleft()
        for thing in wishes[wisher]:
            other = owner[thing]
            if other is None:
                free = True
            elif level[other] < 0:
                level[other] = level[wisher] + 1
                waiting.append(other)
    return level if free else None


def _augment(
    wishes: Sequence[Sequence[int]],
    taken: list[int | None],
    owner: list[int | None],
    level: list[int],
    start: int,
) -> bool:
    """Serve one more by a way of swaps; without recursion, so that long ways are walked too."""
    way: list[tuple[int, int]] = []
    tried = [(start, iter(wishes[start]))]
    while tried:
        wisher, choices = tried[-1]
        for thing in choices:
            other = owner[thing]
            if other is None:
                way.append((wisher, thing))
                for served, what in way:
                    taken[served], owner[what] = what, served
                return True
            if level[other] == level[wisher] + 1:
                way.append((wisher, thing))
                tried.append((other, iter(wishes[other])))
                break
        else:
            level[wisher] = -1
            tried.pop()
            if way:
                way.pop()
    return False
