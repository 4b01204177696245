"""Keeping a search, being told what is new, and private feeds: made, rotated, ended."""

import threading
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select, update

from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.crypto import digest, random_token
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid
from minga.kit.ids import Id
from minga.kit.text import clean_line
from minga.sharing.access.searches import own_feed, own_search, reader_of, require_person
from minga.sharing.models import Feed, Listing, SavedSearch
from minga.sharing.queries import listings
from minga.sharing.queries.cards import Card
from minga.sharing.rules import Level, Wish
from minga.sharing.rules.searches import (
    ADDRESS_MAX,
    FEEDS_MAX,
    NAME_MAX,
    NO_FILTER,
    NOTICES_A_DAY,
    SEARCHES_MAX,
    TOO_MANY,
    TOO_MANY_FEEDS,
    Often,
    next_look,
    plain_wish,
    wish_from,
)

LOOKED_MAX = 500
KEPT_MAX = 100_000
NEW_MAX = 20


class LastFeedUses:
    """Which feeds were read on which day since it was last written; one of them per process. A GET never writes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._days: dict[Id, date] = {}

    def note(self, feed_id: Id, at: datetime) -> None:
        """Remember the reading."""
        with self._lock:
            if len(self._days) < KEPT_MAX:
                self._days[feed_id] = at.date()

    def take(self) -> dict[Id, date]:
        """What is noted, to be written; the memory is empty afterwards."""
        with self._lock:
            days, self._days = self._days, {}
        return days


last_feed_uses = LastFeedUses()


@dataclass(frozen=True)
class Found:
    """What is new for a kept search: whose it is, its name, one example, how many more."""

    person_id: Id
    search_id: Id
    name: str
    example: Card
    more: int


def keep_search(
    session: Session,
    actor: Actor,
    wish: Wish,
    *,
    name: str,
    address: str,
    often: Often,
    community_id: Id | None,
    at: datetime,
) -> SavedSearch:
    """Keep a search; the caller has checked that the community is there for the actor."""
    person_id = require_person(actor)
    if wish.plain:
        raise Invalid(NO_FILTER, fields={"name": NO_FILTER})
    if _count(session, SavedSearch, person_id) >= SEARCHES_MAX:
        raise Conflict(TOO_MANY, most=SEARCHES_MAX, code="too_many")
    made = SavedSearch(
        person_id=person_id,
        community_id=community_id,
        name=clean_line(name, NAME_MAX, field="name", required=True),
        wish=plain_wish(wish),
        address=address[:ADDRESS_MAX],
        often=often,
        made_at=at,
        looked_at=at,
        next_at=next_look(often, at, _zone(session, person_id)),
    )
    session.add(made)
    session.flush()
    return made


def tell_about(session: Session, actor: Actor, search_id: Id, often: Often, *, at: datetime) -> SavedSearch:
    """How often one wants to hear of it; what came before this moment is not told."""
    found = own_search(session, actor, search_id)
    if found.often is not often:
        found.often, found.looked_at = often, at
        found.next_at = next_look(often, at, _zone(session, found.person_id))
    return found


def end_search(session: Session, actor: Actor, search_id: Id, *, at: datetime) -> None:
    """Keep it no longer."""
    own_search(session, actor, search_id).ended_at = at


def make_feed(
    session: Session,
    actor: Actor,
    wish: Wish,
    *,
    name: str,
    address: str,
    community_id: Id | None,
    at: datetime,
) -> tuple[Feed, str]:
    """A feed of what is new; its token is answered once."""
    person_id = require_person(actor)
    if _count(session, Feed, person_id) >= FEEDS_MAX:
        raise Conflict(TOO_MANY_FEEDS, most=FEEDS_MAX, code="too_many")
    token = random_token()
    made = Feed(
        person_id=person_id,
        community_id=community_id,
        name=clean_line(name, NAME_MAX, field="name", required=True),
        wish=plain_wish(wish),
        address=address[:ADDRESS_MAX],
        token_hash=digest(token),
        made_at=at,
    )
    session.add(made)
    session.flush()
    return made, token


def rotate_feed(session: Session, actor: Actor, feed_id: Id, *, at: datetime) -> tuple[Feed, str]:
    """Another token; the one before leads nowhere from now on."""
    found, token = own_feed(session, actor, feed_id), random_token()
    found.token_hash, found.rotated_at = digest(token), at
    return found, token


def end_feed(session: Session, actor: Actor, feed_id: Id, *, at: datetime) -> None:
    """Its address leads nowhere any more."""
    own_feed(session, actor, feed_id).ended_at = at


def write_feed_uses(session: Session, days: dict[Id, date]) -> None:
    """Write the days of last use that were noted while feeds were read."""
    for feed_id, day in days.items():
        session.execute(update(Feed).where(Feed.id == feed_id).values(used_on=day))


def searches_to_look(session: Session, *, at: datetime) -> list[Id]:
    """Kept searches whose time has come and since which something was published at all."""
    newest = session.scalar(select(func.max(Listing.published_at)).where(Listing.closed_at.is_(None)))
    if newest is None:
        return []
    due = select(SavedSearch.id).where(
        SavedSearch.ended_at.is_(None), SavedSearch.next_at <= at, SavedSearch.looked_at < newest
    )
    return list(session.scalars(due.order_by(SavedSearch.next_at, SavedSearch.id).limit(LOOKED_MAX)))


def look_again(session: Session, search_id: Id, *, at: datetime) -> Found | None:
    """What is new for one kept search, with the eyes that its person has now; at most five times a day."""
    search = session.scalars(select(SavedSearch).where(SavedSearch.id == search_id).with_for_update()).one()
    if search.ended_at is not None or search.next_at is None or search.next_at > at:
        return None
    since, search.looked_at = search.looked_at, at
    zone = _zone(session, search.person_id)
    search.next_at = next_look(search.often, at, zone)
    reader = reader_of(session, search.person_id, search.community_id, at=at)
    if reader is None:
        return None
    if search.told_on != at.date():
        search.told_on, search.told_n = at.date(), 0
    if search.told_n >= NOTICES_A_DAY:
        return None
    page = listings(
        session, reader, wish_from(search.wish), at=at, community_id=search.community_id, limit=NEW_MAX
    )
    new = [
        card
        for card in page.items
        if card.published_at > since and card.owner_id != search.person_id and card.level is not Level.PRIVATE
    ]
    if not new:
        return None
    search.told_n += 1
    return Found(search.person_id, search.id, search.name, new[0], len(new) - 1)


def _count(session: Session, model: type[SavedSearch] | type[Feed], person_id: Id) -> int:
    live = (
        select(func.count()).select_from(model).where(model.person_id == person_id, model.ended_at.is_(None))
    )
    return session.scalar(live) or 0


def _zone(session: Session, person_id: Id) -> str:
    return session.scalar(select(Person.zone).where(Person.id == person_id)) or "UTC"
