"""What lists of members that were taken out tell. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from typing import ClassVar

from minga.kit.events import Audience, Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class MembersExported(Event):
    """Members were taken out as a file; what for is kept beside it."""

    about: ClassVar[str] = "export"
    sensitive: ClassVar[bool] = True
    export_id: Id
    columns: tuple[str, ...]
    members: int


@dataclass(frozen=True, kw_only=True)
class MemberExported(Event):
    """The same for each person in the file, in their own log."""

    about: ClassVar[str] = "export"
    audience: ClassVar[Audience] = "person"
    sensitive: ClassVar[bool] = True
    export_id: Id
