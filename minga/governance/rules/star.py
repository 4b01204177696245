"""STAR: score, then an automatic run-off between the two with the highest sums (Equal Vote Coalition, 2014)."""

from collections.abc import Callable, Sequence

from minga.governance.rules.columns import Columns
from minga.governance.rules.results import Ballots, Lots, Result, Stage, elected_or_not
from minga.governance.rules.ties import Ties


def star(ballots: Ballots, options: int, lots: Lots, *, top: int = 5, seats: int = 1) -> Result:
    """Elect by STAR; with several seats again and again without those elected (bloc).

    `figures`: `valid`, `scores`, `finalists` and `runoff` (for the first, for the second, no preference) of each seat.
    """
    counted = _Star(Columns(ballots, options), ballots, top, "bloc_star" if seats > 1 else "star", lots)
    left = list(range(1, options + 1))
    elected = list[int]()
    while ballots and left and len(elected) < seats:
        winner = counted.seat(left)
        elected.append(winner)
        left.remove(winner)
    return elected_or_not(
        counted.ties.method,
        elected,
        stages=tuple(counted.stages),
        ties=tuple(counted.ties.found),
        figures={
            "valid": sum(ballots.values()),
            "scores": counted.scores,
            "finalists": counted.finalists,
            "runoff": counted.runoffs,
        },
    )


class _Star:
    def __init__(self, columns: Columns, ballots: Ballots, top: int, method: str, lots: Lots) -> None:
        self.columns, self.valid = columns, sum(ballots.values())
        self.scores, self.tops = columns.sums(), columns.count(top)
        self.ties = Ties(method, lots)
        self.stages = list[Stage]()
        self.finalists, self.runoffs = list[list[int]](), list[list[int]]()

    def seat(self, left: Sequence[int]) -> int:
        self.stages.append(Stage({option: self.scores[option] for option in left}, 0, "scores"))
        if len(left) == 1:
            return left[0]
        first, second = self._finalists(left)
        over, under = self.columns.above(first, second), self.columns.above(second, first)
        self.finalists.append([first, second])
        self.runoffs.append([over, under, self.valid - over - under])
        winner = self._winner(first, second, over, under)
        self.stages.append(
            Stage(
                {first: over, second: under}, self.valid - over - under, "runoff", (first, second), (winner,)
            )
        )
        return winner

    def _finalists(self, left: Sequence[int]) -> list[int]:
        """Two places by sum; who is equal at the cut goes through the steps, each once, then by lot."""
        ordered = sorted(left, key=lambda option: (-self.scores[option], option))
        cut = self.scores[ordered[1]]
        sure = [option for option in ordered if self.scores[option] > cut]
        tied = [option for option in ordered if self.scores[option] == cut]
        if len(sure) + len(tied) > 2:
            tied = self._cut(tied, 2 - len(sure))
        return [*sure, *tied]

    def _cut(self, tied: list[int], wanted: int) -> list[int]:
        stage = len(self.stages)
        found = list[int]()
        steps: tuple[tuple[str, Callable[[list[int]], dict[int, int]]], ...] = (
            ("head_to_head", self._matches),
            ("top_marks", lambda some: {option: self.tops[option] for option in some}),
        )
        for name, measure in steps:
            values = measure(tied)
            ordered = sorted(tied, key=lambda option: (-values[option], option))
            bar = values[ordered[wanted - len(found) - 1]]
            above = [option for option in ordered if values[option] > bar]
            at_bar = [option for option in ordered if values[option] == bar]
            if len(above) + len(at_bar) == wanted - len(found):
                found += [*above, *at_bar]
                self.ties.by(stage, "finalist", tied, name, found, values)
                return found
            if above or len(at_bar) < len(tied):
                self.ties.by(stage, "finalist", tied, name, [*above, *at_bar], values)
            found += above
            tied = at_bar
        order = self.ties.lot(stage, "finalist", tied)
        return [*found, *order[: wanted - len(found)]]

    def _matches(self, tied: list[int]) -> dict[int, int]:
        """For each of the tied: ballots times the other tied options they score it above."""
        return {one: sum(self.columns.above(one, other) for other in tied if other != one) for one in tied}

    def _winner(self, first: int, second: int, over: int, under: int) -> int:
        if over != under:
            return first if over > under else second
        stage = len(self.stages) + 1
        for name, values in (("score", self.scores), ("top_marks", self.tops)):
            if values[first] != values[second]:
                winner = first if values[first] > values[second] else second
                both = {option: values[option] for option in (first, second)}
                self.ties.by(stage, "winner", (first, second), name, [winner], both)
                return winner
        return self.ties.lot(stage, "winner", (first, second))[0]
