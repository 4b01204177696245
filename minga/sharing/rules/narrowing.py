"""Making the circle of those who see a listing smaller than its level says; never wider."""

from dataclasses import dataclass

from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.sharing.rules.places import BAD_RADIUS, BANDS_KM

WITHOUT_MAX = 20
TOO_MANY = N_("Leave out at most {most} people.")
NO_GROUP = N_("Choose a group of this community that you belong to.")
BAD_STEPS = N_("Choose one, two or three steps.")
SOMEWHERE = N_("Say where it is first; then you can choose how near somebody has to be.")
STEPS = (1, 2, 3)
NOT_THEM = N_("Choose people of this community, other than yourself and those you chose to see it.")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Full members only, those vouched for, a group, how near, how many steps of trust, not these people.

    All that is said has to hold. What somebody is to another community its members cannot know here, so partners and
    the network see nothing of a listing for full members, for people vouched for or for a group. Where they are and
    with whom they are connected belongs to people, so these two rules reach beyond the community. What is not known
    of somebody, like where they are, counts as no; nobody who is not signed in sees anything that is narrowed.
    """

    full_only: bool = False
    within: str = ""
    without: tuple[str, ...] = ()
    vouched_only: bool = False
    within_km: int | None = None
    steps: int | None = None

    @property
    def says_something(self) -> bool:
        """Whether anybody is left out by it.

        >>> Narrowing().says_something, Narrowing(without=("a",)).says_something, Narrowing(steps=2).says_something
        (False, True, True)
        """
        return self.full_only or bool(self.within) or bool(self.without) or self.is_finer

    @property
    def is_finer(self) -> bool:
        """Whether it asks who vouches for somebody, where they are or whom they trust."""
        return self.vouched_only or self.within_km is not None or self.steps is not None


def read_steps(said: str) -> int:
    """How many steps somebody typed or chose.

    >>> read_steps("2")
    2
    """
    if said not in {str(n) for n in STEPS}:
        raise Invalid(BAD_STEPS, fields={"steps": BAD_STEPS})
    return int(said)


def faults_of(narrowing: Narrowing, *, somewhere: bool) -> dict[str, str]:
    """What is wrong with how near somebody has to be, by field; `somewhere`: the listing says where it is.

    >>> faults_of(Narrowing(within_km=3, steps=2), somewhere=True)
    {}
    >>> sorted(faults_of(Narrowing(within_km=3, steps=9), somewhere=False))
    ['steps', 'within_km']
    """
    found: dict[str, str] = {}
    if narrowing.within_km is not None and narrowing.within_km not in BANDS_KM:
        found["within_km"] = BAD_RADIUS
    elif narrowing.within_km is not None and not somewhere:
        found["within_km"] = SOMEWHERE
    if narrowing.steps is not None and narrowing.steps not in STEPS:
        found["steps"] = BAD_STEPS
    return found


NOT_NARROWED = Narrowing()
