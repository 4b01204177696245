"""What households tell. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from typing import ClassVar

from minga.kit.events import Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class HouseholdEvent(Event):
    about: ClassVar[str] = "household"
    household_id: Id


@dataclass(frozen=True, kw_only=True)
class HouseholdFounded(HouseholdEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class HouseholdSeatAsked(HouseholdEvent):
    seat_id: Id


@dataclass(frozen=True, kw_only=True)
class HouseholdSeatTaken(HouseholdEvent):
    seat_id: Id


@dataclass(frozen=True, kw_only=True)
class HouseholdSeatLeft(HouseholdEvent):
    seat_id: Id


@dataclass(frozen=True, kw_only=True)
class HouseholdChanged(HouseholdEvent):
    """Name, contacts or children; `changed` names what."""

    changed: tuple[str, ...]
