"""What is under way in the example village: asked, agreed, lent, late, given, helped, and a few words in between."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from minga.communication import commands as communication
from minga.identity import Actor
from minga.kit.db import Database, Session
from minga.kit.ids import Id, new_id
from minga.sharing import commands as sharing
from minga.sharing.commands import Wish
from minga.sharing.rules.exchanges import ExchangeKind


@dataclass
class Teller:
    """Says who does what when, each act in a unit of its own."""

    database: Database
    now: datetime
    people: dict[str, Id]
    listings: dict[str, Id]

    def do(self, name: str, hours_ago: float, act: Callable[[Session, Actor, datetime], Id]) -> Id:
        at = self.now - timedelta(hours=hours_ago)
        with self.database.write() as session:
            return act(session, Actor(self.people[name], confirmed_at=at), at)

    def ask(self, name: str, title: str, hours_ago: float, words: str, **wish: object) -> Id:
        sent = Wish(words=words, **wish)  # type: ignore[arg-type]
        listing = self.listings[title]
        return self.do(
            name, hours_ago, lambda s, who, at: sharing.ask(s, who, listing, sent, form_id=new_id(), at=at).id
        )

    def accept(self, name: str, ask_id: Id, hours_ago: float) -> Id:
        return self.do(name, hours_ago, lambda s, who, at: sharing.accept(s, who, ask_id, at=at).id)

    def lend(self, name: str, exchange_id: Id, hours_ago: float) -> Id:
        def hand_over(session: Session, who: Actor, at: datetime) -> Id:
            sharing.lend(session, who, exchange_id, condition=4, at=at)
            return exchange_id

        return self.do(name, hours_ago, hand_over)

    def write(self, name: str, thread: str, words: str, hours_ago: float) -> Id:
        return self.do(
            name,
            hours_ago,
            lambda s, who, at: communication.post(s, who, thread, words, form_id=new_id(), at=at).id,
        )

    def done(self, name: str, exchange_id: Id, hours_ago: float) -> Id:
        return self.do(name, hours_ago, lambda s, who, at: sharing.done(s, who, exchange_id, at=at).id)


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
