"""What communities tell of themselves: founded, changed, resting, archived, open again. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from typing import ClassVar

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
class CommunityArchived(Event):
    about: ClassVar[str] = "subject"
    audience: ClassVar[Audience] = "members"
    subject_id: Id


@dataclass(frozen=True, kw_only=True)
class CommunityReopened(Event):
    about: ClassVar[str] = "subject"
    audience: ClassVar[Audience] = "members"
    subject_id: Id
