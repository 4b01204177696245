"""What meeting to hand over tells the others. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from datetime import datetime

from minga.kit.ids import Id
from minga.sharing.events.exchanges import ExchangeEvent
from minga.sharing.rules.exchanges import Side
from minga.sharing.rules.handovers import Reply, Way


@dataclass(frozen=True, kw_only=True)
class HandoverEvent(ExchangeEvent):
    """Common to all that a meeting tells."""

    handover_id: Id
    way: Way
    meets_at: datetime


@dataclass(frozen=True, kw_only=True)
class HandoverProposed(HandoverEvent):
    """One side proposes when and where; the place stays on the exchange."""


@dataclass(frozen=True, kw_only=True)
class HandoverAgreed(HandoverEvent):
    """The other side comes."""


@dataclass(frozen=True, kw_only=True)
class HandoverEnded(HandoverEvent):
    """It was taken back before it took place."""


@dataclass(frozen=True, kw_only=True)
class NoShowEvent(ExchangeEvent):
    """Common to what is said about somebody who did not come; `absent` is the side it is about."""

    no_show_id: Id
    absent: Side


@dataclass(frozen=True, kw_only=True)
class NoShowSaid(NoShowEvent):
    """Somebody waited. It counts for nothing before `NoShowStood`."""

    answer_until: datetime


@dataclass(frozen=True, kw_only=True)
class NoShowAnswered(NoShowEvent):
    """Whom it is about says sorry, or that it was not so."""

    reply: Reply


@dataclass(frozen=True, kw_only=True)
class NoShowStood(NoShowEvent):
    """Seven days have passed and nobody objected: from now on it counts."""
