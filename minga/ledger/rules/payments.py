"""What a member may do with hours by themselves: how much without an exchange, how long an ask waits."""

import hashlib
from datetime import timedelta
from enum import StrEnum

from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.ledger.rules.units import TIME

THANKS_MAX = 300
"""Minutes that can be given as thanks without anything agreed before."""

MANY_MAX = 200
ASK_OPEN = timedelta(days=30)
SAY_WHAT_FOR = N_("Write a few words: what is it for?")
TOO_MUCH_THANKS = N_("At most 5 hours as thanks. What is more belongs to an exchange, or is asked for.")


class AskState(StrEnum):
    """Where a payment ask stands."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


def check_thanks(amount: int, unit: str, words: str) -> None:
    """Thanks are hours, at most five, with words.

    >>> check_thanks(300, "TIME", "For the soup")
    >>> check_thanks(301, "TIME", "For the soup")
    Traceback (most recent call last):
    minga.kit.errors.Invalid: At most 5 hours as thanks. What is more belongs to an exchange, or is asked for.
    """
    if unit != TIME or amount > THANKS_MAX:
        raise Invalid(TOO_MUCH_THANKS, code="too_much_thanks", fields={"amount": TOO_MUCH_THANKS})
    if not words:
        raise Invalid(SAY_WHAT_FOR, code="no_words", fields={"words": SAY_WHAT_FOR})


def part_id(batch_id: Id, person_id: Id) -> Id:
    """The id of one person's entry in a payment to many, so that sending it twice pays once.

    >>> part_id("a", "b") == part_id("a", "b"), part_id("a", "b") == part_id("a", "c"), len(part_id("a", "b"))
    (True, False, 32)
    """
    return hashlib.sha256(f"{batch_id} {person_id}".encode()).hexdigest()[:32]


def monthly_share(savings: int, percent_a_year: int) -> int:
    """A twelfth of the year's share of savings, rounded down in favour of whoever saved; debts give nothing.

    >>> monthly_share(1200, 12), monthly_share(99, 12), monthly_share(-600, 12), monthly_share(1200, 0)
    (12, 0, 0, 0)
    """
    return max(0, savings) * percent_a_year // 1200
