"""Lists of listings: columns only, newest first, a page at a time, each walked along an index of open rows."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Select, and_, column, false, literal, or_, select, union_all

from minga.communities.models import Community
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.kit.paging import Cursor, Page, beyond, page_of
from minga.sharing.access import Circle, circle_of, is_open, reaches
from minga.sharing.models import Listing, ListingHelp, Photo
from minga.sharing.queries import words
from minga.sharing.queries.origins import origin_column
from minga.sharing.rules import Direction, Kind, Level, Measure, NameShown, Origin, Urgency, Wish

ON_TOP_MAX = 8
FOUND_MAX = 200
EMERGENCY = timedelta(days=3)


class Card(msgspec.Struct, frozen=True):
    """A listing as lists show it. The owner is None where the reader is not to know the name."""

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


class CoverPhoto(NamedTuple):
    """The first picture of a listing."""

    id: Id
    alt: str
    width: int
    height: int


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


def rows(origin: Origin | ColumnElement[str]) -> Select[Any]:
    """The statement that every list of cards begins with."""
    marked = literal(origin.value) if isinstance(origin, Origin) else origin
    return (
        select(*columns(marked))
        .join_from(Listing, Community, Community.id == Listing.community_id, isouter=True)
        .join(Person, Person.id == Listing.owner_id, isouter=True)
    )


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
    walk = _walk(session, circle, wish, community_id, after, limit + 1, without_top)
    found = [] if walk is None else [card_of(row, circle) for row in session.execute(walk)]
    return page_of(found, limit, lambda card: (card.published_at, card.id))


def _walk(
    session: Session,
    circle: Circle,
    wish: Wish,
    community_id: Id | None,
    after: str | None,
    limit: int,
    without_top: bool,
) -> Any:
    """One ordered walk along an index per community, merged; the database stops at the limit."""
    narrowing = _narrowing(session, circle, wish, community_id)
    if after:
        here = Cursor.decode(after, datetime, str)
        narrowing.append(beyond((Listing.published_at, Listing.id), here, descending=True))
    if without_top:
        narrowing.append(Listing.pin_rank.is_(None))
    arms = [rows(origin).where(start, *narrowing) for origin, start in _starts(circle, wish, community_id)]
    if not arms:
        return None
    if len(arms) == 1:
        return arms[0].order_by(Listing.published_at.desc(), Listing.id.desc()).limit(limit)
    return union_all(*arms).order_by(column("shown_at").desc(), column("card_id").desc()).limit(limit)


def _starts(
    circle: Circle, wish: Wish, community_id: Id | None
) -> Iterable[tuple[Origin, ColumnElement[bool]]]:
    """The groups of the list: by which column each walks, and what of it the actor may see."""
    if Origin.OWN in wish.origins:
        for one in [community_id] if community_id else sorted(circle.own):
            yield Origin.OWN, and_(Listing.community_id == one, reaches(circle, {Origin.OWN}))
    if Origin.PARTNER in wish.origins:
        for one in sorted(circle.tied):
            yield Origin.PARTNER, and_(Listing.community_id == one, reaches(circle, {Origin.PARTNER}))
    if Origin.NETWORK in wish.origins and circle.own:
        elsewhere = Listing.community_id.not_in(sorted(circle.own | circle.tied))
        for level in (Level.NETWORK, Level.PUBLIC):
            beyond_ties = and_(Listing.level == level, elsewhere, reaches(circle, {Origin.NETWORK}))
            yield Origin.NETWORK, beyond_ties


def _narrowing(
    session: Session, circle: Circle, wish: Wish, community_id: Id | None
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [is_open(circle.at)]
    if wish.direction is not None:
        found.append(Listing.direction == wish.direction)
    if len(wish.kinds) == 1:
        found.append(Listing.kind == next(iter(wish.kinds)))
    elif wish.kinds:
        found.append(Listing.kind.in_(sorted(wish.kinds)))
    if wish.category:
        found.append(Listing.category_id == wish.category)
    if wish.terms:
        found.append(Listing.term_bits.bitwise_and(sum(term.bit for term in wish.terms)) != 0)
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
    groups = [start for _, start in _starts(circle, wish, community_id)]
    narrowing = _narrowing(session, circle, wish, community_id)
    found = (
        words.matching(session, rows(origin_column(circle)), wish.search.wanted)
        .where(or_(false(), *groups), *narrowing)
        .offset(skipped)
        .limit(min(limit, FOUND_MAX - skipped) + 1)
    )
    cards = [card_of(row, circle) for row in session.execute(found)]
    more = len(cards) > limit and skipped + limit < FOUND_MAX
    return Page(tuple(cards[:limit]), Cursor((skipped + limit,)).encode() if more else None)


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
    return shown is NameShown.EVERYBODY or owner_id == circle.me or community_id in circle.dispatched


def on_top(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[Card]:
    """What stands above a community's list: open emergencies of the last days, then what stewards pinned."""
    circle = circle_of(session, actor, at=at)
    seen = (Listing.community_id == community_id, is_open(at), reaches(circle, {Origin.OWN}))
    pinned = rows(Origin.OWN).where(*seen, Listing.pin_rank.is_not(None)).order_by(Listing.pin_rank)
    urgent = (
        rows(Origin.OWN)
        .join(ListingHelp, ListingHelp.listing_id == Listing.id)
        .where(
            *seen,
            Listing.kind == Kind.HELP,
            Listing.direction == Direction.NEED,
            Listing.published_at > at - EMERGENCY,
            ListingHelp.urgency == Urgency.EMERGENCY,
            Listing.pin_rank.is_(None),
        )
        .order_by(Listing.published_at.desc(), Listing.id.desc())
        .limit(ON_TOP_MAX)
    )
    calls = [card_of(row, circle, urgent=Urgency.EMERGENCY) for row in session.execute(urgent)]
    return [*calls, *(card_of(row, circle, pinned=True) for row in session.execute(pinned))]


def covers(session: Session, cards: Sequence[Card]) -> dict[Id, CoverPhoto]:
    """The first picture of each of these listings that has one; asks only when there are any."""
    wanted = [card.id for card in cards if card.photo_count]
    if not wanted:
        return {}
    found = select(Photo.listing_id, Photo.id, Photo.alt, Photo.width, Photo.height).where(
        Photo.listing_id.in_(wanted), Photo.n == 1
    )
    return {row.listing_id: CoverPhoto(*row[1:]) for row in session.execute(found)}
