"""What is under way between neighbours: asked, agreed, lent, late, given, helped, and a few words in between."""

from datetime import timedelta

from minga.interfaces.cli.demo.stories.teller import Teller
from minga.sharing.rules.exchanges import ExchangeKind


def tell(teller: Teller) -> None:
    """The story, oldest first."""
    day = 24.0
    today = teller.now.date()
    tent = "Tent for four, with a porch"
    asked = teller.ask(
        "lena",
        tent,
        3.4 * day,
        "For a night at the lake.",
        from_on=today - timedelta(days=3),
        until_on=today - timedelta(days=2),
    )
    teller.lend("tomas", teller.accept("tomas", asked, 3.3 * day), 3.2 * day)
    machine = "Sewing machine, mechanical, heavy"
    asked = teller.ask(
        "ana",
        machine,
        2.0 * day,
        "Curtains for the hall.",
        from_on=today - timedelta(days=1),
        until_on=today + timedelta(days=1),
    )
    teller.lend("omar", teller.accept("omar", asked, 1.9 * day), 1.1 * day)
    squash = "Winter squash, more than we can eat"
    asked = teller.ask(
        "dara", squash, 1.5 * day, "Two for soup, please.", quantity_milli=2000, term=ExchangeKind.GIFT
    )
    given = teller.accept("bruno", asked, 1.4 * day)
    teller.done("bruno", given, 1.2 * day)
    teller.done("dara", given, 1.1 * day)
    asked = teller.ask(
        "yara", "Firewood carried up to the second floor", 20, "I come on Saturday with my brother."
    )
    teller.accept("edda", asked, 19)
    asked = teller.ask(
        "bruno",
        "Cordless drill with two batteries",
        5,
        "I want to put up shelves for Edda. I bring it back on Sunday evening.",
        from_on=today + timedelta(days=2),
        until_on=today + timedelta(days=4),
    )
    teller.write("ana", f"ask:{asked}", "Saturday is fine. Do you need the long bits as well?", 4)
    teller.write("bruno", f"ask:{asked}", "Yes please, the 8 and the 10.", 3.5)
    teller.ask(
        "chidi", "Somebody to drive Edda to the eye clinic", 1, "I can take the car, and I like birds too."
    )
