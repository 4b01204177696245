"""Lists of listings: columns only, newest first, a page at a time, each walked along an index of open rows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Select, and_, bindparam, false, literal, or_, select

from minga.communities.models import Community
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import Invalid
from minga.kit.ids import Id
from minga.kit.kept import Kept
from minga.kit.paging import Cursor, Page, beyond, page_of
from minga.kit.questions import Question
from minga.sharing.access import Circle, circle_of
from minga.sharing.models import Category, Listing, Photo
from minga.sharing.queries import words
from minga.sharing.queries.filters import below, filters
from minga.sharing.queries.ordered import cursor_of, is_near, ordered
from minga.sharing.queries.origins import origin_column
from minga.sharing.queries.walks import is_alone, joined, merged, narrowed, starts, top, walk
from minga.sharing.rules import (
    Direction,
    Kind,
    Level,
    Measure,
    NameShown,
    Order,
    Origin,
    Precision,
    Urgency,
    Wish,
)
from minga.sharing.rules.places import NEAR_WHAT

CARDS_MAX = 5_000
FOUND_MAX = 200
FEW = 5
SIMILAR_MAX = 8


class Card(msgspec.Struct, frozen=True, eq=False):
    """A listing as lists show it. The owner is None where the reader is not to know the name.

    Two readers of the same version get the same object, so that what is made from it can be kept by it.
    """

    id: Id
    number: int
    version: int
    community_id: Id
    community: str
    slug: str
    origin: Origin
    direction: Direction
    kind: Kind
    title: str
    description: str
    language: str
    category_id: Id | None
    quantity_milli: int | None
    quantity_unit: Measure | None
    terms: list[dict[str, Any]]
    level: Level
    place: str
    photo_count: int
    published_at: datetime
    expires_at: datetime | None
    owner_id: Id | None
    owner: str | None
    handle: str | None
    pinned: bool = False
    urgent: Urgency | None = None
    band: int | None = None
    precision: Precision | None = None


class CoverPhoto(NamedTuple):
    """The first picture of a listing."""

    id: Id
    alt: str
    width: int
    height: int


_made: Kept[Any, Card] = Kept("cards", CARDS_MAX)
_covers: Kept[tuple[Id, int], CoverPhoto] = Kept("cover photos", CARDS_MAX)


def columns(origin: ColumnElement[str]) -> tuple[Any, ...]:
    """What a card is made of, in the order of its fields; the last one says who may read the owner's name."""
    return (
        Listing.id.label("card_id"),
        Listing.number,
        Listing.version,
        Listing.community_id,
        Community.name,
        Community.slug,
        origin.label("origin"),
        Listing.direction,
        Listing.kind,
        Listing.title,
        Listing.description,
        Listing.language,
        Listing.category_id,
        Listing.quantity_milli,
        Listing.quantity_unit,
        Listing.terms,
        Listing.level,
        Listing.place,
        Listing.photo_count,
        Listing.published_at.label("shown_at"),
        Listing.expires_at,
        Listing.owner_id,
        Person.name.label("owner"),
        Person.handle,
        Listing.name_shown,
    )


def rows(origin: ColumnElement[str], found: Any = None) -> Select[Any]:
    """The statement that every list of cards begins with."""
    return joined(select(*columns(origin)), found)


def listings(
    session: Session,
    actor: Actor,
    wish: Wish,
    *,
    at: datetime,
    community_id: Id | None = None,
    after: str | None = None,
    limit: int = 50,
    without_top: bool = False,
) -> Page[Card]:
    """Open listings that the actor may see, newest first; with words, the best matches first.

    `community_id` limits the own group to that one community, which the caller has checked to be there for the actor.
    """
    circle = circle_of(session, actor, at=at)
    if wish.search.wanted:
        return _found(session, circle, wish, community_id, after, limit)
    if (wish.near is not None or wish.order is not Order.NEWEST) and not wish.search:
        return _ordered(session, circle, wish, community_id, after, limit)
    here = Cursor.decode(after, datetime, str) if after else None
    if wish.search or wish.composed or (wish.category and _has_below(session, wish.category)):
        found = _without_words(session, circle, wish, community_id, here, limit + 1)
    else:
        keys = walk(
            session,
            circle,
            wish,
            community_id=community_id,
            after=here,
            limit=limit + 1,
            without_top=without_top,
        )
        found = _cards(session, circle, keys)
    return page_of(found, limit, lambda card: (card.published_at, card.id))


