"""The single transferable vote by Meek's method, after the reference rule of the Proportional Representation Foundation.

Everybody elected keeps a part of each ballot (the keep factor) and passes the rest on, until all keep just the quota.
Integers in units of 10⁻⁹, rounded up where the rule says so.
"""

from collections.abc import Collection

from minga.governance.rules.ranked import without
from minga.governance.rules.results import Ballots, Lots, Result, Stage, elected_or_not
from minga.governance.rules.ties import Ties

SCALE = 10**9
ENOUGH = 1_000
"""An iteration ends when all surpluses together are below this many units."""


def stv_meek(
    ballots: Ballots, options: int, lots: Lots, *, seats: int, withdrawn: Collection[int] = ()
) -> Result:
    """Elect `seats` options; `figures` holds `quota` (the last one, in units of 10⁻⁹), `valid` and `rounds`."""
    return _Meek(ballots, options, lots, seats, withdrawn).result()


class _Meek:
    def __init__(
        self, ballots: Ballots, options: int, lots: Lots, seats: int, withdrawn: Collection[int]
    ) -> None:
        self.ties, self.seats = Ties("stv_meek", lots), seats
        self.gone = bytes(sorted(withdrawn))
        self.valid = sum(weight for ballot, weight in ballots.items() if ballot)
        self.ballots = {ballot: weight for ballot, weight in ballots.items() if ballot}
        self.hopeful = {option for option in range(1, options + 1) if option not in withdrawn}
        self.keep = dict.fromkeys(self.hopeful, SCALE)
        self.elected = list[int]()
        self.stages = list[Stage]()
        self.totals: dict[int, int] = {}
        self.quota = self.surplus = 0

    def result(self) -> Result:
        while self.valid and len(self.hopeful) > self.seats - len(self.elected) > 0:
            self._round()
        if self.valid and self.seats > len(self.elected):
            last = sorted(self.hopeful, key=lambda option: (-self.totals.get(option, 0), option))
            self.elected += last
        return elected_or_not(
            "stv_meek",
            self.elected,
            stages=tuple(self.stages),
            ties=tuple(self.ties.found),
            figures={
                "valid": self.valid,
                "quota": self.quota,
                "seats": self.seats,
                "rounds": len(self.stages),
            },
            unit=SCALE,
        )

    def _round(self) -> None:
        """One round elects somebody or excludes one."""
        prefixes = self._prefixes()
        before = self.valid * SCALE
        while True:
            self._share(prefixes)
            new = [option for option in sorted(self.hopeful) if self.totals[option] >= self.quota]
            if new:
                self._elected(new)
                return
            self.surplus = max(0, sum(self.totals[option] - self.quota for option in self.elected))
            if self.surplus < ENOUGH or self.surplus >= before:
                self._exclude()
                return
            before = self.surplus
            for option in self.elected:
                wanted = _up(self.keep[option] * self.quota, SCALE) * SCALE
                self.keep[option] = _up(wanted, self.totals[option])

    def _prefixes(self) -> dict[bytes, int]:
        """Ballots as far as they matter now: up to the first hopeful option, who keeps all that arrives."""
        found: dict[bytes, int] = {}
        for ballot, weight in self.ballots.items():
            left, prefix = without(ballot, self.gone), b""
            while left:
                option = left[0] or left[1]
                prefix += bytes([option])
                if option in self.hopeful:
                    break
                left = without(left, bytes([option]))
            found[prefix] = found.get(prefix, 0) + weight
        return found

    def _share(self, prefixes: dict[bytes, int]) -> None:
        totals = dict.fromkeys(sorted(self.keep), 0)
        keep = self.keep
        for prefix, weight in prefixes.items():
            left = SCALE
            for option in prefix:
                factor = keep[option]
                part = left if factor == SCALE else _up(left * factor, SCALE)
                totals[option] += part * weight
                left -= part
                if left <= 0:
                    break
        self.totals = totals
        self.quota = sum(totals.values()) // (self.seats + 1) + 1

    def _elected(self, new: list[int]) -> None:
        new.sort(key=lambda option: (-self.totals[option], option))
        self.elected += new
        self.hopeful -= set(new)
        self._note("round", (), tuple(new))

    def _exclude(self) -> None:
        bar = min(self.totals[option] for option in self.hopeful) + self.surplus
        lowest = [option for option in sorted(self.hopeful) if self.totals[option] <= bar]
        gone = lowest[0]
        if len(lowest) > 1:
            gone = self.ties.lot(len(self.stages) + 1, "exclude", lowest)[0]
        self._note("excluded", (gone,), ())
        self.hopeful.remove(gone)
        del self.keep[gone]
        self.gone += bytes([gone])

    def _note(self, what: str, whom: tuple[int, ...], elected: tuple[int, ...]) -> None:
        lost = self.valid * SCALE - sum(self.totals.values())
        self.stages.append(Stage(dict(self.totals), lost, what, whom, elected))


def _up(value: int, by: int) -> int:
    """Division of integers, rounded up."""
    return -(-value // by)
