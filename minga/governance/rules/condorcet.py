"""Schulze's method: every option against every other, then the strongest paths between them.

Source: M. Schulze, A new monotonic, clone-independent, reversal symmetric, and Condorcet-consistent single-winner
election method, Social Choice and Welfare 36 (2011). Options dropped against a default as in Debian's constitution, A.6.
"""

from collections.abc import Collection, Iterable

from minga.governance.rules.ranked import packed_ranks, ranks_of
from minga.governance.rules.results import Ballots, Lots, Result
from minga.governance.rules.ties import Ties

Matrix = list[list[int]]

UNRANKED = ("last", "no_opinion", "status_quo")


def pairwise(
    ballots: Ballots, options: int, *, unranked: str = "last", default_option: int | None = None
) -> Matrix:
    """`d[i][j]`: the weight of ballots that rank option i above option j; row and column 0 are unused.

    `unranked` says where an option stands that a ballot does not name: `last` below all others, `no_opinion` in no pair,
    `status_quo` beside the default option.

    All figures of a row are lanes of one large integer, so that a ballot costs one addition for each rank.
    """
    if unranked not in UNRANKED:
        raise ValueError(f"unranked is one of {', '.join(UNRANKED)}")
    lane = sum(ballots.values()).bit_length() + 1
    lanes = [0, *(1 << lane * option for option in range(1, options + 1))]
    every = sum(lanes)
    rows = [0] * (options + 1)
    for ballot, weight in ballots.items():
        if unranked == "status_quo":
            ballot = _beside(ballot, options, default_option or options)
        if ballot[:1] == b"\x00":
            _add_shared(rows, ballot, weight, lanes, every if unranked == "last" else 0)
            continue
        below = every if unranked == "last" else sum(lanes[option] for option in ballot)
        for option in ballot:
            below -= lanes[option]
            rows[option] += below if weight == 1 else below * weight
    mask = (1 << lane) - 1
    return [[row >> lane * option & mask for option in range(options + 1)] for row in rows]


def _add_shared(rows: list[int], ballot: bytes, weight: int, lanes: list[int], every: int) -> None:
    groups = ranks_of(ballot)
    below = every or sum(lanes[option] for group in groups for option in group)
    for group in groups:
        below -= sum(lanes[option] for option in group)
        for option in group:
            rows[option] += below * weight


def _beside(ballot: bytes, options: int, default: int) -> bytes:
    """The ballot with everybody it does not name on the rank of the default option, or on one last rank."""
    ranks = [list(rank) for rank in ranks_of(ballot)]
    named = {option for rank in ranks for option in rank}
    missing = [option for option in range(1, options + 1) if option not in named]
    for rank in ranks:
        if default in rank:
            rank += missing
            return packed_ranks(ranks)
    return packed_ranks([*ranks, missing])


def condorcet_winner(beats: Matrix, options: Iterable[int]) -> int | None:
    """Who wins against each other one, if anybody does."""
    everybody = list(options)
    for one in everybody:
        if all(beats[one][other] > beats[other][one] for other in everybody if other != one):
            return one
    return None


def schulze(
    ballots: Ballots,
    options: int,
    lots: Lots,
    *,
    blank: int = 0,
    unranked: str = "last",
    default_option: int | None = None,
    drop: tuple[int, int] | None = None,
    withdrawn: Collection[int] = (),
) -> Result:
    """The winner and the whole order; equals of the order are shown as equals.

    With `default_option` and `drop` (num, den) an option stays only when it beats the default and has num/den times the
    ballots of those who prefer the default. `blank` ballots count in the measure of strength only.
    """
    beats = pairwise(ballots, options, unranked=unranked, default_option=default_option)
    everybody = [option for option in range(1, options + 1) if option not in withdrawn]
    dropped = [option for option in everybody if _falls(beats, option, default_option, drop)]
    left = [option for option in everybody if option not in dropped]
    paths = strongest_paths(beats, left, sum(ballots.values()) + blank)
    ties = Ties("schulze", lots)
    groups = _order(paths, left)
    elected = tuple[int, ...]()
    if ballots and groups:
        first = groups[0]
        elected = (first[0] if len(first) == 1 else ties.lot(1, "winner", first)[0],)
    rows = [[one, other, beats[one][other]] for one in everybody for other in everybody if one != other]
    return Result(
        "schulze",
        "elected" if elected else "undecided",
        elected,
        ties=tuple(ties.found),
        figures={
            "valid": sum(ballots.values()),
            "order": groups,
            "dropped": dropped,
            "pairwise": rows,
            "condorcet_winner": condorcet_winner(beats, left),
        },
    )


def _falls(beats: Matrix, option: int, default: int | None, drop: tuple[int, int] | None) -> bool:
    if default is None or drop is None or option == default:
        return False
    num, den = drop
    over, under = beats[option][default], beats[default][option]
    return over <= under or over * den < num * under


def strongest_paths(beats: Matrix, options: list[int], ballots: int) -> dict[int, dict[int, int]]:
    """`paths[i][j]`: the strength of the weakest defeat on the strongest path from i to j; 0 where there is none.

    A defeat is measured by the ballots for it, then by those against it, as one integer.
    """
    paths = {
        one: {
            other: beats[one][other] * (ballots + 1) + ballots - beats[other][one]
            if beats[one][other] > beats[other][one]
            else 0
            for other in options
        }
        for one in options
    }
    for through in options:
        ahead = paths[through]
        for one in options:
            reach = paths[one][through]
            if one == through or not reach:
                continue
            row = paths[one]
            for other in options:
                strength = ahead[other] if ahead[other] < reach else reach
                if other != one and strength > row[other]:
                    row[other] = strength
    return paths


def _order(paths: dict[int, dict[int, int]], options: list[int]) -> list[list[int]]:
    """Again and again those whom nobody that is left beats."""
    left, groups = list(options), list[list[int]]()
    while left:
        best = [one for one in left if all(paths[other][one] <= paths[one][other] for other in left)]
        groups.append(best)
        left = [one for one in left if one not in best]
    return groups
