"""What follows for matching when a listing changes: it is counted and matched in the background, or forgotten."""

from datetime import datetime

from minga.intelligence import commands
from minga.kit.db import Session
from minga.kit.delivery import on
from minga.sharing.events import (
    LevelChanged,
    ListingChanged,
    ListingClosed,
    ListingPaused,
    ListingPublished,
    ListingReopened,
    ListingResumed,
)

Changed = (
    ListingPublished
    | ListingChanged
    | LevelChanged
    | ListingResumed
    | ListingReopened
    | ListingPaused
    | ListingClosed
)


@on(ListingPublished, name="intelligence.match_published", replayable=True)
@on(ListingChanged, name="intelligence.match_changed", replayable=True)
@on(LevelChanged, name="intelligence.match_level", replayable=True)
@on(ListingResumed, name="intelligence.match_resumed", replayable=True)
@on(ListingReopened, name="intelligence.match_reopened", replayable=True)
@on(ListingPaused, name="intelligence.forget_paused", replayable=True)
@on(ListingClosed, name="intelligence.forget_closed", replayable=True)
def look_again(session: Session, event: Changed, *, at: datetime) -> None:
    """Published, changed or gone: the job finds out by itself whether the listing is open."""
    commands.look_again(session, event.listing_id, event.event_id, at=at)
