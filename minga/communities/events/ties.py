"""What partnerships tell. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from minga.kit.events import Audience, Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class TieEvent(Event):
    """Something about a partnership, told in both communities; `by_us`: the reading side did it."""

    about: ClassVar[str] = "partnership"
    audience: ClassVar[Audience] = "members"
    partnership_id: Id
    other_id: Id
    decision: str = ""


@dataclass(frozen=True, kw_only=True)
class TieProposed(TieEvent):
    audience: ClassVar[Audience] = "stewards"
    by_us: bool


@dataclass(frozen=True, kw_only=True)
class TieAgreed(TieEvent):
    """Listings from now on are given at once, older ones from `older_at`."""

    older_at: datetime


@dataclass(frozen=True, kw_only=True)
class TieDeclined(TieEvent):
    audience: ClassVar[Audience] = "stewards"
    by_us: bool


@dataclass(frozen=True, kw_only=True)
class TieWithdrawn(TieEvent):
    audience: ClassVar[Audience] = "stewards"
    by_us: bool


@dataclass(frozen=True, kw_only=True)
class TieLapsed(TieEvent):
    audience: ClassVar[Audience] = "stewards"


@dataclass(frozen=True, kw_only=True)
class TieChanged(TieEvent):
    """One side gives something else than before."""

    by_us: bool
    wider: bool


@dataclass(frozen=True, kw_only=True)
class TieEnded(TieEvent):
    by_us: bool


@dataclass(frozen=True, kw_only=True)
class TieTermsProposed(TieEvent):
    """One side proposes the `n`-th version of the terms; what they say stands in the row, its digest here."""

    audience: ClassVar[Audience] = "stewards"
    terms_id: Id
    n: int
    digest: str
    by_us: bool


@dataclass(frozen=True, kw_only=True)
class TieTermsAgreed(TieEvent):
    """Another person of the other side agreed: these terms hold from now on."""

    terms_id: Id
    n: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class TieTermsClosed(TieEvent):
    """Terms that waited were declined or taken back."""

    audience: ClassVar[Audience] = "stewards"
    terms_id: Id
    by_us: bool
