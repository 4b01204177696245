"""Exchanges: what moves, who says what in which order, and the status that follows from the dates. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from minga.kit.errors import Conflict, Forbidden, Refused
from minga.kit.i18n import N_

SILENCE = timedelta(days=14)
CLAIM_SILENT = timedelta(hours=24)
"""How long who claims an urgent need may stay silent before it is opened again."""
SENT_BACK_OFFERS_HELP = 2
"""How often in a row work may come back before somebody to mediate is offered."""
WHY_MAX = 500
WORDS_MAX = 1_000
ONE = 1_000
"""One whole thing or one person's effort, in thousandths."""


class ExchangeKind(StrEnum):
    """The shapes of an exchange that can be agreed: it comes back, it does not, or something is given in return."""

    LOAN = "loan"
    GIFT = "gift"
    SWAP = "swap"
    PAYMENT = "payment"
    TIME_CREDIT = "time_credit"


class LegWhat(StrEnum):
    """What a leg moves."""

    THING = "thing"
    EFFORT = "effort"


class Side(StrEnum):
    """The two sides of an exchange: who gives or does, and who receives."""

    PROVIDER = "provider"
    RECEIVER = "receiver"

    @property
    def other(self) -> "Side":
        return Side.RECEIVER if self is Side.PROVIDER else Side.PROVIDER


class ExchangeStatus(StrEnum):
    """What the dates add up to."""

    PENDING = "pending"
    ACTIVE = "active"
    COMPLETED = "completed"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    DISPUTED = "disputed"

    @property
    def over(self) -> bool:
        return self in (ExchangeStatus.COMPLETED, ExchangeStatus.RETURNED, ExchangeStatus.CANCELLED)


class CancelCause(StrEnum):
    """Why an exchange was called off: somebody said so, whoever promised stayed silent, or a dispute was decided."""

    SAID = "said"
    SILENT = "silent"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class ExchangeDates:
    """The dated facts of an exchange, and what kind of movement it is."""

    kind: ExchangeKind
    what: LegWhat
    started_at: datetime | None = None
    provider_done_at: datetime | None = None
    receiver_done_at: datetime | None = None
    completed_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancel_wished_by: Side | None = None
    lost: bool = False
    frozen_at: datetime | None = None

    @property
    def status(self) -> ExchangeStatus:
        """Exactly one status from the dates.

        >>> ExchangeDates(ExchangeKind.GIFT, LegWhat.THING).status.value
        'pending'
        """
        return ExchangeStatus.DISPUTED if self.frozen_at is not None else self.apart

    @property
    def apart(self) -> ExchangeStatus:
        """The status without what is being talked over: where it goes on when that is settled."""
        if self.cancelled_at is not None:
            return ExchangeStatus.CANCELLED
        if self.completed_at is not None:
            back = self.kind is ExchangeKind.LOAN and not self.lost
            return ExchangeStatus.RETURNED if back else ExchangeStatus.COMPLETED
        return ExchangeStatus.PENDING if self.started_at is None else ExchangeStatus.ACTIVE

    @property
    def running(self) -> bool:
        return self.status in (ExchangeStatus.PENDING, ExchangeStatus.ACTIVE)

    def done_at(self, side: Side) -> datetime | None:
        return self.provider_done_at if side is Side.PROVIDER else self.receiver_done_at


def owner_gives(offer: bool, job: bool) -> bool:
    """Whether whoever posted it gives or does; work that is offered as a job is done by who asks for it.

    >>> [owner_gives(offer, job) for offer, job in ((True, False), (False, False), (True, True), (False, True))]
    [True, False, False, True]
    """
    return offer is not job


OVER = {
    ExchangeStatus.COMPLETED: N_("This is already done."),
    ExchangeStatus.RETURNED: N_("This is already back."),
    ExchangeStatus.CANCELLED: N_("This was called off."),
}


FROZEN = N_("This exchange is being talked over. Nothing happens by itself until that is done.")


def not_frozen(status: ExchangeStatus) -> None:
    """Raise while it is being talked over.

    >>> not_frozen(ExchangeStatus.DISPUTED)
    Traceback (most recent call last):
    minga.kit.errors.Conflict: This exchange is being talked over. Nothing happens by itself until that is done.
    """
    if status is ExchangeStatus.DISPUTED:
        raise Conflict(FROZEN, code="frozen")


def still_running(status: ExchangeStatus) -> None:
    """Raise when nothing more can happen.

    >>> still_running(ExchangeStatus.CANCELLED)
    Traceback (most recent call last):
    minga.kit.errors.Conflict: This was called off.
    """
    not_frozen(status)
    if status.over:
        raise Conflict(OVER[status], code="exchange_over")


def check_begin(dates: ExchangeDates, side: Side | None) -> None:
    """Raise unless this side may say that it begins now: the thing is handed over, or the work begun."""
    still_running(dates.status)
    if side is not Side.PROVIDER:
        raise Forbidden(N_("Only who gives it can say that it has begun."), code="not_your_side")


def check_done(dates: ExchangeDates, side: Side | None) -> None:
    """Raise unless this side may say *done* now. Who accepts an effort waits until it is said to be done."""
    still_running(dates.status)
    if side is None:
        raise Forbidden(N_("Only the two of you can say that it is done."), code="not_your_side")
    if dates.kind is ExchangeKind.LOAN:
        raise Refused(N_("A loan is done when the thing is taken back."), code="not_like_this")
    in_order = dates.what is LegWhat.EFFORT and dates.kind is not ExchangeKind.SWAP
    if in_order and side is Side.RECEIVER and dates.provider_done_at is None:
        raise Forbidden(
            N_("Who does it says first that it is done. Then you can accept it."), code="not_your_side"
        )


def check_not_yet(dates: ExchangeDates, side: Side | None) -> None:
    """Raise unless the receiver of an effort may send it back now."""
    still_running(dates.status)
    if dates.what is not LegWhat.EFFORT or side is not Side.RECEIVER or dates.kind is ExchangeKind.SWAP:
        raise Forbidden(N_("Only who receives the work can say “not yet”."), code="not_your_side")
    if dates.provider_done_at is None:
        raise Conflict(N_("Nobody has said that it is done."), code="not_done_yet")


def completes(dates: ExchangeDates) -> bool:
    """Whether both sides have said done."""
    return dates.provider_done_at is not None and dates.receiver_done_at is not None


NEVER_BY_SILENCE = frozenset({ExchangeKind.LOAN, ExchangeKind.SWAP})


def confirmed_by_silence_at(dates: ExchangeDates) -> datetime | None:
    """When one side's *done* counts alone; None while nobody or both have said it, or nothing can follow."""
    said = [at for at in (dates.provider_done_at, dates.receiver_done_at) if at is not None]
    if len(said) != 1 or not dates.running or dates.kind in NEVER_BY_SILENCE:
        return None
    return said[0] + SILENCE


def check_cancel(dates: ExchangeDates, side: Side | None) -> None:
    """Raise unless this side may call it off, alone before it begins, or with the other's word after."""
    still_running(dates.status)
    if side is None:
        raise Forbidden(N_("Only the two of you can call this off."), code="not_your_side")
    if dates.kind is ExchangeKind.LOAN and dates.started_at is not None:
        raise Conflict(N_("It is out. Bring it back, or say that it is lost."), code="it_is_out")


def cancels_now(dates: ExchangeDates, side: Side) -> bool:
    """Whether this side's word ends it: before it began, or when the other has wished it too."""
    return dates.started_at is None or dates.cancel_wished_by is side.other
