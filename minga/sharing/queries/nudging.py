"""What the clock has to know of a listing to ask its owner in time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from minga.communities.models import Community
from minga.communities.rules.time import last_day
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.kit.questions import Question
from minga.sharing.models import Listing
from minga.sharing.rules import CloseReason


@dataclass(frozen=True, slots=True)
class ToNudge:
    """A published listing by its dates. `last_day` is the last day on which it is open, where it lives."""

    owner_id: Id
    community_id: Id
    title: str
    confirmed_at: datetime
    expires_at: datetime | None
    last_day: str
    closed: bool
    """By its owner or stewards."""
    ended: bool
    """By the clock."""


def listing_to_nudge(session: Session, listing_id: Id) -> ToNudge | None:
    """The listing, unless it was never published, came from a file, or rests."""
    row = _TO_NUDGE.first(session, listing=listing_id)
    if row is None:
        return None
    return ToNudge(
        row.owner_id,
        row.community_id,
        row.title,
        row.confirmed_at,
        row.expires_at,
        last_day(row.expires_at, row.zone).isoformat() if row.expires_at else "",
        row.close_reason not in (None, CloseReason.EXPIRED),
        row.close_reason is CloseReason.EXPIRED,
    )


_TO_NUDGE = Question(
    lambda: (
        select(
            Listing.owner_id,
            Listing.community_id,
            Listing.title,
            Listing.confirmed_at,
            Listing.expires_at,
            Listing.close_reason,
            Community.zone,
        )
        .join(Community, Community.id == Listing.community_id)
        .where(
            Listing.id == bindparam("listing"),
            Listing.published_at.is_not(None),
            Listing.confirmed_at.is_not(None),
            Listing.paused_at.is_(None),
            Listing.batch_id.is_(None),
        )
    )
)
