"""What roles tell, and who holds them. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from minga.kit.events import Audience, Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class RoleChanged(Event):
    about: ClassVar[str] = "role"
    audience: ClassVar[Audience] = "members"
    role_id: Id
    given: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    effective_at: datetime
    decision: str = ""


@dataclass(frozen=True, kw_only=True)
class RoleGranted(Event):
    about: ClassVar[str] = "grant"
    audience: ClassVar[Audience] = "members"
    grant_id: Id
    role_id: Id
    until_at: datetime | None = None
    decision: str = ""


@dataclass(frozen=True, kw_only=True)
class RoleEnded(Event):
    about: ClassVar[str] = "grant"
    audience: ClassVar[Audience] = "members"
    grant_id: Id
    role_id: Id
    why: str
    decision: str = ""
