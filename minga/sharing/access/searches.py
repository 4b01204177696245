"""Own searches and feeds; and whose eyes a feed has, found by its token."""

from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select

from minga.communities.access import places_of
from minga.identity import Actor, Via
from minga.identity.models import Person
from minga.kit.crypto import digest
from minga.kit.db import Session
from minga.kit.errors import NotFound, NotSignedIn
from minga.kit.ids import Id
from minga.sharing.models import Feed, SavedSearch

T = TypeVar("T", SavedSearch, Feed)


def require_person(actor: Actor) -> Id:
    """The id of whoever keeps searches; a token that is bound to something keeps none."""
    if actor.person_id is None:
        raise NotSignedIn()
    return actor.person_id


def own_search(session: Session, actor: Actor, search_id: Id) -> SavedSearch:
    """One's own search that is still kept; locked."""
    return _own(session, actor, SavedSearch, search_id)


def own_feed(session: Session, actor: Actor, feed_id: Id) -> Feed:
    """One's own feed that still works; locked."""
    return _own(session, actor, Feed, feed_id)


def _own(session: Session, actor: Actor, model: type[T], id: Id) -> T:
    mine = select(model).where(
        model.id == id, model.person_id == require_person(actor), model.ended_at.is_(None)
    )
    found = session.scalar(mine.with_for_update())
    if found is None:
        raise NotFound()
    return found


def reader_of(session: Session, person_id: Id, community_id: Id | None, *, at: datetime) -> Actor | None:
    """Somebody as a reader without a browser, while they may still read there; None when they may not."""
    live = select(Person.id).where(
        Person.id == person_id, Person.suspended_at.is_(None), Person.erased_at.is_(None)
    )
    if session.scalar(live) is None:
        return None
    reader = Actor(person_id, Via.WORKER)
    places = places_of(session, reader, at=at)
    lives_in = {
        place.community_id
        for place in places.values()
        if place.membership_id and "listing.see" in place.capabilities
    }
    there = community_id in lives_in if community_id else bool(lives_in)
    return reader if there else None


def feed_to_read(session: Session, actor: Actor, token: str, *, at: datetime) -> tuple[Feed, Actor]:
    """The feed of a token and who reads it; one that was rotated, ended, or whose person left, does not exist."""
    found = session.scalar(
        select(Feed).where(Feed.token_hash == digest(token[:200]), Feed.ended_at.is_(None))
    )
    reader = reader_of(session, found.person_id, found.community_id, at=at) if found else None
    if found is None or reader is None:
        raise NotFound()
    return found, replace(reader, request_id=actor.request_id)
