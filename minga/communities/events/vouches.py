"""What vouches tell. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from minga.kit.events import Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class VouchEvent(Event):
    """Something about a vouch; the two people and stewards read it."""

    about: ClassVar[str] = "vouch"
    vouch_id: Id


@dataclass(frozen=True, kw_only=True)
class VouchGiven(VouchEvent):
    """Somebody put their name to somebody, until a day."""

    until_at: datetime


@dataclass(frozen=True, kw_only=True)
class VouchRenewed(VouchEvent):
    """They say that it still holds."""

    until_at: datetime


@dataclass(frozen=True, kw_only=True)
class VouchEnded(VouchEvent):
    """`why`: taken back, in silence, with a membership, or with a branch."""

    why: str
