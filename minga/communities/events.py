"""What happened in communities. Facts are ids, enums, whole numbers and dates; audiences say who reads them in the log."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from minga.identity.rules.sign_ins import Known
from minga.kit.events import Audience, Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class CommunityFounded(Event):
    about: ClassVar[str] = "subject"
    audience: ClassVar[Audience] = "members"
    subject_id: Id
    template: str


@dataclass(frozen=True, kw_only=True)
class SubgroupFounded(Event):
    """Told in the subgroup; the communities above are told unless it is quiet."""

    about: ClassVar[str] = "subject"
    audience: ClassVar[Audience] = "members"
    subject_id: Id
    parent_id: Id
    mode: str


@dataclass(frozen=True, kw_only=True)
class CommunityChanged(Event):
    """`changed` names the fields, never their words."""

    about: ClassVar[str] = "subject"
    audience: ClassVar[Audience] = "members"
    subject_id: Id
    changed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CommunityPaused(Event):
    about: ClassVar[str] = "subject"
    audience: ClassVar[Audience] = "members"
    subject_id: Id


@dataclass(frozen=True, kw_only=True)
class CommunityResumed(Event):
    about: ClassVar[str] = "subject"
    audience: ClassVar[Audience] = "members"
    subject_id: Id


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


@dataclass(frozen=True, kw_only=True)
class RoleChanged(Event):
    about: ClassVar[str] = "role"
    audience: ClassVar[Audience] = "members"
    role_id: Id
    given: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    effective_at: datetime


@dataclass(frozen=True, kw_only=True)
class RoleGranted(Event):
    about: ClassVar[str] = "grant"
    audience: ClassVar[Audience] = "members"
    grant_id: Id
    role_id: Id
    until_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class RoleEnded(Event):
    about: ClassVar[str] = "grant"
    audience: ClassVar[Audience] = "members"
    grant_id: Id
    role_id: Id
    why: str


@dataclass(frozen=True, kw_only=True)
class DeviceAdmitted(Event):
    """A member gave their word for a device, in a community that asks for it."""

    about: ClassVar[str] = "device"
    sensitive: ClassVar[bool] = True
    device_id: Id
    approver_id: Id
    how_known: Known | None


@dataclass(frozen=True, kw_only=True)
class PolicySet(Event):
    about: ClassVar[str] = "policy"
    audience: ClassVar[Audience] = "members"
    policy_id: Id
    key: str
    effective_at: datetime


@dataclass(frozen=True, kw_only=True)
class SecondAsked(Event):
    """Somebody wants to do what takes two."""

    about: ClassVar[str] = "second"
    second_id: Id
    act: str


@dataclass(frozen=True, kw_only=True)
class SecondAnswered(Event):
    about: ClassVar[str] = "second"
    second_id: Id
    act: str
    agreed: bool


@dataclass(frozen=True, kw_only=True)
class ApplicationSent(Event):
    about: ClassVar[str] = "application"
    application_id: Id


@dataclass(frozen=True, kw_only=True)
class ApplicationAnswered(Event):
    about: ClassVar[str] = "application"
    application_id: Id
    accepted: bool


@dataclass(frozen=True, kw_only=True)
class ApplicationWithdrawn(Event):
    about: ClassVar[str] = "application"
    application_id: Id


@dataclass(frozen=True, kw_only=True)
class ApplicationLapsed(Event):
    about: ClassVar[str] = "application"
    application_id: Id
