"""What contact shares tell the others: that somebody can be reached, or not any more. Never how."""

from dataclasses import dataclass
from typing import ClassVar

from minga.kit.events import Audience, Event
from minga.kit.ids import Id
from minga.sharing.rules.contact_shares import ShareField


@dataclass(frozen=True, kw_only=True)
class _ShareEvent(Event):
    about: ClassVar[str] = "exchange"
    audience: ClassVar[Audience] = "person"

    exchange_id: Id
    from_id: Id
    to_id: Id
    field: ShareField


@dataclass(frozen=True, kw_only=True)
class ContactShared(_ShareEvent):
    """One side lets the other reach them."""


@dataclass(frozen=True, kw_only=True)
class ContactShareEnded(_ShareEvent):
    """They took it back."""
