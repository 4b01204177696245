"""What matching tells the others. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from typing import ClassVar

from minga.kit.events import Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class SuggestionRefused(Event):
    """Somebody said that a suggestion is not useful."""

    about: ClassVar[str] = "suggestion"
    audience: ClassVar = "person"

    suggestion_id: Id
    need_id: Id
    offer_id: Id


@dataclass(frozen=True, kw_only=True)
class SuggestionsSwitched(Event):
    """Somebody switched suggestions on or off for themselves."""

    about: ClassVar[str] = "person"
    audience: ClassVar = "person"

    person_id: Id
    on: bool
