"""One thing, many times: from requests for fixed times a set without overlaps, as many as possible, then the most
pressing, then the earliest in the lot. Times are whole numbers; existing uses are never moved."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from minga.kit.flow import Network, matching, min_cost_flow

EXACT_REQUESTS = 12
TRIES_MAX = 200_000
"""Where the search for flexible requests stops: by its steps, not by a clock, so that every machine stops at the same."""

Window = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Request:
    """A wish for one of these times (from, until); the first is liked best. `place` is that of the lot, from 0."""

    id: str
    windows: tuple[Window, ...]
    band: int = 0
    place: int = 0


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which request has which time, and whether nothing better exists."""

    times: dict[str, Window]
    proven_optimal: bool = True


def choose(
    requests: Sequence[Request], *, taken: Sequence[Window] = (), things: int = 1, buffer: int = 0
) -> Chosen:
    """The best set of requests. `buffer` lies between two uses; `taken` are uses that exist already.

    >>> requests = [Request("a", ((0, 4),), place=0), Request("b", ((0, 2),), place=1), Request("c", ((2, 4),), place=2)]
    >>> choose(requests).times, choose(requests, taken=[(3, 5)]).times
    ({'b': (0, 2), 'c': (2, 4)}, {'b': (0, 2)})
    """
    if (
        things < 1
        or buffer < 0
        or any(not w or min(b - a for a, b in w) < 1 for w in (r.windows for r in requests))
    ):
        raise ValueError("a window ends after it begins, and there is at least one thing")
    if len({one.place for one in requests}) != len(requests):
        raise ValueError("every request has a place of its own in the lot")
    if all(len(one.windows) == 1 for one in requests):
        return Chosen(_fixed(requests, taken, things, buffer))
    return _flexible(requests, taken, things, buffer)


def worth(request: Request, count: int) -> int:
    """One more served is worth more than any urgency, urgency more than any lot; packed into one integer.

    >>> worth(Request("a", ((0, 1),), band=0, place=0), 3) > worth(Request("b", ((0, 1),), place=2), 3)
    True
    """
    pressing = (64 * count + 1).bit_length()
    return (((1 << pressing) + (1 << 2 * request.band)) << count) + (1 << (count - 1 - request.place))


def _fixed(
    requests: Sequence[Request], taken: Sequence[Window], things: int, buffer: int
) -> dict[str, Window]:
    span = 1 + max((one.place for one in requests), default=0)
    if things == 1:
        free = [one for one in requests if not _meets(one.windows[0], taken, buffer)]
        chosen = _one_thing(free, span, buffer)
    else:
        chosen = _several(requests, taken, things, span, buffer)
    return {one.id: one.windows[0] for one in sorted(chosen, key=lambda one: (one.windows[0], one.place))}


def _meets(window: Window, others: Sequence[Window], buffer: int) -> bool:
    return any(window[0] < until + buffer and start < window[1] + buffer for start, until in others)


def _one_thing(requests: Sequence[Request], span: int, buffer: int) -> list[Request]:
    """Sorting by ends and one pass over them (weighted intervals)."""
    by_end = sorted(requests, key=lambda one: (one.windows[0][1], one.place))
    ends = [one.windows[0][1] + buffer for one in by_end]
    best, before = [0], list[int]()
    for n, one in enumerate(by_end):
        last = bisect_right(ends, one.windows[0][0], 0, n)
        before.append(last)
        best.append(max(best[n], best[last] + worth(one, span)))
    found, n = list[Request](), len(by_end)
    while n:
        if best[n] == best[n - 1]:
            n -= 1
        else:
            found.append(by_end[n - 1])
            n = before[n - 1]
    return found


def _several(
    requests: Sequence[Request], taken: Sequence[Window], things: int, span: int, buffer: int
) -> list[Request]:
    """Flow along the time line: each unit is a thing, each request an arc worth taking, existing uses worth more than all."""
    every = [one.windows[0] for one in requests]
    points = sorted({time for start, until in [*every, *taken] for time in (start, until + buffer)})
    at = {time: n for n, time in enumerate(points)}
    if not points:
        return []
    network = Network(len(points) + 1)
    network.arc(len(points), 0, things)
    for n in range(len(points) - 1):
        network.arc(n, n + 1, things)
    sure = sum(worth(one, span) for one in requests) + 1
    for start, until in taken:
        network.arc(at[start], at[until + buffer], 1, -sure)
    arcs = [
        (one, network.arc(at[one.windows[0][0]], at[one.windows[0][1] + buffer], 1, -worth(one, span)))
        for one in requests
    ]
    min_cost_flow(network, len(points), len(points) - 1, things)
    return [one for one, arc in arcs if network.flows(arc)]


