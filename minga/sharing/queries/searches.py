"""One's kept searches and feeds, and what a feed shows to whoever has its token."""

from datetime import date, datetime

import msgspec
from sqlalchemy import select

from minga.communities.models import Community
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.access.searches import feed_to_read
from minga.sharing.models import Feed, SavedSearch
from minga.sharing.queries.cards import Card, listings
from minga.sharing.rules import Level
from minga.sharing.rules.searches import FEED_ENTRIES, FEEDS_MAX, SEARCHES_MAX, Often, wish_from


class SearchShown(msgspec.Struct, frozen=True):
    """A search that somebody keeps."""

    id: Id
    name: str
    address: str
    community: str | None
    often: Often
    made_at: datetime


class FeedShown(msgspec.Struct, frozen=True):
    """A feed, without its token."""

    id: Id
    name: str
    address: str
    community: str | None
    made_at: datetime
    rotated_at: datetime | None
    used_on: date | None


class FeedRead(msgspec.Struct, frozen=True):
    """What a feed shows."""

    id: Id
    name: str
    address: str
    made_at: datetime
    cards: tuple[Card, ...]


def searches(session: Session, actor: Actor) -> list[SearchShown]:
    """One's own kept searches."""
    if actor.person_id is None:
        return []
    found = (
        select(
            SavedSearch.id,
            SavedSearch.name,
            SavedSearch.address,
            Community.name,
            SavedSearch.often,
            SavedSearch.made_at,
        )
        .join(Community, Community.id == SavedSearch.community_id, isouter=True)
        .where(SavedSearch.person_id == actor.person_id, SavedSearch.ended_at.is_(None))
        .order_by(SavedSearch.id)
        .limit(SEARCHES_MAX)
    )
    return [SearchShown(*row) for row in session.execute(found)]


def feeds(session: Session, actor: Actor) -> list[FeedShown]:
    """One's own feeds."""
    if actor.person_id is None:
        return []
    found = (
        select(
            Feed.id,
            Feed.name,
            Feed.address,
            Community.name,
            Feed.made_at,
            Feed.rotated_at,
            Feed.used_on,
        )
        .join(Community, Community.id == Feed.community_id, isouter=True)
        .where(Feed.person_id == actor.person_id, Feed.ended_at.is_(None))
        .order_by(Feed.id)
        .limit(FEEDS_MAX)
    )
    return [FeedShown(*row) for row in session.execute(found)]


def feed(session: Session, actor: Actor, token: str, *, at: datetime) -> FeedRead:
    """The newest fifty that the person behind the token may see now, whoever brings it; nothing private leaves so."""
    found, reader = feed_to_read(session, actor, token, at=at)
    page = listings(
        session, reader, wish_from(found.wish), at=at, community_id=found.community_id, limit=FEED_ENTRIES
    )
    shown = tuple(card for card in page.items if card.level is not Level.PRIVATE)
    return FeedRead(found.id, found.name, found.address, found.made_at, shown)
