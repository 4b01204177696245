"""Valley and Harbour found a federation and sit in it."""

from minga.communities import commands as communities
from minga.communities import queries as communities_of
from minga.communities.rules.ties import Gives
from minga.interfaces.cli.demo.stories.teller import Teller
from minga.kit.ids import Id
from minga.kit.refs import needs
from minga.sharing.rules import Kind

DAY = 24.0
KINDS = frozenset(kind.value for kind in Kind)


def tell(teller: Teller) -> None:
    """The story, oldest first; in each community two stewards say yes."""
    asked = teller.act(
        "ana",
        28 * DAY,
        communities.found_federation,
        teller.valley,
        name="River communities",
        invited=("harbour",),
        gives=Gives(),
        known_kinds=KINDS,
        purpose="What is too large for one of us: the press, the truck, the hall by the water.",
        scope_words="From the springs to the sea",
    )
    if asked.answered_at is None:
        teller.act("chidi", 27 * DAY, communities.agree, asked.id)
    [seat] = teller.act("farid", 26 * DAY, communities_of.seats, teller.roots["harbour"])
    teller.act("farid", 26 * DAY, communities.accept_seat, seat.id, Gives(), known_kinds=KINDS)
    teller.act("gita", 25 * DAY, communities.agree, _waiting(teller, "gita", 25 * DAY))


def _waiting(teller: Teller, name: str, hours_ago: float) -> Id:
    """The act that waits for a second yes."""
    waiting = teller.act(name, hours_ago, needs.of)
    found: Id = next(line.ref.id for line in waiting if line.ref.kind == "second")
    return found
