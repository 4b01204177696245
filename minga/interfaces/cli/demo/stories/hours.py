"""Hours between neighbours: thanks, a haircut set aside and paid, an hour asked for, and a limit that was changed."""

from datetime import timedelta

from minga.interfaces.cli.demo.stories.teller import Teller
from minga.kit.ids import Id, new_id
from minga.ledger import commands as ledger
from minga.sharing import commands as sharing
from minga.sharing.rules.exchanges import ExchangeKind

DAY = 24.0
HAIR = "I cut hair at your kitchen table"
THANKS = (
    ("edda", "bruno", 60, "For the wood and for the talk.", 20 * DAY),
    ("ana", "mira", 90, "You stayed until the last chair was put away.", 12 * DAY),
    ("pablo", "noor", 45, "Gracias por la carta al ayuntamiento.", 6 * DAY),
    ("bruno", "edda", 30, "The jam!", 3 * DAY),
)


def tell(teller: Teller) -> None:
    """The story, oldest first."""
    for giver, taker, minutes, words, ago in THANKS:
        teller.act(
            giver,
            ago,
            ledger.give,
            teller.valley,
            teller.people[taker],
            minutes,
            entry_id=new_id(),
            words=words,
            thanks=True,
        )
    first = _haircut(teller, "bruno", 9 * DAY)
    teller.done("yara", first, 8 * DAY)
    teller.done("bruno", first, 8 * DAY - 1)
    _haircut(teller, "edda", 2 * DAY)
    off = _haircut(teller, "ruth", 5 * DAY)
    teller.act("ruth", 4.5 * DAY, sharing.cancel, off, why="I have a cold.")
    _owed(teller)
    _limit(teller)


def _haircut(teller: Teller, name: str, hours_ago: float) -> Id:
    asked = teller.ask(name, HAIR, hours_ago, "Only the tips, please.", term=ExchangeKind.TIME_CREDIT)
    return teller.accept("yara", asked, hours_ago - 1)


def _owed(teller: Teller) -> None:
    """Lena carried chairs for Omar and asks for the hour; an older one was answered."""
    for ago, payer, words in ((7 * DAY, "ana", "Two letters typed."), (1 * DAY, "omar", "Chairs carried.")):
        asked = teller.act(
            "lena",
            ago,
            ledger.ask_payment,
            teller.valley,
            teller.people[payer],
            60,
            ask_id=new_id(),
            words=words,
        )
        if payer == "ana":
            teller.act("ana", ago - 2, ledger.answer_payment_ask, asked.id, accepted=True)


def _limit(teller: Teller) -> None:
    """Edda may take more help than others for a while."""
    ago = 4 * DAY
    book = teller.act("ana", ago, ledger.commons, teller.valley)
    account = teller.act("ana", ago, ledger.member_account, book, teller.people["edda"], "TIME")
    limits = ledger.Limits(floor=-1200, ceiling=1800)
    until = (teller.now + timedelta(days=90)).date()
    teller.act("ana", ago, ledger.set_limit, account.id, limits, reason=f"Her hip. We look again on {until}.")
