"""What follows for matching when a listing changes: it is counted and matched in the background, or forgotten."""

from datetime import datetime

from minga.intelligence import commands
from minga.kit.db import Session
from minga.kit.delivery import on
from minga.kit.events import Event
from minga.kit.ids import Id
from minga.sharing.events import (
    LevelChanged,
    ListingChanged,
    ListingClosed,
    ListingPaused,
    ListingPublished,
    ListingReopened,
    ListingResumed,
)


@on(ListingPublished, name="intelligence.match_published", replayable=True)
def match_published(session: Session, event: ListingPublished, *, at: datetime) -> None:
    _look(session, event, event.listing_id, at)


@on(ListingChanged, name="intelligence.match_changed", replayable=True)
def match_changed(session: Session, event: ListingChanged, *, at: datetime) -> None:
    _look(session, event, event.listing_id, at)


@on(LevelChanged, name="intelligence.match_level", replayable=True)
def match_level(session: Session, event: LevelChanged, *, at: datetime) -> None:
    _look(session, event, event.listing_id, at)


@on(ListingResumed, name="intelligence.match_resumed", replayable=True)
def match_resumed(session: Session, event: ListingResumed, *, at: datetime) -> None:
    _look(session, event, event.listing_id, at)


@on(ListingReopened, name="intelligence.match_reopened", replayable=True)
def match_reopened(session: Session, event: ListingReopened, *, at: datetime) -> None:
    _look(session, event, event.listing_id, at)


@on(ListingPaused, name="intelligence.forget_paused", replayable=True)
def forget_paused(session: Session, event: ListingPaused, *, at: datetime) -> None:
    _look(session, event, event.listing_id, at)


@on(ListingClosed, name="intelligence.forget_closed", replayable=True)
def forget_closed(session: Session, event: ListingClosed, *, at: datetime) -> None:
    _look(session, event, event.listing_id, at)


def _look(session: Session, event: Event, listing_id: Id, at: datetime) -> None:
    """The job finds out by itself whether the listing is open."""
    commands.look_again(session, listing_id, event.event_id, at=at)
