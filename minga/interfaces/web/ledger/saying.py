"""How amounts and limits are said to one reader, and how typed amounts are read."""

from datetime import date
from typing import Any

from starlette.requests import Request

from minga.communities.queries import CommunityPage
from minga.interfaces.http import Form, Unit
from minga.interfaces.web.page import voice_of
from minga.kit.errors import Forbidden, Invalid
from minga.kit.formats import Formats
from minga.kit.i18n import N_
from minga.kit.typed import read_date, read_minutes, read_number
from minga.ledger import queries
from minga.ledger.rules import TIME, EntryKind, known
from minga.ledger.rules.kinds import LimitKind

KIND_WORDS = {
    EntryKind.TRANSFER: N_("Transfer"),
    EntryKind.DUES: N_("Dues"),
    EntryKind.INVOICE: N_("Invoice"),
    EntryKind.PAYMENT: N_("Payment"),
    EntryKind.FEE: N_("Fee"),
    EntryKind.EXPENSE: N_("Expense"),
    EntryKind.PAYOUT: N_("Payout"),
    EntryKind.PLEDGE: N_("Pledge"),
    EntryKind.GRANT: N_("From the community"),
    EntryKind.EXCHANGE: N_("Exchange of units"),
    EntryKind.OPENING: N_("Beginning"),
    EntryKind.CLOSING: N_("Closing"),
    EntryKind.ADJUSTMENT: N_("Correction"),
    EntryKind.REVERSAL: N_("Undone"),
    EntryKind.WRITE_OFF: N_("Written off"),
    EntryKind.SHARE: N_("Share"),
}
LIMIT_WORDS = {
    LimitKind.FLOOR: N_("Lower limit"),
    LimitKind.CEILING: N_("Upper limit"),
    LimitKind.SPENDING: N_("May give"),
    LimitKind.RECEIVING: N_("May receive"),
    LimitKind.FOLLOWING: N_("Follows the community's rules"),
}
BREACH_WORDS = {
    "unbalanced": N_("Entries whose lines do not add up to nothing"),
    "too_few_lines": N_("Entries with less than two lines"),
    "other_book": N_("Lines in accounts of another book"),
    "unit_mismatch": N_("Lines in another unit than their account"),
    "account_closed": N_("Lines on accounts that were not open"),
    "wrong_period": N_("Entries outside of their period"),
    "bad_reversal": N_("Undoing entries that are not the mirror image"),
    "stray_draft": N_("Drafts that were left behind"),
    "limit_broken": N_("Accounts beyond their limits"),
    "number_gap": N_("Numbers with a gap before them"),
    "period_gap": N_("Periods with a gap before them"),
    "period_order": N_("Open periods before closed ones"),
    "balance_differs": N_("Accounts whose balance is not what their lines add up to"),
    "seal_broken": N_("Seals that do not fit"),
    "memo_changed": N_("Entries whose words were changed"),
}
SWITCHED_OFF = N_("{community} has not switched this on. Stewards can, under Rules.")


class Saying:
    """One reader's words for amounts."""

    def __init__(self, request: Request, unit: Unit, language: str | None = None) -> None:
        self.voice = voice_of(request, unit, language)
        zone = unit.me.zone if unit.me else "UTC"
        self.formats = Formats(self.voice.language.tag, zone, self.voice)

    def amount(self, amount: int, unit: str, exponent: int = 0, *, sign: bool = False) -> str:
        """An amount as the reader's language writes it; hours with their minutes."""
        plus = "+" if sign and amount > 0 else ""
        if unit == TIME:
            return plus + self.formats.minutes(amount)
        if known(unit) is not None:
            return plus + self.formats.money(amount, unit)
        whole = queries.amount_text(amount, exponent)
        return f"{plus}{whole} {unit}"

    def limit(self, amount: int | None, unit: str, exponent: int = 0) -> str:
        """A limit, or that there is none."""
        return str(self.voice.gettext(N_("none"))) if amount is None else self.amount(amount, unit, exponent)


def words_of(saying: Saying) -> dict[str, Any]:
    """What the templates of the ledger share."""
    return {
        "amount": saying.amount,
        "limit_of": saying.limit,
        "kind_words": KIND_WORDS,
        "limit_words": LIMIT_WORDS,
    }


def read_amount(form: Form, unit: str, exponent: int = 0, *, name: str = "amount") -> int:
    """What was typed, exactly; hours as "1:30", "1.5 h" or "90 min". What is unclear is refused at its field."""
    typed = form.get(name)
    try:
        found = read_minutes(typed) if unit == TIME else read_number(typed, exponent)
    except Invalid as unclear:
        raise Invalid(unclear.text, fields={name: unclear}, code="bad_number", **unclear.facts) from unclear
    if found <= 0:
        raise Invalid(
            N_("Please write how much."), fields={name: N_("Please write how much.")}, code="bad_number"
        )
    return found


def day_in(request: Request, unit: Unit, name: str) -> date | None:
    """A day of the query; nothing when it is empty."""
    text = request.query_params.get(name, "").strip()
    return read_date(text, unit.now.date(), past=True) if text else None


def counted_here(unit: Unit, here: CommunityPage) -> None:
    """Refuse, in words, where nothing is counted."""
    if queries.time_is_counted(unit.session, unit.actor, here.id, at=unit.now):
        return
    if not queries.own_accounts(unit.session, unit.actor, here.id, at=unit.now):
        raise Forbidden(SWITCHED_OFF, code="switched_off", community=here.name, lifted_by=("steward",))
