"""What lessons tell the others. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from minga.kit.events import Event
from minga.kit.ids import Id
from minga.sharing.rules.lessons import PlaceEnd


@dataclass(frozen=True, kw_only=True)
class LessonEvent(Event):
    """Common to all that a lesson tells."""

    about: ClassVar[str] = "lesson"
    audience: ClassVar = "person"

    lesson_id: Id
    listing_id: Id


@dataclass(frozen=True, kw_only=True)
class LessonAdded(LessonEvent):
    """A day and an hour to learn."""

    begins_at: datetime
    places: int


@dataclass(frozen=True, kw_only=True)
class LessonChanged(LessonEvent):
    """Another time, place or number of places; `moved` when those who come have to know."""

    begins_at: datetime
    moved: bool


@dataclass(frozen=True, kw_only=True)
class LessonCancelled(LessonEvent):
    """It does not take place."""


@dataclass(frozen=True, kw_only=True)
class LessonPlaceEvent(LessonEvent):
    """Common to all that a place in a lesson tells."""

    about: ClassVar[str] = "lesson_place"

    lesson_place_id: Id
    holder_id: Id


@dataclass(frozen=True, kw_only=True)
class LessonPlaceAsked(LessonPlaceEvent):
    """Somebody would like to come; `waits` when it was full."""

    waits: bool


@dataclass(frozen=True, kw_only=True)
class LessonPlaceGiven(LessonPlaceEvent):
    """Somebody has a place; `moved_up` when they had waited for it."""

    begins_at: datetime
    moved_up: bool


@dataclass(frozen=True, kw_only=True)
class LessonPlaceEnded(LessonPlaceEvent):
    """Their place, or their waiting for one, is over."""

    end: PlaceEnd


@dataclass(frozen=True, kw_only=True)
class AttendanceNoted(LessonPlaceEvent):
    """It was noted whether they came; noted again, the later one holds."""

    came: bool
    minutes: int
