"""Making the circle of those who see a listing smaller than its level says; never wider."""

from dataclasses import dataclass

from minga.kit.i18n import N_

WITHOUT_MAX = 20
TOO_MANY = N_("Leave out at most {most} people.")
NO_GROUP = N_("Choose a group of this community that you belong to.")
NOT_THEM = N_("Choose people of this community, other than yourself and those you chose to see it.")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Full members only, a group only, not these people; all that is said has to hold.

    What somebody is to another community its members cannot know here, so partners and the network see nothing of a
    listing for full members or a group, and nobody who is not signed in sees anything that is narrowed.
    """

    full_only: bool = False
    within: str = ""
    without: tuple[str, ...] = ()

    @property
    def says_something(self) -> bool:
        """Whether anybody is left out by it.

        >>> Narrowing().says_something, Narrowing(without=("a",)).says_something
        (False, True)
        """
        return self.full_only or bool(self.within) or bool(self.without)


NOT_NARROWED = Narrowing()
