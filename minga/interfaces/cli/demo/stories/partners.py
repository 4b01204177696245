"""Valley and Harbour share with each other; Hill was asked and has not answered yet."""

from minga.communities import commands as communities
from minga.communities.rules.ties import Gives
from minga.interfaces.cli.demo.stories.teller import Teller
from minga.sharing.rules import Kind

DAY = 24.0
KINDS = frozenset(kind.value for kind in Kind)
LISTED = (("valley", "ana", "chidi"), ("harbour", "farid", "gita"), ("hill", "zoe", "zoe"))


def tell(teller: Teller) -> None:
    """The story, oldest first."""
    for root, first, second in LISTED:
        teller.rule(first, second, root, "community.listed", "node", 50 * DAY)
    tie = teller.act(
        "ana",
        46 * DAY,
        communities.propose_tie,
        teller.roots["valley"],
        "harbour",
        Gives(),
        known_kinds=KINDS,
        words="Your tools, our soup.",
    )
    give = Gives(kinds=(Kind.ITEM.value, Kind.SPACE.value))
    teller.act("farid", 45 * DAY, communities.agree_to_tie, tie.id, give, known_kinds=KINDS)
    teller.act(
        "chidi",
        2 * DAY,
        communities.propose_tie,
        teller.roots["valley"],
        "hill",
        Gives(needs=False),
        known_kinds=KINDS,
        words="We heard that you have an apple press.",
    )