def _cards(session: Session, circle: Circle, keys: list[Any]) -> list[Card]:
    """The cards of these keys; only those that were never made are read."""
    told = [(key, name_is_shown(circle, key[2], key[6], key[9])) for key in keys]
    known = _made.all(told)
    if None not in known:
        return [card for card in known if card is not None]
    found = dict(zip(told, known, strict=True))
    missing = {key[0][0]: key for key, card in found.items() if card is None}
    if missing:
        wanted = rows(literal(Origin.OWN.value)).where(Listing.id.in_(missing))
        for row in session.execute(wanted):
            key = missing[row.card_id]
            card = msgspec.structs.replace(card_of(row, circle), origin=Origin(key[0][5]))
            found[key] = _made.put(key, card)
    return [card for card in found.values() if card is not None]


def _without_words(
    session: Session, circle: Circle, wish: Wish, community_id: Id | None, after: Cursor | None, limit: int
) -> list[Card]:
    """Searches for a number, or only for what must not occur: the newest first."""
    narrowing = _narrowing(session, circle, wish)
    if after:
        narrowing.append(beyond((Listing.published_at, Listing.id), after, descending=True))
    statement = merged(
        rows, circle, wish, community_id, narrowing, limit, alone=is_alone(circle, community_id)
    )
    return [] if statement is None else [card_of(row, circle) for row in session.execute(statement)]


def _narrowing(session: Session, circle: Circle, wish: Wish) -> list[ColumnElement[bool]]:
    found = [*narrowed(circle, replace(wish, category="")), *filters(wish)]
    if wish.near is not None and wish.search:
        found.append(is_near(wish.near, wish.radius_km))
    if wish.category:
        found.append(Listing.category_id.in_(below(wish.category)))
    if wish.search.unwanted:
        found.append(Listing.id.not_in(words.with_any(session, wish.search.unwanted)))
    if wish.search.number is not None:
        roots = select(Community.root_id).where(Community.id.in_(sorted(circle.own)))
        found.append(Listing.number == wish.search.number)
        found.append(Listing.root_id.in_(roots))
    return found


def _found(
    session: Session, circle: Circle, wish: Wish, community_id: Id | None, after: str | None, limit: int
) -> Page[Card]:
    """The best matches of a search, at most 200; what may not be seen is never among the candidates."""
    skipped = Cursor.decode(after, int).keys[0] if after else 0
    if not isinstance(skipped, int) or not 0 <= skipped < FOUND_MAX:
        return Page(())
    ids = words.best(session, conditions(session, circle, wish, community_id), wish.search)[:FOUND_MAX]
    cards = _in_order(session, circle, ids[skipped : skipped + limit])
    more = len(ids) > skipped + limit
    return Page(tuple(cards), Cursor((skipped + limit,)).encode() if more else None)


def also_similar(
    session: Session,
    actor: Actor,
    wish: Wish,
    *,
    at: datetime,
    community_id: Id | None = None,
    without: Sequence[Id] = (),
) -> list[Card]:
    """What somebody may have meant when a search finds little: words that share pieces with those typed."""
    if not wish.search.wanted:
        return []
    circle = circle_of(session, actor, at=at)
    ids = words.like_each(session, conditions(session, circle, wish, community_id), wish.search.wanted)
    return _in_order(session, circle, [id for id in ids if id not in without][:SIMILAR_MAX])


