"""What communication tells the others: that something was written, never what."""

from dataclasses import dataclass
from typing import ClassVar

from minga.kit.events import Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class PostWritten(Event):
    """A message stands in a thread."""

    about: ClassVar[str] = "thread"
    audience: ClassVar = "person"

    thread_id: Id
    post_id: Id
    author_id: Id
    ref_kind: str
    ref_id: Id


@dataclass(frozen=True, kw_only=True)
class PostRemoved(Event):
    """A message was taken back by who wrote it."""

    about: ClassVar[str] = "thread"
    audience: ClassVar = "person"

    thread_id: Id
    post_id: Id


@dataclass(frozen=True, kw_only=True)
class LetterTold(Event):
    """Whoever looks after a person told them, or printed, what they were told here; they find it in their own log."""

    about: ClassVar[str] = "notice"
    audience: ClassVar = "person"

    notice_id: Id
    how: str
