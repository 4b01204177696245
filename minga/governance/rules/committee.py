"""Proportional committees from approvals, in exact fractions: Phragmén's sequential method, equal shares, sequential PAV.

Sources: E. Phragmén (1894) as described by S. Janson, arXiv:1611.08826; D. Peters and P. Skowron, Proportionality and
the Limits of Welfarism (2020), for equal shares; T. N. Thiele (1895) for sequential proportional approval voting.
"""

from fractions import Fraction

from minga.governance.rules.results import Ballots, Lots, Result, elected_or_not
from minga.governance.rules.scores import marks_of
from minga.governance.rules.ties import Ties

Group = tuple[frozenset[int], int]
"""The options that voters approve who approve the same, and how many they are."""


def committee(ballots: Ballots, options: int, lots: Lots, *, seats: int, rule: str) -> Result:
    """Elect by `seq_phragmen`, `equal_shares` or `seq_pav`; who nobody supports comes last, by lot."""
    groups = [(frozenset(marks_of(ballot)), weight) for ballot, weight in sorted(ballots.items())]
    made = _Committee(groups, options, rule, lots)
    elected = made.elect(min(seats, options)) if ballots else []
    figures = {"valid": sum(ballots.values()), "seats": seats, "rule": rule, **made.figures}
    return elected_or_not(rule, elected, ties=tuple(made.ties.found), figures=figures)


class _Committee:
    def __init__(self, groups: list[Group], options: int, rule: str, lots: Lots) -> None:
        self.groups, self.rule, self.ties = groups, rule, Ties(rule, lots)
        self.left = set(range(1, options + 1))
        self.elected = list[int]()
        self.figures: dict[str, str] = {}
        self.supporters = {
            option: [place for place, (marks, _) in enumerate(groups) if option in marks]
            for option in self.left
        }

    def elect(self, seats: int) -> list[int]:
        match self.rule:
            case "seq_phragmen":
                self._phragmen(seats, [Fraction(0)] * len(self.groups))
            case "seq_pav":
                self._pav(seats)
            case "equal_shares":
                self._equal_shares(seats)
            case _:
                raise ValueError("the rule is seq_phragmen, equal_shares or seq_pav")
        if len(self.elected) < seats:
            rest = sorted(self.left)
            order = rest if len(rest) == 1 else self.ties.lot(len(self.elected) + 1, "seat", rest)
            self.elected += order[: seats - len(self.elected)]
        return self.elected

    def _take(self, measures: dict[int, Fraction]) -> int:
        """The option with the smallest measure; equals by lot."""
        best = min(measures.values())
        tied = [option for option, measure in measures.items() if measure == best]
        taken = tied[0] if len(tied) == 1 else self.ties.lot(len(self.elected) + 1, "seat", tied)[0]
        self.elected.append(taken)
        self.left.remove(taken)
        return taken

    def _supported(self) -> list[int]:
        return [option for option in sorted(self.left) if self.supporters[option]]

    def _many(self, option: int) -> int:
        return sum(self.groups[place][1] for place in self.supporters[option])

    def _phragmen(self, seats: int, loads: list[Fraction]) -> None:
        """A seat costs 1, borne by those who approve of who takes it; the smallest load next."""
        while len(self.elected) < seats and (able := self._supported()):
            after = {
                option: (sum((loads[g] * self.groups[g][1] for g in self.supporters[option]), Fraction(1)))
                / self._many(option)
                for option in able
            }
            taken = self._take(after)
            for place in self.supporters[taken]:
                loads[place] = after[taken]
        self.figures["max_load"] = str(max(loads, default=Fraction(0)))

    def _pav(self, seats: int) -> None:
        while len(self.elected) < seats and (able := self._supported()):
            has = [sum(1 for one in self.elected if one in marks) for marks, _ in self.groups]
            self._take(
                {
                    option: -sum(
                        (Fraction(self.groups[g][1], has[g] + 1) for g in self.supporters[option]), Fraction()
                    )
                    for option in able
                }
            )

    def _equal_shares(self, seats: int) -> None:
        """Everybody holds seats/voters; a seat costs 1, shared as evenly as what supporters hold allows."""
        voters = sum(weight for _, weight in self.groups)
        holds = [Fraction(seats, voters)] * len(self.groups)
        while len(self.elected) < seats:
            prices = {o: price for o in self._supported() if (price := self._price(o, holds)) is not None}
            if not prices:
                self._phragmen(seats, [-held for held in holds])
                return
            taken = self._take(prices)
            for place in self.supporters[taken]:
                holds[place] -= min(holds[place], prices[taken])

    def _price(self, option: int, holds: list[Fraction]) -> Fraction | None:
        """What each supporter pays at most, so that the seat is paid; None where they cannot."""
        rest, many = Fraction(1), self._many(option)
        for held, weight in sorted((holds[g], self.groups[g][1]) for g in self.supporters[option]):
            if held * many >= rest:
                return rest / many
            rest -= held * weight
            many -= weight
        return None
