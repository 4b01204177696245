"""What the closing of a community tells. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from minga.kit.events import Audience, Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class ClosingAnnounced(Event):
    """Two stewards said that the community closes on a day, unless enough members object before."""

    about: ClassVar[str] = "closing"
    audience: ClassVar[Audience] = "members"
    closing_id: Id
    closes_at: datetime


@dataclass(frozen=True, kw_only=True)
class ClosingObjected(Event):
    """A full member objected; who it was is told to nobody but them."""

    about: ClassVar[str] = "closing"
    closing_id: Id


@dataclass(frozen=True, kw_only=True)
class ClosingStopped(Event):
    """`why`: a steward, or objections."""

    about: ClassVar[str] = "closing"
    audience: ClassVar[Audience] = "members"
    closing_id: Id
    why: str
