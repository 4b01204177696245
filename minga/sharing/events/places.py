"""What named places tell the others."""

from dataclasses import dataclass
from typing import ClassVar

from minga.kit.events import Audience, Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class _PlaceEvent(Event):
    about: ClassVar[str] = "place"
    audience: ClassVar[Audience] = "members"

    place_id: Id


@dataclass(frozen=True, kw_only=True)
class PlaceNamed(_PlaceEvent):
    """A place has a name now."""


@dataclass(frozen=True, kw_only=True)
class PlaceChanged(_PlaceEvent):
    """It has another name, or is somewhere else."""


@dataclass(frozen=True, kw_only=True)
class PlaceRetired(_PlaceEvent):
    """Nothing new is put there."""
