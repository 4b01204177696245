"""What exchanges tell the others. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from minga.kit.events import Event
from minga.kit.ids import Id
from minga.sharing.rules.exchanges import CancelCause, ExchangeKind, Side


class TransferHow(StrEnum):
    """By what a thing went to somebody else."""

    LOAN = "loan"
    GIFT = "gift"
    SWAP = "swap"


@dataclass(frozen=True, kw_only=True)
class ExchangeEvent(Event):
    """Common to all that an exchange tells."""

    about: ClassVar[str] = "exchange"
    audience: ClassVar = "person"

    exchange_id: Id
    listing_id: Id
    provider_id: Id
    receiver_id: Id
    kind: ExchangeKind


@dataclass(frozen=True, kw_only=True)
class ExchangeAgreed(ExchangeEvent):
    """Both sides agreed; other asks may have ended with it."""

    ask_id: Id | None
    is_cross: bool


@dataclass(frozen=True, kw_only=True)
class ExchangeBegan(ExchangeEvent):
    """Handed over, or begun."""


@dataclass(frozen=True, kw_only=True)
class SideDone(ExchangeEvent):
    """One side says that its part is done."""

    side: Side


@dataclass(frozen=True, kw_only=True)
class ExchangeSentBack(ExchangeEvent):
    """The receiver of an effort says *not yet*; the words stay on the exchange."""


@dataclass(frozen=True, kw_only=True)
class ExchangeCompleted(ExchangeEvent):
    """It is done; `by_silence` when one side's word counted alone."""

    by_silence: bool
    is_cross: bool


@dataclass(frozen=True, kw_only=True)
class CancelWished(ExchangeEvent):
    """One side would like to call off what has begun; it takes the other's word too."""

    side: Side


@dataclass(frozen=True, kw_only=True)
class ExchangeCancelled(ExchangeEvent):
    """Called off. `short_notice` names the side that did so less than a day before an agreed meeting."""

    version: ClassVar[int] = 2

    had_begun: bool
    cause: CancelCause = CancelCause.SAID
    short_notice: Side | None = None


@dataclass(frozen=True, kw_only=True)
class NoHarmSaid(ExchangeEvent):
    """The other side says that calling off late did no harm; it counts for nothing."""

    side: Side


@dataclass(frozen=True, kw_only=True)
class SwapStopped(ExchangeEvent):
    """Both were ready, but one of the two things cannot move now; nothing has moved."""


@dataclass(frozen=True, kw_only=True)
class AmountEvent(ExchangeEvent):
    """Common to what is given in return."""

    amount_id: Id
    unit: str
    amount: int
    payer_id: Id
    payee_id: Id


@dataclass(frozen=True, kw_only=True)
class AmountProposed(AmountEvent):
    """One side proposes another amount; the other says yes or leaves it."""


@dataclass(frozen=True, kw_only=True)
class AmountChanged(AmountEvent):
    """Both agreed on another amount, before anything was settled."""


@dataclass(frozen=True, kw_only=True)
class CreditPosted(AmountEvent):
    """The payer has said that it is done, and the amount stands in the books, once."""

    entry_id: Id


@dataclass(frozen=True, kw_only=True)
class CreditReturned(AmountEvent):
    """What stood in the books is undone by its mirror image, once."""

    entry_id: Id


@dataclass(frozen=True, kw_only=True)
class ListingTransferred(Event):
    """A thing went from one person to another, for a while or for good."""

    about: ClassVar[str] = "listing"
    audience: ClassVar = "person"

    listing_id: Id
    from_id: Id
    to_id: Id
    how: TransferHow
    exchange_id: Id
