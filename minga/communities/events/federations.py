"""What federations tell, the seats in them and who speaks for a seat. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from minga.kit.events import Audience, Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class FederationEvent(Event):
    """Something about a federation, told in it and in the community concerned."""

    about: ClassVar[str] = "subject"
    audience: ClassVar[Audience] = "members"
    subject_id: Id


@dataclass(frozen=True, kw_only=True)
class FederationFounded(FederationEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class FederationDissolved(FederationEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class SeatEvent(Event):
    """Something about a community's seat in a federation, told in both."""

    about: ClassVar[str] = "seat"
    audience: ClassVar[Audience] = "members"
    seat_id: Id
    federation_id: Id
    decision: str = ""
    member_id: Id
    """The community that holds the seat, or asks for it."""


@dataclass(frozen=True, kw_only=True)
class SeatAsked(SeatEvent):
    audience: ClassVar[Audience] = "stewards"
    by_federation: bool


@dataclass(frozen=True, kw_only=True)
class SeatTaken(SeatEvent):
    """Listings from now on are given at once, older ones from `older_at`."""

    older_at: datetime


@dataclass(frozen=True, kw_only=True)
class SeatDeclined(SeatEvent):
    audience: ClassVar[Audience] = "stewards"


@dataclass(frozen=True, kw_only=True)
class SeatWithdrawn(SeatEvent):
    audience: ClassVar[Audience] = "stewards"


@dataclass(frozen=True, kw_only=True)
class SeatLapsed(SeatEvent):
    audience: ClassVar[Audience] = "stewards"


@dataclass(frozen=True, kw_only=True)
class SeatLeaving(SeatEvent):
    """Notice was given: nothing is shared from now on, and the seat ends at `leaves_at`."""

    leaves_at: datetime
    excluded: bool


@dataclass(frozen=True, kw_only=True)
class SeatStays(SeatEvent):
    """Notice was taken back in time."""


@dataclass(frozen=True, kw_only=True)
class SeatLeft(SeatEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class SeatGivesChanged(SeatEvent):
    wider: bool


@dataclass(frozen=True, kw_only=True)
class MandateGiven(SeatEvent):
    """Somebody speaks for the community in the federation from now on."""

    mandate_id: Id


@dataclass(frozen=True, kw_only=True)
class MandateRecalled(SeatEvent):
    mandate_id: Id
