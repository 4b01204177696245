"""What asking tells the others. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from minga.kit.events import Event
from minga.kit.ids import Id
from minga.sharing.rules.asks import Answer
from minga.sharing.rules.exchanges import ExchangeKind


@dataclass(frozen=True, kw_only=True)
class AskEvent(Event):
    """Common to all that an ask tells."""

    about: ClassVar[str] = "ask"
    audience: ClassVar = "person"

    ask_id: Id
    listing_id: Id
    asker_id: Id
    owner_id: Id


@dataclass(frozen=True, kw_only=True)
class AskSent(AskEvent):
    """Somebody would like it, or can do it."""

    term: ExchangeKind
    quantity_milli: int
    lapses_at: datetime


@dataclass(frozen=True, kw_only=True)
class AskProposed(AskEvent):
    """The owner proposes another day or another quantity."""

    lapses_at: datetime


@dataclass(frozen=True, kw_only=True)
class AskAnswered(AskEvent):
    """Agreed to, declined, given to somebody else, or closed with its listing."""

    answer: Answer


@dataclass(frozen=True, kw_only=True)
class AskWithdrawn(AskEvent):
    """The asker does not want it any more."""


@dataclass(frozen=True, kw_only=True)
class AskLapsed(AskEvent):
    """Nobody answered in time."""


@dataclass(frozen=True, kw_only=True)
class AskPassedOn(AskEvent):
    """Whom it was sent to passed it on to another listing, where it stands as a new ask."""

    to_listing_id: Id
    to_ask_id: Id


@dataclass(frozen=True, kw_only=True)
class LotDrawn(Event):
    """A lot decided about the asks of a listing; the record stands beside it for everybody who sees it."""

    about: ClassVar[str] = "listing"
    audience: ClassVar = "members"

    listing_id: Id
    draw_id: Id
    asks: int
    agreed: int
