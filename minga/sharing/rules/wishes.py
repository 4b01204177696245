"""What somebody wants to see of a list: words, which way, which kind, where from."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from minga.sharing.rules.kinds import Compensation
from minga.sharing.rules.places import RADIUS_KM, Cell
from minga.sharing.rules.searching import Search
from minga.sharing.rules.terms import TermKind
from minga.sharing.rules.words import Direction, Kind, Origin

USUAL_ORIGINS = frozenset({Origin.OWN, Origin.PARTNER})


class Order(StrEnum):
    """How a list is sorted: newest first unless somebody asks otherwise."""

    NEWEST = "newest"
    NEAREST = "nearest"
    URGENT = "urgent"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Filters of a list; every one that is set narrows it. Several kinds or terms mean any of them."""

    search: Search = field(default_factory=Search)
    direction: Direction | None = None
    kinds: frozenset[Kind] = frozenset()
    category: str = ""
    terms: frozenset[TermKind] = frozenset()
    origins: frozenset[Origin] = USUAL_ORIGINS
    near: Cell | None = None
    radius_km: int = RADIUS_KM
    cell: Cell | None = None
    free_from: date | None = None
    free_until: date | None = None
    skill: str = ""
    compensation: Compensation | None = None
    due_until: date | None = None
    order: Order = Order.NEWEST

    @property
    def composed(self) -> bool:
        """Whether filters are set that the walks along an index do not know.

        >>> Wish(direction=Direction.NEED).composed, Wish(skill="1").composed
        (False, True)
        """
        several = (self.cell, self.free_from, self.free_until, self.skill, self.compensation, self.due_until)
        return any(several) or self.near is not None or self.order is not Order.NEWEST

    @property
    def plain(self) -> bool:
        """Whether nothing but the origin is chosen.

        >>> Wish().plain, Wish(direction=Direction.NEED).plain
        (True, False)
        """
        return self == Wish(origins=self.origins)


def origins_of(partners: bool, network: bool) -> frozenset[Origin]:
    """The groups that the two switches of other programs choose; each works without the other.

    >>> sorted(origins_of(partners=False, network=True))
    [<Origin.NETWORK: 'network'>, <Origin.OWN: 'own'>]
    """
    chosen = {Origin.OWN: True, Origin.PARTNER: partners, Origin.NETWORK: network}
    return frozenset(origin for origin, wanted in chosen.items() if wanted)
