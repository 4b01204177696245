"""What memberships tell. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from minga.kit.events import Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class MembershipBegan(Event):
    about: ClassVar[str] = "membership"
    membership_id: Id
    came_by: str
    trial_ends_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class TrialEnded(Event):
    """`why`: the clock, or a welcomer's word."""

    about: ClassVar[str] = "membership"
    membership_id: Id
    why: str


@dataclass(frozen=True, kw_only=True)
class TrialExtended(Event):
    about: ClassVar[str] = "membership"
    membership_id: Id
    until_on: date


@dataclass(frozen=True, kw_only=True)
class MembershipPaused(Event):
    about: ClassVar[str] = "membership"
    membership_id: Id
    by_self: bool
    until_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class MembershipResumed(Event):
    about: ClassVar[str] = "membership"
    membership_id: Id


@dataclass(frozen=True, kw_only=True)
class MembershipEnded(Event):
    about: ClassVar[str] = "membership"
    membership_id: Id
    why: str
    decision: str = ""


@dataclass(frozen=True, kw_only=True)
class SponsorChanged(Event):
    """Somebody else stands for a member now; `why`: a cut, that it was undone, or somebody named another one."""

    about: ClassVar[str] = "membership"
    membership_id: Id
    why: str