def _flexible(requests: Sequence[Request], taken: Sequence[Window], things: int, buffer: int) -> Chosen:
    """Requests that would take one of several times: slots of one length are a matching, others are searched through."""
    slots = _as_slots(requests, taken, things, buffer)
    if slots is not None:
        return Chosen(_matched(requests, slots))
    search = _Search(requests, taken, things, buffer)
    return Chosen(search.best, search.complete)


def _as_slots(
    requests: Sequence[Request], taken: Sequence[Window], things: int, buffer: int
) -> list[Window] | None:
    """The free slots when no two different times asked for overlap; None otherwise."""
    if things != 1:
        return None
    every = sorted({window for one in requests for window in one.windows})
    if any(later[0] < earlier[1] + buffer for earlier, later in pairwise(every)):
        return None
    return [window for window in every if not _meets(window, taken, buffer)]


def _matched(requests: Sequence[Request], slots: list[Window]) -> dict[str, Window]:
    """As many as possible; of all ways the one that serves the most pressing, then the earliest of the lot."""
    number = {window: n for n, window in enumerate(slots)}
    wishes = {one.id: [number[w] for w in one.windows if w in number] for one in requests}
    served = list[Request]()
    for one in sorted(requests, key=lambda one: (-one.band, one.place)):
        if None not in matching([wishes[other.id] for other in [*served, one]], len(slots)):
            served.append(one)
    found = matching([wishes[one.id] for one in served], len(slots))
    return {one.id: slots[n] for one, n in zip(served, found, strict=True) if n is not None}


class _Search:
    """Branch and bound in the order of the lot; complete up to twelve requests, beyond them as far as the steps reach."""

    def __init__(
        self, requests: Sequence[Request], taken: Sequence[Window], things: int, buffer: int
    ) -> None:
        self.requests = sorted(requests, key=lambda one: one.place)
        self.things, self.buffer, self.taken = things, buffer, list(taken)
        span = 1 + max((one.place for one in requests), default=0)
        self.worth = [worth(one, span) for one in self.requests]
        self.rest = [sum(self.worth[n:]) for n in range(len(self.worth) + 1)]
        self.best: dict[str, Window] = {}
        self.best_worth, self.tries = -1, 0
        self.limit = None if len(requests) <= EXACT_REQUESTS else TRIES_MAX
        self.complete = True
        self._walk()

    def _walk(self) -> None:
        waiting: list[tuple[int, int, dict[str, Window]]] = [(0, 0, {})]
        while waiting:
            n, value, times = waiting.pop()
            self.tries += 1
            if self.limit is not None and self.tries > self.limit:
                self.complete = False
                return
            if value > self.best_worth:
                self.best, self.best_worth = times, value
            if n == len(self.requests) or value + self.rest[n] <= self.best_worth:
                continue
            waiting.append((n + 1, value, times))
            one = self.requests[n]
            waiting.extend(
                (n + 1, value + self.worth[n], {**times, one.id: window}) for window in self._free(one, times)
            )

    def _free(self, one: Request, times: dict[str, Window]) -> Iterator[Window]:
        """The times of a request that still fit, the one liked least first, so that the best is tried first."""
        for window in reversed(one.windows):
            used = [*self.taken, *times.values()]
            if most_at_once([*used, window], self.buffer, within=window) <= self.things:
                yield window


def most_at_once(windows: Sequence[Window], buffer: int, *, within: Window) -> int:
    """How many uses there are at the same time at most, as long as `within` lasts.

    >>> most_at_once([(0, 2), (2, 4), (1, 3)], 0, within=(0, 4)), most_at_once([(0, 2), (2, 4)], 1, within=(0, 4))
    (2, 2)
    """
    begins = sorted(
        start for start, until in windows if start < within[1] + buffer and within[0] < until + buffer
    )
    return max(
        (sum(start <= moment < until + buffer for start, until in windows) for moment in begins), default=0
    )
