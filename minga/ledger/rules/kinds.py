"""The words of bookkeeping that are kept in columns, and the limits of their values."""

from datetime import timedelta
from enum import StrEnum

AMOUNT_MAX = 9_007_199_254_740_991
"""The largest amount of a line: every reader of JSON keeps it exactly (2^53 - 1)."""

MEMO_MAX = 500
CODE_MAX = 40
NAME_MAX = 120
REASON_MAX = 500
LINES_MAX = 10_000
HOLD_MAX = timedelta(days=400)
YEARS_BACK = 50
DAYS_AHEAD = 366


class UnitKind(StrEnum):
    """What is counted."""

    MONEY = "money"
    TIME = "time"
    POINTS = "points"
    SHARE = "share"
    GOODS = "goods"


class AccountType(StrEnum):
    """Assets, liabilities, equity, income, expenses; the sign makes a balance positive where it is natural.

    >>> AccountType.ASSET.sign, AccountType.LIABILITY.sign, AccountType.EXPENSE.sign
    (1, -1, 1)
    """

    ASSET = "A"
    LIABILITY = "L"
    EQUITY = "E"
    INCOME = "I"
    EXPENSE = "X"

    @property
    def sign(self) -> int:
        return 1 if self in (AccountType.ASSET, AccountType.EXPENSE) else -1


class EntryKind(StrEnum):
    """Why value moved."""

    TRANSFER = "transfer"
    DUES = "dues"
    INVOICE = "invoice"
    PAYMENT = "payment"
    FEE = "fee"
    EXPENSE = "expense"
    PAYOUT = "payout"
    PLEDGE = "pledge"
    GRANT = "grant"
    EXCHANGE = "exchange"
    OPENING = "opening"
    CLOSING = "closing"
    ADJUSTMENT = "adjustment"
    REVERSAL = "reversal"
    WRITE_OFF = "write_off"
    SHARE = "share"


class EntryState(StrEnum):
    """A draft lives only inside the transaction that makes it; a held entry reserves instead of moving."""

    DRAFT = "draft"
    HELD = "held"
    POSTED = "posted"
    VOID = "void"


class Purpose(StrEnum):
    """What an account is for."""

    MEMBER = "member"
    COMMONS = "commons"
    GENERAL = "general"


class OwnerKind(StrEnum):
    """Whose account it is."""

    PERSON = "person"
    COMMUNITY = "community"


class LimitKind(StrEnum):
    """What was changed about an account."""

    FLOOR = "floor"
    CEILING = "ceiling"
    SPENDING = "spending"
    RECEIVING = "receiving"
    FOLLOWING = "following"
