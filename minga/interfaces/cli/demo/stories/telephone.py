"""Those who answer the phone: two needs taken in, a round of questions, notes of calls, and one written by a stranger."""

from datetime import timedelta

from minga.identity import Actor
from minga.interfaces.cli.demo.stories.teller import Teller
from minga.kit.refs import needs
from minga.sharing import commands as sharing
from minga.sharing.commands import TakenIn
from minga.sharing.commands.arranging import Answered
from minga.sharing.rules.contact_shares import ShareField
from minga.sharing.rules.dispatch import ContactKind, RoundAnswer
from minga.sharing.rules.intake import Written
from minga.sharing.rules.kinds import Urgency

DAY = 24.0
TOKEN = "b" * 43


def tell(teller: Teller) -> None:
    """The story, oldest first."""
    teller.rule("ana", "chidi", "valley", "intake.public", True, 30 * DAY)
    _groceries(teller)
    _stairs(teller)
    at = teller.now - timedelta(hours=5)
    said = Written(
        what="Medicine from the pharmacy, it is paid",
        caller="Old Mr. Weil",
        reach="The blue door beside the bakery",
        place="Bakery lane",
        consent=True,
    )
    with teller.database.write() as session:
        sharing.write_need(session, Actor.nobody(), "valley", said, token=TOKEN, at=at)


def _groceries(teller: Teller) -> None:
    """Every week: three were asked, one said not now, one says yes."""
    given = TakenIn(
        caller="Mrs. Sand",
        what="Groceries, every week",
        reach="600 11 22 33",
        place="Mill road 4",
        consent=True,
        needed_by_at=teller.now + timedelta(days=3),
    )
    case = teller.act("ana", 3 * DAY, sharing.take_call, teller.valley, given).id
    teller.act("ana", 2.9 * DAY, sharing.log_contact, case, ContactKind.CALL, "She likes to be rung at nine.")
    asked = tuple(teller.people[name] for name in ("bruno", "lena", "omar"))
    teller.act("ana", 2.8 * DAY, sharing.ask_people, case, asked)
    _answer(teller, "omar", 2.5 * DAY, RoundAnswer.NOT_NOW)
    agreed = _answer(teller, "lena", 2 * DAY, RoundAnswer.YES).exchange
    assert agreed is not None  # the first yes is enough
    teller.act("ana", 1.5 * DAY, sharing.repeat, case, "FREQ=WEEKLY")
    teller.act("ana", 1.4 * DAY, sharing.share_contact, agreed.id, ShareField.CALLER)


def _stairs(teller: Teller) -> None:
    """Urgent: a question waits with two people."""
    given = TakenIn(
        caller="Frau Holm",
        what="Somebody to mend a step before she falls",
        reach="600 44 55 66",
        place="Church stairs",
        urgency=Urgency.URGENT,
        consent=True,
    )
    case = teller.act("ana", 8, sharing.take_call, teller.valley, given).id
    teller.act("ana", 7, sharing.log_contact, case, ContactKind.CALL, "Rang twice, nobody there.")
    teller.act("ana", 6, sharing.ask_people, case, tuple(teller.people[name] for name in ("bruno", "tomas")))


def _answer(teller: Teller, name: str, hours_ago: float, answer: RoundAnswer) -> Answered:
    """What somebody says to the question that waits for them."""
    waiting = teller.act(name, hours_ago, needs.of)
    question = next(line.ref.id for line in waiting if line.kind == "question")
    answered: Answered = teller.act(name, hours_ago, sharing.answer_question, question, answer)
    return answered
