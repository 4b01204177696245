"""Asks that are collected until a time: who is asked, who draws, and the line that stands for an ask in the record. Pure."""

from datetime import datetime

from minga.kit import lots
from minga.kit.errors import Conflict, Forbidden
from minga.kit.i18n import N_
from minga.sharing.rules.words import Answers

TIME_IS_OVER = N_("The time for asking is over.")
STILL_COLLECTING = N_("Asks are collected until {when}. Answer after that.")
LOT_DECIDES = N_("A lot decides this on {when}; nobody answers before.")
PLACE = "place"


def check_ask(answers: Answers, until: datetime | None, now: datetime) -> None:
    """Raise when asks were collected and the time for it is over."""
    if answers in (Answers.COLLECT, Answers.LOT) and until is not None and now >= until:
        raise Conflict(TIME_IS_OVER, code="not_open")


def check_answer(answers: Answers, until: datetime | None, drawn: bool, now: datetime) -> None:
    """Raise while asks are still collected, and before the lot has decided."""
    if until is None:
        return
    if answers is Answers.COLLECT and now < until:
        raise Conflict(STILL_COLLECTING, code="still_collecting", when=until)
    if answers is Answers.LOT and not drawn:
        raise Forbidden(LOT_DECIDES, code="lot_decides", when=until)


def ticket_of(secret: bytes, ask_id: str) -> str:
    """The ticket of an ask: when the secret is told, whoever asked finds their own line, and nobody else's.

    >>> len(ticket_of(bytes(32), "0192f0c1d2e37abc8def0123456789ab"))
    32
    """
    return lots.digest("minga-ask-ticket/1", secret, ask_id).hex()[:32]
