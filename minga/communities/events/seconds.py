"""What acts that take two tell. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from typing import ClassVar

from minga.kit.events import Event
from minga.kit.ids import Id


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
