"""What queues tell the others. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from minga.kit.events import Event
from minga.kit.ids import Id
from minga.sharing.rules.queues import HoldEnd


@dataclass(frozen=True, kw_only=True)
class HoldEvent(Event):
    """Common to all that a place in a queue tells."""

    about: ClassVar[str] = "hold"
    audience: ClassVar = "person"

    hold_id: Id
    listing_id: Id
    holder_id: Id


@dataclass(frozen=True, kw_only=True)
class HoldPlaced(HoldEvent):
    """Somebody waits for it."""

    wished_days: int


@dataclass(frozen=True, kw_only=True)
class HoldReady(HoldEvent):
    """It waits for them until a moment."""

    ready_until: datetime


@dataclass(frozen=True, kw_only=True)
class HoldPassed(HoldEvent):
    """The next goes first: by their own word, or because they did not come in time."""

    missed: bool


@dataclass(frozen=True, kw_only=True)
class HoldEnded(HoldEvent):
    """Their place in the queue is over."""

    end: HoldEnd
