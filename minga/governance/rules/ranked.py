"""Instant run-off: the smallest goes until somebody has more than half of what still counts.

A packed ranking is one byte per rank (the option's number). Where options share a rank it begins with byte 0, and its
groups of ascending numbers are separated by byte 0. An empty one ranked nobody who is left.
"""

from collections.abc import Collection, Iterator

from minga.governance.rules.results import Ballots, Lots, Result, Stage
from minga.governance.rules.ties import Ties

Pile = dict[bytes, int]


def ranks_of(ballot: bytes) -> list[bytes]:
    """The ranks of a packed ranking, each with the options that share it.

    >>> ranks_of(bytes([3, 1])), ranks_of(bytes([0, 3, 0, 1, 2]))
    ([b'\\x03', b'\\x01'], [b'\\x03', b'\\x01\\x02'])
    """
    if ballot[:1] == b"\x00":
        return ballot[1:].split(b"\x00")
    return [ballot[place : place + 1] for place in range(len(ballot))]


def packed_ranks(ranks: list[list[int]]) -> bytes:
    """The packed form of ranks; shared ones are put in ascending order.

    >>> packed_ranks([[3], [1]]), packed_ranks([[3], [2, 1]])
    (b'\\x03\\x01', b'\\x00\\x03\\x00\\x01\\x02')
    """
    groups = [bytes(sorted(rank)) for rank in ranks if rank]
    if all(len(group) == 1 for group in groups):
        return b"".join(groups)
    return b"\x00" + b"\x00".join(groups)


def without(ballot: bytes, gone: bytes) -> bytes:
    """What is left of a ballot without some options; it counts for its first byte, or for nobody when empty.

    A shared rank counts for its only option that is left, is passed over when none is, and ends the ballot for good when
    two or more are left by the time it is reached.

    >>> without(bytes([0, 2, 3, 0, 1]), bytes([2])), without(bytes([0, 2, 3, 0, 1]), bytes([4]))
    (b'\\x00\\x03\\x00\\x01', b'')
    """
    if ballot[:1] != b"\x00":
        return ballot.translate(None, gone)
    groups = [group for rank in ballot[1:].split(b"\x00") if (group := rank.translate(None, gone))]
    if not groups or len(groups[0]) > 1:
        return b""
    return b"\x00" + b"\x00".join(groups)


def first_of(ballot: bytes) -> int:
    """The option that a ballot from `without`, not empty, counts for."""
    return ballot[0] or ballot[1]


def irv(
    ballots: Ballots,
    options: int,
    lots: Lots,
    *,
    withdrawn: Collection[int] = (),
    bulk_exclusion: bool = False,
) -> Result:
    """Count by instant run-off until two options are left; the first with a majority of what counts is elected."""
    ties = Ties("irv", lots)
    gone = bytes(sorted(withdrawn))
    piles: dict[int, Pile] = {option: {} for option in range(1, options + 1) if option not in withdrawn}
    exhausted = _deal(piles, ballots, gone)
    stages, history, winner, what, whom = list[Stage](), list[dict[int, int]](), 0, "first", tuple[int, ...]()
    while True:
        totals = {option: sum(pile.values()) for option, pile in piles.items()}
        history.append(totals)
        winner = winner or _with_majority(totals)
        over = len(piles) <= 2
        if over and not winner and any(totals.values()):
            winner = ties.one(len(history), "winner", totals, history[:-1], max)
        stages.append(Stage(totals, exhausted, what, whom, (winner,) if winner and over else ()))
        if over or not any(totals.values()):
            break
        whom = tuple(_excluded(totals, history, ties, bulk_exclusion))
        what, gone = "excluded", gone + bytes(whom)
        for option in whom:
            exhausted += _deal(piles, piles.pop(option), gone)
    return Result(
        "irv",
        "elected" if winner else "undecided",
        (winner,) if winner else (),
        tuple(stages),
        tuple(ties.found),
    )


def _deal(piles: dict[int, Pile], ballots: Ballots, gone: bytes) -> int:
    """Put ballots on the piles of those they count for now; answers what counts for nobody any more."""
    lost = 0
    for ballot, weight in ballots.items():
        left = without(ballot, gone) if gone or ballot[:1] == b"\x00" else ballot
        if left:
            pile = piles[left[0] or left[1]]
            pile[left] = pile.get(left, 0) + weight
        else:
            lost += weight
    return lost


def _with_majority(totals: dict[int, int]) -> int:
    whole = sum(totals.values())
    return next((option for option, total in totals.items() if 2 * total > whole), 0)


def _excluded(totals: dict[int, int], history: list[dict[int, int]], ties: Ties, bulk: bool) -> list[int]:
    if bulk and (several := _hopeless(totals)):
        return several
    smallest = min(totals.values())
    tied = [option for option, total in totals.items() if total == smallest]
    return [tied[0] if len(tied) == 1 else ties.one(len(history), "exclude", tied, history[:-1], min)]


def _hopeless(totals: dict[int, int]) -> list[int]:
    """The most of the lowest options that together stay below the next one, two always being left."""
    ordered = sorted(totals, key=lambda option: (totals[option], option))
    sums = _running(totals[option] for option in ordered)
    for many in range(len(ordered) - 2, 0, -1):
        if sums[many - 1] < totals[ordered[many]]:
            return sorted(ordered[:many])
    return []


def _running(values: Iterator[int]) -> list[int]:
    found, whole = list[int](), 0
    for value in values:
        whole += value
        found.append(whole)
    return found
