"""What listings that come again tell the others."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from minga.kit.events import Audience, Event
from minga.kit.ids import Id


class RepeatStep(StrEnum):
    BEGAN = "began"
    SKIPPED = "skipped"
    PAUSED = "paused"
    RESUMED = "resumed"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class RepeatChanged(Event):
    """Its owner let a listing come again, leave one out, rest, go on, or come no more; `paused` also by the clock."""

    about: ClassVar[str] = "listing"
    audience: ClassVar[Audience] = "person"

    listing_id: Id
    owner_id: Id
    step: RepeatStep
