"""`need_points`: a formula of four terms, offered by name to communities that know it. Never the default."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terms:
    """What is counted of a claimant: open needs (one per category and day), offered items, people given to in thirty days,
    and whether an accessibility need was entered, confirmed and allowed to count."""

    needs: int = 0
    offers: int = 0
    given_to: int = 0
    accessibility: bool = False

    def parts(self, *, essential: bool) -> dict[str, int]:
        """The four terms; the gifts of a claimant never count for what everybody needs.

        >>> Terms(2, 3, 5, True).parts(essential=False)
        {'needs': 20, 'offers': 15, 'given_to': 10, 'accessibility': 10}
        """
        if min(self.needs, self.offers, self.given_to) < 0:
            raise ValueError("nothing is counted below zero")
        return {
            "needs": min(40, 10 * self.needs),
            "offers": max(0, 30 - 5 * self.offers),
            "given_to": 0 if essential else min(20, 2 * self.given_to),
            "accessibility": 10 if self.accessibility else 0,
        }

    def score(self, *, essential: bool) -> int:
        """Their sum, from 0 to 100.

        >>> [Terms(n).score(essential=False) for n in (0, 1, 4, 7)], Terms(0, 9).score(essential=True)
        ([30, 40, 70, 70], 0)
        """
        return sum(self.parts(essential=essential).values())


NOTHING = Terms()
