"""What disputes tell the others: ids and words of ours, never what somebody wrote. Facts may be added, never renamed."""

from dataclasses import dataclass
from datetime import datetime

from minga.kit.ids import Id
from minga.sharing.events.exchanges import ExchangeEvent
from minga.sharing.rules.disputes import About, ClosedHow, DisputeState, Effect


@dataclass(frozen=True, kw_only=True)
class DisputeEvent(ExchangeEvent):
    """Common to all that a dispute tells."""

    dispute_id: Id


@dataclass(frozen=True, kw_only=True)
class DisputeOpened(DisputeEvent):
    """One side says that something went wrong; the exchange is frozen from now on."""

    topic: About
    opened_by_id: Id
    next_at: datetime


@dataclass(frozen=True, kw_only=True)
class DisputeMoved(DisputeEvent):
    """It stands elsewhere now; `next_at` is when the next step comes by itself."""

    to_state: DisputeState
    next_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class DisputeEndProposed(DisputeEvent):
    """One side proposes an end."""

    end_id: Id
    by_id: Id


@dataclass(frozen=True, kw_only=True)
class MediatorProposed(DisputeEvent):
    """One side would like somebody to mediate."""

    mediator_id: Id
    by_id: Id


@dataclass(frozen=True, kw_only=True)
class MediatorAnswered(DisputeEvent):
    """The other side, or who was asked, says yes or no."""

    mediator_id: Id
    by_id: Id
    yes: bool
    complete: bool


@dataclass(frozen=True, kw_only=True)
class DisputeClosed(DisputeEvent):
    """It is settled, and what that brings was carried out. With `strike`, nothing of the exchange counts."""

    how: ClosedHow
    effects: tuple[Effect, ...]
    amount: int
