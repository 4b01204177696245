"""Seats for communities of a federation by Sainte-Laguë, and people by lot from strata."""

from collections.abc import Callable, Mapping

Order = Callable[[str, list[str]], list[str]]


def sainte_lague(members: Mapping[str, int], seats: int, lots: Order) -> dict[str, int]:
    """The largest members/(2·seats + 1) takes the next seat; everybody has at least one. Equals by lot.

    >>> sainte_lague({"a": 530, "b": 240, "c": 150, "d": 80}, 10, lambda _, ids: sorted(ids))
    {'a': 5, 'b': 2, 'c': 2, 'd': 1}
    """
    if seats < len(members):
        raise ValueError("there are fewer seats than communities, and each has at least one")
    given = dict.fromkeys(members, 1)
    for number in range(len(members), seats):
        best = list[str]()
        for one in members:
            if not best or _above(members, given, one, best[0]) > 0:
                best = [one]
            elif _above(members, given, one, best[0]) == 0:
                best.append(one)
        taken = best[0] if len(best) == 1 else lots(f"seats/{number + 1}/seat", sorted(best))[0]
        given[taken] += 1
    return given


def _above(members: Mapping[str, int], given: Mapping[str, int], one: str, other: str) -> int:
    """Cross-multiplied, so that nothing is rounded."""
    return members[one] * (2 * given[other] + 1) - members[other] * (2 * given[one] + 1)


def quotas(sizes: Mapping[str, int], seats: int, lots: Order) -> dict[str, int]:
    """Seats for strata in proportion to their size, by largest remainder; equal remainders by lot.

    >>> quotas({"young": 30, "old": 70}, 10, lambda _, ids: sorted(ids))
    {'young': 3, 'old': 7}
    """
    whole = sum(sizes.values())
    if not whole:
        return dict.fromkeys(sizes, 0)
    given = {one: size * seats // whole for one, size in sizes.items()}
    rests: dict[int, list[str]] = {}
    for one, size in sizes.items():
        rests.setdefault(size * seats % whole, []).append(one)
    left = seats - sum(given.values())
    for _, equal in sorted(rests.items(), reverse=True):
        order = equal if len(equal) <= left or len(equal) == 1 else lots("sortition/quota", sorted(equal))
        for one in order[:left]:
            given[one] += 1
        left -= min(left, len(order))
    return given


def draw(
    strata: Mapping[str, list[str]], seats: Mapping[str, int], lots: Order
) -> dict[str, tuple[list[str], list[str]]]:
    """For each stratum those drawn and the others in order, who stand by."""
    found = {}
    for stratum, pool in sorted(strata.items()):
        order = lots(f"sortition/{stratum}", sorted(pool))
        found[stratum] = (order[: seats[stratum]], order[seats[stratum] :])
    return found