def _ordered(
    session: Session, circle: Circle, wish: Wish, community_id: Id | None, after: str | None, limit: int
) -> Page[Card]:
    """A list in another order than newest first; the distance stands on the card as a band, never as a number."""
    if wish.order is Order.NEAREST and wish.near is None:
        raise Invalid(NEAR_WHAT, code="near_what", fields={"near": NEAR_WHAT})
    wanted = ordered(wish, conditions(session, circle, wish, community_id), after, limit + 1)
    keys = session.execute(wanted).all()
    shown = keys[:limit]
    cards = _in_order(session, circle, [row.id for row in shown])
    cards = [
        msgspec.structs.replace(card, band=row.band, precision=row.precision)
        for card, row in zip(cards, shown, strict=True)
    ]
    return Page(tuple(cards), cursor_of(wish, shown[-1]) if len(keys) > limit else None)


def _related() -> Any:
    same = select(Category.key).where(Category.id == bindparam("category"))
    others = and_(Category.key.in_(same), Category.id != bindparam("category"))
    return select(Category.id).where(or_(Category.parent_id == bindparam("category"), others)).limit(1)


_BELOW = Question(_related)


def _has_below(session: Session, category_id: str) -> bool:
    """Whether this heading stands for more than itself, so that an index of one heading does not do."""
    return bool(_BELOW.plain(session, category=category_id))


def conditions(
    session: Session, circle: Circle, wish: Wish, community_id: Id | None
) -> list[ColumnElement[bool]]:
    """What limits every list of candidates: the reader's eyes, and all filters but the words that have to occur."""
    groups = [start for _, start in starts(circle, wish, community_id, alone=is_alone(circle, community_id))]
    return [or_(false(), *groups), *_narrowing(session, circle, wish)]


def _in_order(session: Session, circle: Circle, ids: Sequence[Id]) -> list[Card]:
    """The cards of listings that were found for this reader, in that order."""
    if not ids:
        return []
    found = session.execute(rows(origin_column(circle)).where(Listing.id.in_(ids)))
    cards = {row.card_id: card_of(row, circle) for row in found}
    return [cards[id] for id in ids]


def card_of(row: Any, circle: Circle, *, pinned: bool = False, urgent: Urgency | None = None) -> Card:
    """The card of a row, without the name where its owner does not show it to this reader."""
    known = list(row[:21])
    owner_id, owner, handle, shown = row[21:25]
    known[6] = Origin(known[6])
    if not name_is_shown(circle, row.community_id, owner_id, shown):
        owner_id = owner = handle = None
    return Card(*[*known, owner_id, owner, handle, pinned, urgent])


def name_is_shown(circle: Circle, community_id: Id, owner_id: Id, shown: NameShown) -> bool:
    """Whether this reader learns whose a listing is."""
    return shown == NameShown.EVERYBODY or owner_id == circle.me or community_id in circle.dispatched


def on_top(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[Card]:
    """What stands above a community's list: open emergencies of the last days, then what stewards pinned."""
    circle = circle_of(session, actor, at=at)
    calls, pinned = top(session, circle, community_id)
    return [
        *(msgspec.structs.replace(card, urgent=Urgency.EMERGENCY) for card in _cards(session, circle, calls)),
        *(msgspec.structs.replace(card, pinned=True) for card in _cards(session, circle, pinned)),
    ]


def covers(session: Session, cards: Sequence[Card]) -> dict[Id, CoverPhoto]:
    """The first picture of each of these listings that has one; asks only when there are any."""
    wanted = {card.id: card.version for card in cards if card.photo_count}
    known = {id: cover for id, version in wanted.items() if (cover := _covers.get((id, version)))}
    missing = [id for id in wanted if id not in known]
    if missing:
        found = select(Photo.listing_id, Photo.id, Photo.alt, Photo.width, Photo.height).where(
            Photo.listing_id.in_(missing), Photo.n == 1
        )
        for row in session.execute(found):
            key = (row.listing_id, wanted[row.listing_id])
            known[row.listing_id] = _covers.put(key, CoverPhoto(*row[1:]))
    return known
