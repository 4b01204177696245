"""What is told of people whom somebody keeps, and of acts for them. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from minga.kit.events import Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class KeepingEvent(Event):
    """Something about a person whom somebody keeps; that person finds it in their own log."""

    about: ClassVar[str] = "keeping"
    keeping_id: Id


@dataclass(frozen=True, kw_only=True)
class PlaceholderMade(KeepingEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class KeepingOffered(KeepingEvent):
    """The keeper asked another member to go on; `to_id` is that membership."""

    to_id: Id


@dataclass(frozen=True, kw_only=True)
class KeepingLeft(KeepingEvent):
    """The keeper belongs here no more, so somebody else has to go on; `from_id` is their membership."""

    from_id: Id


@dataclass(frozen=True, kw_only=True)
class KeepingHandedOn(KeepingEvent):
    """`keeping_id` is the new one."""

    from_id: Id
    to_id: Id


@dataclass(frozen=True, kw_only=True)
class ClaimCardMade(KeepingEvent):
    sensitive: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class PersonClaimed(KeepingEvent):
    sensitive: ClassVar[bool] = True
    until_at: datetime


@dataclass(frozen=True, kw_only=True)
class ActConsentGiven(Event):
    about: ClassVar[str] = "consent"
    sensitive: ClassVar[bool] = True
    consent_id: Id
    how: str
    scopes: tuple[str, ...]
    until_at: datetime


@dataclass(frozen=True, kw_only=True)
class ActConsentEnded(Event):
    about: ClassVar[str] = "consent"
    sensitive: ClassVar[bool] = True
    consent_id: Id


@dataclass(frozen=True, kw_only=True)
class ActedFor(Event):
    """Somebody entered something for a person: what it was stands in the event beside it, with both."""

    about: ClassVar[str] = "subject"
    sensitive: ClassVar[bool] = True
    subject_id: Id


@dataclass(frozen=True, kw_only=True)
class ActUndone(Event):
    """What was entered for somebody was taken back by their word; `act_id` is the event of it."""

    about: ClassVar[str] = "act"
    act_id: Id


@dataclass(frozen=True, kw_only=True)
class PersonsMergeAsked(Event):
    """Somebody who is kept may be a member with an account of their own, who is asked."""

    about: ClassVar[str] = "merge"
    sensitive: ClassVar[bool] = True
    merge_id: Id


@dataclass(frozen=True, kw_only=True)
class PersonsMerged(Event):
    """Two accounts became one, with the yes of both; the full list of `rows` cells stands in the row."""

    about: ClassVar[str] = "merge"
    sensitive: ClassVar[bool] = True
    merge_id: Id
    rows: int


@dataclass(frozen=True, kw_only=True)
class PersonsParted(Event):
    """That was taken back."""

    about: ClassVar[str] = "merge"
    sensitive: ClassVar[bool] = True
    merge_id: Id
