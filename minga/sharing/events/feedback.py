"""What is told about how exchanges went. Words stay where they are, only marks travel. Facts may be added, never renamed."""

from dataclasses import dataclass
from typing import ClassVar

from minga.kit.events import Event
from minga.kit.ids import Id
from minga.sharing.rules.exchanges import ExchangeKind, LegWhat, Side
from minga.sharing.rules.feedback import Mark


@dataclass(frozen=True, kw_only=True)
class FeedbackEvent(Event):
    """Common to all that is told about one side's feedback; `subject_id` is whom it is about."""

    about: ClassVar[str] = "exchange"
    audience: ClassVar = "person"

    feedback_id: Id
    exchange_id: Id
    listing_id: Id
    by_id: Id
    subject_id: Id


@dataclass(frozen=True, kw_only=True)
class FeedbackGiven(FeedbackEvent):
    """One side has said how it went; nobody else reads it yet."""


@dataclass(frozen=True, kw_only=True)
class FeedbackReleased(FeedbackEvent):
    """Whom it is about may read it now. `side` is the side that the subject was on; `what` is what moved."""

    side: Side
    kind: ExchangeKind
    what: LegWhat
    as_agreed: Mark | None
    care: Mark | None
    talking: Mark | None


@dataclass(frozen=True, kw_only=True)
class FeedbackTakenBack(FeedbackEvent):
    """It is unsaid; whatever was concluded from it is too."""


@dataclass(frozen=True, kw_only=True)
class ThanksGiven(FeedbackEvent):
    """A public thank you, which whom it is for may let stand on both profiles."""
