"""A lawn mower came back broken: the two talk it over, one proposes an end, and it may go to somebody who mediates."""

from datetime import timedelta

from minga.interfaces.cli.demo.stories.teller import Teller
from minga.sharing import commands as sharing
from minga.sharing.rules import Content, Direction, Item, Term, TermKind
from minga.sharing.rules.disputes import About, Effect, End

DAY = 24.0
MOWER = "Lawn mower, petrol"


def tell(teller: Teller) -> None:
    """The story, oldest first."""
    content = Content(
        title=MOWER,
        description="Old but willing. Please fill it up again.",
        terms=(Term(kind=TermKind.LOAN),),
        own=Item(),
        category="garden",
    )
    teller.post("edda", Direction.OFFER, content, 16 * DAY)
    begins = (teller.now - timedelta(days=12)).date()
    asked = teller.ask(
        "tomas", MOWER, 13 * DAY, "For the slope.", from_on=begins, until_on=begins + timedelta(days=4)
    )
    exchange = teller.accept("edda", asked, 12.5 * DAY)
    teller.lend("edda", exchange, 12 * DAY)
    words = "The blade is bent and the cord is torn. It was whole when he took it."
    dispute = teller.act("edda", 3 * DAY, sharing.open_dispute, exchange, About.DAMAGE, words).id
    thread = f"dispute:{dispute}"
    teller.write("tomas", thread, "There was a stone under the leaves. I am sorry.", 2.5 * DAY)
    teller.write("edda", thread, "A new blade costs as much as the mower is worth.", 2.2 * DAY)
    teller.act(
        "tomas",
        2 * DAY,
        sharing.propose_end,
        dispute,
        End((Effect.RETURN, Effect.REPLACE)),
        "I bring it back and buy the blade.",
    )
