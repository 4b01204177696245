"""What is told of whole communities that go into a file or come from one. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from typing import ClassVar

from minga.kit.events import Audience, Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class CommunityExported(Event):
    """All of a community was written into a file; so many rows. Told before it is written, so it is in the file."""

    about: ClassVar[str] = "subject"
    audience: ClassVar[Audience] = "members"
    sensitive: ClassVar[bool] = True
    subject_id: Id
    rows: int | None = None


@dataclass(frozen=True, kw_only=True)
class CommunityImported(Event):
    """A community came from a file; told in the log of the node, because the community's own came with it."""

    about: ClassVar[str] = "subject"
    audience: ClassVar[Audience] = "operator"
    sensitive: ClassVar[bool] = True
    subject_id: Id
    rows: int
