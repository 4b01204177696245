"""Participatory budgeting: greedy with and without skipping, equal shares with its completions, Phragmén with costs.

Source: D. Peters, G. Pierczyński and P. Skowron, Proportional Participatory Budgeting with Additive Utilities, NeurIPS
2021. Money is in integers of the smallest unit; shares are in grains of 10⁻⁹ of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

from minga.governance.rules.results import Ballots, Lots, Result
from minga.governance.rules.ties import Ties

GRAIN = 10**9
UTILITIES = ("cost", "one")
COMPLETIONS = ("none", "add1", "add1u")


@dataclass(frozen=True)
class Round:
    """What is shared out and by which rule.

    `costs` by project number; `score` of each project, made from the ballots; `supporters` holds the voters' numbers
    (0 … voters − 1) of each project.
    """

    budget: int
    costs: Mapping[int, int]
    score: Mapping[int, int]
    supporters: Mapping[int, Sequence[int]] = field(default_factory=dict)
    voters: int = 0
    min_score: int = 0
    equal_score: str = "lower_cost"
    excludes: Mapping[int, frozenset[int]] = field(default_factory=dict)

    def able(self) -> list[int]:
        return [project for project in sorted(self.costs) if self.score[project] >= self.min_score]

    def excluded_by(self, project: int) -> frozenset[int]:
        return self.excludes.get(project, frozenset())


def approvals(
    ballots: Ballots, projects: int, marks: Mapping[bytes, Sequence[int]]
) -> tuple[dict[int, int], dict[int, list[int]], int]:
    """Scores and supporters of ballots that mark projects; voters are numbered as the sorted ballots come."""
    score = dict.fromkeys(range(1, projects + 1), 0)
    supporters: dict[int, list[int]] = {project: [] for project in score}
    voter = 0
    for ballot, weight in sorted(ballots.items()):
        for project in marks[ballot]:
            score[project] += weight
            supporters[project] += range(voter, voter + weight)
        voter += weight
    return score, supporters, voter


def in_order(given: Round, ties: Ties) -> list[int]:
    """Projects by score; equals by lower cost and then by lot, or by lot at once."""
    if given.equal_score == "lot":
        return ties.sorted_by(given.able(), lambda one: (given.score[one],), (), "project")
    return ties.sorted_by(
        given.able(), lambda one: (given.score[one], -given.costs[one]), ("lower_cost",), "project"
    )


def greedy(given: Round, lots: Lots, *, skip: bool) -> Result:
    """In order of score take what fits; without `skip` end at the first that does not (`figures.stopped_at`)."""
    method = "greedy_skip" if skip else "greedy_stop"
    ties = Ties(method, lots)
    return _result(method, given, ties, *_greedy(given, in_order(given, ties), (), skip=skip))


def _greedy(
    given: Round, order: Sequence[int], taken: Sequence[int], *, skip: bool
) -> tuple[list[int], dict[str, object]]:
    chosen = list(taken)
    left = given.budget - sum(given.costs[one] for one in chosen)
    closed = set(chosen).union(*(given.excluded_by(one) for one in chosen))
    why: dict[int, list[object]] = {}
    for project in order:
        if project in closed:
            if project not in chosen:
                why[project] = ["excluded"]
        elif given.costs[project] <= left:
            chosen.append(project)
            left -= given.costs[project]
            closed |= {project, *given.excluded_by(project)}
        elif not skip:
            return chosen, {"stopped_at": project, "left": left, "not_chosen": why}
        else:
            why[project] = ["no_room", left, given.costs[project]]
    return chosen, {"left": left, "not_chosen": why}


def equal_shares(given: Round, lots: Lots, *, utility: str = "cost", completion: str = "add1") -> Result:
    """Everybody holds the same share; a project is paid by its supporters, the cheapest per supporter and utility first.

    `completion`: `none`; `add1` gives everybody one more unit again and again until the outcome would overspend or holds
    all projects, and keeps the last that did not; `add1u` then takes what still fits in order of score.
    `figures.paid`: for each project the most that one supporter paid, in grains.
    """
    if utility not in UTILITIES or completion not in COMPLETIONS:
        raise ValueError(f"utility is one of {UTILITIES}, completion one of {COMPLETIONS}")
    shares = _Shares(given, utility, lots)
    endowment = given.budget * GRAIN // given.voters if given.voters else 0
    kept = shares.run(endowment)
    enough = sum(given.costs.values()) * GRAIN
    while completion != "none" and len(kept.chosen) < len(shares.projects) and endowment < enough:
        endowment += GRAIN
        more = shares.run(endowment)
        if sum(given.costs[one] for one in more.chosen) > given.budget:
            break
        kept = more
    chosen, ties = kept.chosen, kept.ties
    figures: dict[str, object] = {"left": given.budget - sum(given.costs[one] for one in chosen)}
    if completion == "add1u":
        chosen, figures = _greedy(given, in_order(given, ties), chosen, skip=True)
    return _result("equal_shares", given, ties, chosen, {**figures, "paid": kept.paid})


@dataclass
class _Outcome:
    ties: Ties
    chosen: list[int] = field(default_factory=list)
    paid: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Price:
    """What a project costs each supporter for one unit of use, as a fraction, and the most that anybody pays."""

    num: int
    den: int
    most: int

    @property
    def bound(self) -> int:
        """A whole number below the price: prices only rise, so that an old one is a lower bound."""
        return self.num * _FINE // self.den

    def below(self, other: "_Price") -> bool:
        return self.num * other.den < other.num * self.den


_FINE = 10**12


class _Shares:
    """Distributions for growing endowments."""

    def __init__(self, given: Round, utility: str, lots: Lots) -> None:
        self.given, self.lots = given, lots
        self.projects = [one for one in given.able() if given.supporters.get(one) and given.costs[one] > 0]
        self.worth = {one: given.costs[one] if utility == "cost" else 1 for one in self.projects}
        self.heap = sorted(
            (given.costs[one] * GRAIN * _FINE // (len(given.supporters[one]) * self.worth[one]), one)
            for one in self.projects
        )

    def run(self, endowment: int) -> _Outcome:
        found = _Outcome(Ties("equal_shares", self.lots))
        holds = [endowment] * self.given.voters
        closed, heap = set[int](), list(self.heap)
        while best := self._cheapest(heap, holds, closed):
            project = self._one_of(sorted(best), found.ties, len(found.chosen) + 1)
            most = best[project].most
            found.chosen.append(project)
            found.paid[project] = most
            closed |= {project, *self.given.excluded_by(project)}
            for voter in self.given.supporters[project]:
                held = holds[voter]
                holds[voter] = held - most if held > most else 0
        return found

    def _cheapest(self, heap: list[tuple[int, int]], holds: list[int], closed: set[int]) -> dict[int, _Price]:
        """The affordable projects of the smallest price; those that nobody can pay any more leave the heap."""
        best: dict[int, _Price] = {}
        least: _Price | None = None
        looked = list[tuple[int, int]]()
        while heap and (least is None or heap[0][0] <= least.bound):
            _, project = heappop(heap)
            price = None if project in closed else self._price(project, holds)
            if price is None:
                continue
            looked.append((price.bound, project))
            if least is None or price.below(least):
                least, best = price, {project: price}
            elif not least.below(price):
                best[project] = price
        for one in looked:
            heappush(heap, one)
        return best

    def _price(self, project: int, holds: list[int]) -> _Price | None:
        rest = self.given.costs[project] * GRAIN
        balances = list(map(holds.__getitem__, self.given.supporters[project]))
        many = len(balances)
        if min(balances) * many < rest:
            if sum(balances) < rest:
                return None
            for held in sorted(balances):
                if held * many >= rest:
                    break
                rest -= held
                many -= 1
        return _Price(rest, many * self.worth[project], -(-rest // many))

    def _one_of(self, tied: list[int], ties: Ties, stage: int) -> int:
        """Equal prices: more votes, lower cost, lot."""
        if len(tied) == 1:
            return tied[0]
        keys = {one: (self.given.score[one], -self.given.costs[one]) for one in tied}
        best = max(keys.values())
        left = [one for one in tied if keys[one] == best]
        if len(left) > 1:
            return ties.lot(stage, "project", left)[0]
        step = "score" if len({score for score, _ in keys.values()}) > 1 else "lower_cost"
        ties.by(stage, "project", tied, step, left)
        return left[0]


def _result(
    method: str, given: Round, ties: Ties, chosen: list[int], figures: Mapping[str, object]
) -> Result:
    cost = sum(given.costs[one] for one in chosen)
    scores = {one: given.score[one] for one in given.costs}
    return Result(
        method,
        "elected" if chosen else "undecided",
        tuple(chosen),
        ties=tuple(ties.found),
        figures={**figures, "cost": cost, "budget": given.budget, "scores": scores},
    )
