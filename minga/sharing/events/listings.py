"""What listings tell the others. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from typing import ClassVar

from minga.kit.events import Audience, Event
from minga.kit.ids import Id
from minga.sharing.rules.words import CloseReason, Direction, Kind, Level


@dataclass(frozen=True, kw_only=True)
class _ListingEvent(Event):
    about: ClassVar[str] = "listing"
    audience: ClassVar[Audience] = "person"

    listing_id: Id
    owner_id: Id


@dataclass(frozen=True, kw_only=True)
class ListingCreated(_ListingEvent):
    """Once, at the first save. The title is typed text; who needs it reads it with their own rights."""

    direction: Direction
    kind: Kind
    category_id: Id | None = None


@dataclass(frozen=True, kw_only=True)
class ListingSent(_ListingEvent):
    """It waits for a look."""

    audience: ClassVar[Audience] = "stewards"


@dataclass(frozen=True, kw_only=True)
class ListingPublished(_ListingEvent):
    direction: Direction
    kind: Kind
    level: Level


@dataclass(frozen=True, kw_only=True)
class ListingChanged(_ListingEvent):
    """Names of the fields that changed, never their content."""

    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class LevelChanged(_ListingEvent):
    from_level: Level
    to_level: Level


@dataclass(frozen=True, kw_only=True)
class ListingPaused(_ListingEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class ListingResumed(_ListingEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class ListingClosed(_ListingEvent):
    reason: CloseReason


@dataclass(frozen=True, kw_only=True)
class ListingReopened(_ListingEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class ListingConfirmed(_ListingEvent):
    """Its owner said that it is still true."""


@dataclass(frozen=True, kw_only=True)
class ListingPinned(_ListingEvent):
    """Put on top, or taken down when the rank is 0."""

    audience: ClassVar[Audience] = "members"

    rank: int


@dataclass(frozen=True, kw_only=True)
class ListingDiscarded(_ListingEvent):
    """A draft was thrown away."""


@dataclass(frozen=True, kw_only=True)
class ListingsImported(Event):
    """A file of listings was read to its end."""

    about: ClassVar[str] = "batch"

    batch_id: Id
    taken: int
    refused: int


@dataclass(frozen=True, kw_only=True)
class ListingsImportUndone(Event):
    """All listings of a file were taken back."""

    about: ClassVar[str] = "batch"

    batch_id: Id
    taken: int


@dataclass(frozen=True, kw_only=True)
class LoansExported(Event):
    """Somebody at the desk took out what is lent, reserved, waited for or asked for, with names."""

    about: ClassVar[str] = "community"

    community_id: Id
    taken: int
    table: str = "loans"


@dataclass(frozen=True, kw_only=True)
class ListingsExported(Event):
    """Somebody took listings out as a file."""

    about: ClassVar[str] = "community"

    community_id: Id
    taken: int
