"""What agreements tell. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from minga.kit.events import Audience, Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class AgreementPublished(Event):
    about: ClassVar[str] = "agreement"
    audience: ClassVar[Audience] = "members"
    agreement_id: Id
    version_id: Id
    n: int
    must_accept: bool
    grace_ends_at: datetime
    decision: str = ""


@dataclass(frozen=True, kw_only=True)
class AgreementAccepted(Event):
    about: ClassVar[str] = "agreement"
    audience: ClassVar[Audience] = "person"
    agreement_id: Id
    version_id: Id


@dataclass(frozen=True, kw_only=True)
class AgreementDeclined(Event):
    about: ClassVar[str] = "agreement"
    audience: ClassVar[Audience] = "person"
    agreement_id: Id
    version_id: Id


@dataclass(frozen=True, kw_only=True)
class AgreementReviewDue(Event):
    """The day has come to look at what is agreed once more."""

    about: ClassVar[str] = "agreement"
    audience: ClassVar[Audience] = "members"
    agreement_id: Id
    version_id: Id
    n: int
