"""What reserving and queueing tell the others. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from minga.kit.events import Event
from minga.kit.ids import Id
from minga.sharing.rules.reservations import ReservationEnd


@dataclass(frozen=True, kw_only=True)
class ReservationEvent(Event):
    """Common to all that a reservation tells; `copies` is how many were reserved together."""

    about: ClassVar[str] = "reservation"
    audience: ClassVar = "person"

    reservation_id: Id
    listing_id: Id
    owner_id: Id
    holder_id: Id
    copies: int
    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, kw_only=True)
class Reserved(ReservationEvent):
    """Somebody has these days: for as long as the owner thinks about it, or for good."""

    ask_id: Id | None
    confirmed: bool
    kept_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class ReservationConfirmed(ReservationEvent):
    """The owner said yes to what was held."""


@dataclass(frozen=True, kw_only=True)
class ReservationCancelled(ReservationEvent):
    """The days are free again before they were used."""

    end: ReservationEnd
