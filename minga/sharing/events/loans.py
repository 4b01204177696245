"""What lending tells the others. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from minga.kit.events import Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class LoanEvent(Event):
    """Common to all that a loan tells."""

    about: ClassVar[str] = "loan"
    audience: ClassVar = "person"

    loan_id: Id
    exchange_id: Id
    listing_id: Id
    lender_id: Id
    borrower_id: Id


@dataclass(frozen=True, kw_only=True)
class LoanBegan(LoanEvent):
    """It is out."""

    copy_no: int
    lent_on: date
    due_on: date


@dataclass(frozen=True, kw_only=True)
class RenewalAsked(LoanEvent):
    """The borrower would like to keep it longer, and the owner has to say."""

    from_due_on: date
    to_due_on: date


@dataclass(frozen=True, kw_only=True)
class RenewalDeclined(LoanEvent):
    """It cannot stay longer."""

    due_on: date


@dataclass(frozen=True, kw_only=True)
class LoanRenewed(LoanEvent):
    """It may stay longer; `from_due_on` is the day it was due before."""

    from_due_on: date
    to_due_on: date


@dataclass(frozen=True, kw_only=True)
class LoanBroughtBack(LoanEvent):
    """The borrower's word that it is back."""


@dataclass(frozen=True, kw_only=True)
class LoanNotBack(LoanEvent):
    """The owner's word that it is not there yet."""


@dataclass(frozen=True, kw_only=True)
class DepositKeepAsked(LoanEvent):
    """It is back, and the lender would like to keep so much of the deposit; the borrower has to say."""

    wished_minor: int
    unit: str


@dataclass(frozen=True, kw_only=True)
class DepositAnswered(LoanEvent):
    """So much of the deposit is kept; nothing when the lender let it go, or the borrower said no."""

    kept_minor: int
    unit: str


@dataclass(frozen=True, kw_only=True)
class LoanCompleted(LoanEvent):
    """It is back or lost; said once per loan."""

    days_out: int
    days_late: int
    condition_out: int | None
    condition_back: int | None
    lost: bool
