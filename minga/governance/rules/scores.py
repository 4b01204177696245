"""Counts that add marks: plurality, approval, score, majority judgment, systemic consensus, points, quadratic."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import chain, islice, repeat

from minga.governance.rules.columns import Columns
from minga.governance.rules.results import Ballots, Lots, Result, Stage, elected_or_not
from minga.governance.rules.ties import Ties


def marks_of(ballot: bytes) -> list[int]:
    """The options that a packed set of marks names (option 1 is the lowest bit of byte 0).

    >>> marks_of(bytes([0b101])), marks_of(bytes([0, 1]))
    ([1, 3], [9])
    """
    whole, found, option = int.from_bytes(ballot, "little"), list[int](), 1
    while whole:
        if whole & 1:
            found.append(option)
        whole >>= 1
        option += 1
    return found


def plurality(ballots: Ballots, options: int, lots: Lots, *, seats: int = 1) -> Result:
    """Most votes; a ballot is the number of one option in one byte."""
    votes = dict.fromkeys(range(1, options + 1), 0)
    for ballot, weight in ballots.items():
        votes[ballot[0]] += weight
    return _taken("plurality", votes, ballots, lots, seats)


def approval(
    ballots: Ballots,
    options: int,
    lots: Lots,
    *,
    seats: int = 1,
    floor: Fraction | None = None,
    blank: int = 0,
) -> Result:
    """Most approvals; with `floor` only who is approved by that share of all ballots, blank ones included."""
    votes = dict.fromkeys(range(1, options + 1), 0)
    for ballot, weight in ballots.items():
        for option in marks_of(ballot):
            votes[option] += weight
    cast = sum(ballots.values()) + blank
    able = {
        option: count
        for option, count in votes.items()
        if floor is None or count * floor.denominator >= floor.numerator * cast
    }
    return _taken("approval", votes, ballots, lots, seats, able)


def _taken(
    method: str,
    votes: dict[int, int],
    ballots: Ballots,
    lots: Lots,
    seats: int,
    able: dict[int, int] | None = None,
) -> Result:
    ties = Ties(method, lots)
    able = votes if able is None else able
    order = _cut(ties, sorted(able), able, seats) if ballots else []
    return elected_or_not(
        method,
        order,
        stages=(Stage(votes, 0, "first", (), tuple(order)),),
        ties=tuple(ties.found),
        figures={"valid": sum(ballots.values()), "scores": votes},
    )


def _cut(ties: Ties, options: list[int], values: dict[int, int], seats: int) -> list[int]:
    """The `seats` best; a lot only where equals straddle the last seat."""
    ordered = sorted(options, key=lambda option: (-values[option], option))
    if len(ordered) <= seats:
        return ordered
    bar = values[ordered[seats - 1]]
    above = [option for option in ordered if values[option] > bar]
    equal = [option for option in ordered if values[option] == bar]
    if len(above) + len(equal) > seats:
        equal = ties.lot(1, "elect", equal)[: seats - len(above)]
    return [*above, *equal]


def score(ballots: Ballots, options: int, lots: Lots, *, top: int = 5, seats: int = 1) -> Result:
    """Highest sum, a blank being nought; then most top marks; then lot."""
    columns, ties = Columns(ballots, options), Ties("score", lots)
    sums, tops = columns.sums(), columns.count(top)
    order = ties.sorted_by(sums, lambda option: (sums[option], tops[option]), ("top_marks",), "elect")
    elected = order[:seats] if ballots else []
    return elected_or_not(
        "score",
        elected,
        stages=(Stage(sums, 0, "scores", (), tuple(elected)),),
        ties=tuple(ties.found),
        figures={"valid": sum(ballots.values()), "scores": sums, "top_marks": tops},
    )


def resistance(ballots: Ballots, options: int, lots: Lots, *, top: int = 10, seats: int = 1) -> Result:
    """Systemic consensus: the lowest sum of resistance, then fewer of the highest, then lot."""
    columns, ties = Columns(ballots, options), Ties("resistance", lots)
    sums, tops = columns.sums(), columns.count(top)
    order = ties.sorted_by(sums, lambda option: (-sums[option], -tops[option]), ("top_marks",), "elect")
    elected = order[:seats] if ballots else []
    return elected_or_not(
        "resistance",
        elected,
        stages=(Stage(sums, 0, "scores", (), tuple(elected)),),
        ties=tuple(ties.found),
        figures={"valid": sum(ballots.values()), "scores": sums, "top_marks": tops},
    )


def judgment(ballots: Ballots, options: int, lots: Lots, *, top: int = 5, seats: int = 1) -> Result:
    """Majority judgment (Balinski and Laraki): the best median grade, then the median after taking one median away from
    each of the equal, and so on; then lot. Of an even number of grades the lower middle one is the median."""
    columns, ties = Columns(ballots, options), Ties("judgment", lots)
    grades = {option: dict(columns.grades(option, top)) for option in range(1, options + 1)}
    firsts = {option: next(medians(counts), 0) for option, counts in grades.items()}
    groups: list[list[int]] = []
    for option in sorted(grades):
        _insert(groups, option, grades)
    order = list[int]()
    for group in groups:
        order += group if len(group) == 1 else ties.lot(1, "elect", group)
    elected = order[:seats] if ballots else []
    return elected_or_not(
        "judgment",
        elected,
        ties=tuple(ties.found),
        figures={"valid": sum(ballots.values()), "medians": firsts, "grades": grades},
    )


def medians(counts: Mapping[int, int]) -> Iterator[int]:
    """Grades in the order in which they are the lower median while one median after the other is taken away.

    That is from the middle outwards: the middle one if there is one, then one below, one above, and so on.

    >>> list(medians({0: 1, 3: 2, 5: 1})), list(medians({1: 1, 2: 1, 4: 1}))
    ([3, 3, 0, 5], [2, 1, 4])
    """
    whole = sum(counts.values())
    if not whole:
        return
    falling = _from(sorted(counts.items(), reverse=True), whole // 2)
    rising = _from(sorted(counts.items()), (whole + 1) // 2)
    if whole % 2:
        yield next(falling)
    for low, high in zip(falling, rising, strict=True):
        yield low
        yield high


def _from(runs: list[tuple[int, int]], start: int) -> Iterator[int]:
    """Every single grade of some runs, but for the first `start` ones."""
    return islice(chain.from_iterable(repeat(grade, many) for grade, many in runs), start, None)


def _insert(groups: list[list[int]], option: int, grades: Mapping[int, Mapping[int, int]]) -> None:
    for place, group in enumerate(groups):
        found = _compare(grades[option], grades[group[0]])
        if found == 0:
            group.append(option)
            return
        if found > 0:
            groups.insert(place, [option])
            return
    groups.append([option])


def _compare(one: Mapping[int, int], other: Mapping[int, int]) -> int:
    """Above 0 when the first has the better medians."""
    for left, right in zip(medians(one), medians(other), strict=True):
        if left != right:
            return left - right
    return 0


def points(ballots: Ballots, options: int, lots: Lots, *, seats: int = 1) -> Result:
    """Points that each voter divides (unsigned 16 bit each): highest sum, then more voters who gave any, then lot."""
    sums, givers = dict.fromkeys(range(1, options + 1), 0), dict.fromkeys(range(1, options + 1), 0)
    for ballot, weight in ballots.items():
        for option in sums:
            given = int.from_bytes(ballot[2 * option - 2 : 2 * option], "big")
            sums[option] += given * weight
            givers[option] += weight if given else 0
    ties = Ties("points", lots)
    order = ties.sorted_by(sums, lambda option: (sums[option], givers[option]), ("score",), "elect")
    elected = order[:seats] if ballots else []
    return elected_or_not(
        "points",
        elected,
        stages=(Stage(sums, 0, "scores", (), tuple(elected)),),
        ties=tuple(ties.found),
        figures={"valid": sum(ballots.values()), "scores": sums, "givers": givers},
    )


def quadratic(ballots: Ballots, options: int, lots: Lots, *, seats: int = 1) -> Result:
    """Votes whose squares were paid with credits (signed 16 bit each): the largest positive sums; one option is a motion."""
    sums = dict.fromkeys(range(1, options + 1), 0)
    for ballot, weight in ballots.items():
        for option in sums:
            sums[option] += int.from_bytes(ballot[2 * option - 2 : 2 * option], "big", signed=True) * weight
    ties = Ties("quadratic", lots)
    positive = [option for option in sums if sums[option] > 0]
    elected = _cut(ties, positive, sums, seats)
    figures = {"valid": sum(ballots.values()), "scores": sums}
    stages = (Stage(sums, 0, "scores", (), tuple(elected)),)
    if options == 1:
        outcome = "passed" if elected else "failed"
        return Result("quadratic", outcome, tuple(elected), stages, figures=figures)
    return elected_or_not("quadratic", elected, stages=stages, ties=tuple(ties.found), figures=figures)
