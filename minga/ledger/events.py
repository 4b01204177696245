"""What the ledger tells the others. Public contract: facts may be added, never renamed. Words never travel."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from minga.kit.events import Event
from minga.kit.ids import Id
from minga.ledger.rules.kinds import EntryKind, LimitKind


@dataclass(frozen=True, kw_only=True)
class BookOpened(Event):
    """A community began to keep accounts."""

    about: ClassVar[str] = "book"

    book_id: Id


@dataclass(frozen=True, kw_only=True)
class PeriodClosed(Event):
    """The books of a span of days are closed, for good."""

    about: ClassVar[str] = "period"

    period_id: Id
    book_id: Id
    from_on: date
    to_on: date


@dataclass(frozen=True, kw_only=True)
class AccountOpened(Event):
    """Somebody, or the community, has an account in a unit."""

    about: ClassVar[str] = "account"
    audience: ClassVar = "person"

    account_id: Id
    book_id: Id
    unit: str


@dataclass(frozen=True, kw_only=True)
class AccountClosed(Event):
    """An empty account was closed."""

    about: ClassVar[str] = "account"
    audience: ClassVar = "person"

    account_id: Id
    book_id: Id


@dataclass(frozen=True, kw_only=True)
class LimitChanged(Event):
    """A limit of an account, or whether it may spend or receive, is another one now."""

    about: ClassVar[str] = "account"
    audience: ClassVar = "person"
    sensitive: ClassVar[bool] = True

    account_id: Id
    what: LimitKind
    before: int | None
    after: int | None


@dataclass(frozen=True, kw_only=True)
class EntryEvent(Event):
    """Common to all that an entry tells: of a transfer who paid whom, and the sum of its debits."""

    about: ClassVar[str] = "entry"
    audience: ClassVar = "person"

    entry_id: Id
    book_id: Id
    kind: EntryKind
    unit: str
    amount: int
    payer_id: Id | None = None
    payee_id: Id | None = None


@dataclass(frozen=True, kw_only=True)
class EntryPosted(EntryEvent):
    """Value moved."""


@dataclass(frozen=True, kw_only=True)
class EntryHeld(EntryEvent):
    """Value is set aside."""


@dataclass(frozen=True, kw_only=True)
class HoldSettled(EntryEvent):
    """What was set aside moved; `posted_id` is the entry that did, another one when less was settled than held."""

    posted_id: Id


@dataclass(frozen=True, kw_only=True)
class HoldVoided(EntryEvent):
    """What was set aside is free again."""

    expired: bool


@dataclass(frozen=True, kw_only=True)
class EntryReversed(EntryEvent):
    """An entry was undone by its mirror image."""

    reverses: Id


@dataclass(frozen=True, kw_only=True)
class PaymentAskEvent(Event):
    """Common to all that a payment ask tells."""

    about: ClassVar[str] = "payment_ask"
    audience: ClassVar = "person"

    payment_ask_id: Id
    asker_id: Id
    payer_id: Id


@dataclass(frozen=True, kw_only=True)
class PaymentAsked(PaymentAskEvent):
    """Somebody asks somebody for hours, or another unit."""

    unit: str
    amount: int


@dataclass(frozen=True, kw_only=True)
class PaymentAskAnswered(PaymentAskEvent):
    """It was paid, or refused."""

    accepted: bool


@dataclass(frozen=True, kw_only=True)
class PaymentAskEnded(PaymentAskEvent):
    """It was taken back, or its thirty days are over."""

    lapsed: bool
