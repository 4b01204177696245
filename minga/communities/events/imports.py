"""What lists of members that were read in tell. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from typing import ClassVar

from minga.kit.events import Audience, Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class MembersImported(Event):
    about: ClassVar[str] = "batch"
    audience: ClassVar[Audience] = "members"
    batch_id: Id
    new: int
    changed: int


@dataclass(frozen=True, kw_only=True)
class InvitationsSent(Event):
    """Cards of a list went out by mail."""

    about: ClassVar[str] = "batch"
    audience: ClassVar[Audience] = "stewards"
    batch_id: Id
    sent: int


@dataclass(frozen=True, kw_only=True)
class ImportUndone(Event):
    about: ClassVar[str] = "batch"
    audience: ClassVar[Audience] = "members"
    batch_id: Id
    undone: int
    left: int
