"""The single transferable vote by the Scottish statute: SSI 2007/42, rules 45 to 52 (weighted inclusive Gregory).

Values are integers in units of 1/100,000, so that five decimals are exact and what is cut off is counted.
"""

from collections.abc import Collection

from minga.governance.rules.ranked import without
from minga.governance.rules.results import Ballots, Lots, Result, Stage, elected_or_not
from minga.governance.rules.ties import Ties

UNIT = 100_000
Parcel = dict[tuple[bytes, int], int]
"""How many ballots of one remaining ranking lie in a pile at one value."""


def stv_scottish(
    ballots: Ballots, options: int, lots: Lots, *, seats: int, withdrawn: Collection[int] = ()
) -> Result:
    """Elect `seats` options; `figures` holds `valid` (ballots that rank anybody) and `quota`.

    Always: totals and what is not transferable make up all ballots.
    """
    return _Count(ballots, options, lots, seats, withdrawn).result()


class _Count:
    def __init__(
        self, ballots: Ballots, options: int, lots: Lots, seats: int, withdrawn: Collection[int]
    ) -> None:
        self.ties, self.seats = Ties("stv_scottish", lots), seats
        self.piles: dict[int, Parcel] = {
            option: {} for option in range(1, options + 1) if option not in withdrawn
        }
        self.closed = bytes(sorted(withdrawn))
        self.continuing = set(self.piles)
        self.totals = dict.fromkeys(self.piles, 0)
        self.lost = 0
        self.elected, self.untransferred = list[int](), list[int]()
        self.stages, self.history = list[Stage](), list[dict[int, int]]()
        self.valid = sum(weight for ballot, weight in ballots.items() if ballot)
        self.quota = self.valid // (seats + 1) + 1
        for ballot, weight in ballots.items():
            if ballot:
                self._give(without(ballot, self.closed), UNIT, weight)

    def result(self) -> Result:
        if self.valid:
            self._close("first", ())
            while len(self.elected) < self.seats and self.continuing:
                if self.untransferred:
                    self._surplus()
                else:
                    self._exclude()
        return elected_or_not(
            "stv_scottish",
            self.elected,
            stages=tuple(self.stages),
            ties=tuple(self.ties.found),
            figures={"valid": self.valid, "quota": self.quota, "seats": self.seats},
            unit=UNIT,
        )

    def _give(self, left: bytes, value: int, weight: int) -> None:
        """Hand ballots on to the first they name; a shared rank of two who are left ends them."""
        if not left:
            self.lost += value * weight
            return
        option = left[0] or left[1]
        pile = self.piles[option]
        pile[left, value] = pile.get((left, value), 0) + weight
        self.totals[option] += value * weight

    def _close(self, what: str, whom: tuple[int, ...]) -> None:
        """End a stage: elect who has the quota, or everybody who is left when there are seats for all."""
        totals = dict(self.totals)
        self.history.append(totals)
        bar = self.quota * UNIT
        new = self._largest_first([option for option in self.continuing if totals[option] >= bar])
        new = new[: self.seats - len(self.elected)]
        self._elect(new)
        if 0 < len(self.elected) + len(self.continuing) <= self.seats:
            rest = self._largest_first(sorted(self.continuing))
            self._elect(rest)
            new += rest
        self.untransferred += [option for option in new if totals[option] > bar]
        self.stages.append(Stage(totals, self.lost, what, whom, tuple(new)))

    def _elect(self, options: list[int]) -> None:
        self.elected += options
        self.continuing -= set(options)
        self.closed += bytes(options)

    def _largest_first(self, options: list[int]) -> list[int]:
        """Order of being elected at one stage. Who has the same is told apart where it matters: at the surplus."""
        return sorted(options, key=lambda option: (-self.totals[option], option))

    def _surplus(self) -> None:
        """Transfer the largest surplus: each ballot goes on with its share of it, cut off at five decimals."""
        largest = max(self.totals[option] for option in self.untransferred)
        tied = [option for option in self.untransferred if self.totals[option] == largest]
        option = tied[0] if len(tied) == 1 else self._one_of(tied, "surplus")
        self.untransferred.remove(option)
        total = self.totals[option]
        surplus = total - self.quota * UNIT
        self.totals[option] = self.quota * UNIT
        before = sum(self.totals.values()) + self.lost
        for (ballot, value), weight in self.piles.pop(option).items():
            self._give(without(ballot, self.closed), surplus * value // total, weight)
        self.lost += before + surplus - sum(self.totals.values()) - self.lost
        self._close("surplus", (option,))

    def _exclude(self) -> None:
        smallest = min(self.totals[option] for option in self.continuing)
        tied = [option for option in sorted(self.continuing) if self.totals[option] == smallest]
        option = tied[0] if len(tied) == 1 else self._one_of(tied, "exclude")
        self.continuing.remove(option)
        self.closed += bytes([option])
        self.totals[option] = 0
        for (ballot, value), weight in self.piles.pop(option).items():
            self._give(without(ballot, self.closed), value, weight)
        self._close("excluded", (option,))

    def _one_of(self, tied: list[int], action: str) -> int:
        pick = max if action == "surplus" else min
        return self.ties.one(len(self.history), action, tied, self.history[:-1], pick)
