"""How listings are answered: one shape for lists and single ones, the owner's name and level only where they may be read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from pydantic import BaseModel

from minga.interfaces.api.sharing.shapes import OWN_IN
from minga.kit.kept import Kept
from minga.sharing.queries import Card, CoverPhoto, Detail
from minga.sharing.rules import BANDS_KM, Direction, Kind, Level, Measure, Origin, Precision
from minga.sharing.rules.places import said_point


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """What others learn of where it is; `band` is how far from the place that was asked for."""

    label: str
    precision: Precision | None = None
    band: str | None = None


BANDS = (*(f"under_{km}_km" for km in BANDS_KM), "further")


class CommunityOut(msgspec.Struct, frozen=True):
    slug: str
    name: str


class OwnerOut(msgspec.Struct, frozen=True):
    handle: str
    name: str


class QuantityOut(msgspec.Struct, frozen=True):
    milli: int
    unit: Measure


class PhotoOut(msgspec.Struct, frozen=True):
    url: str
    alt: str
    width: int
    height: int


class ListingOut(msgspec.Struct, frozen=True):
    """A listing in a list."""

    id: str
    number: int
    url: str
    community: CommunityOut
    origin: Origin
    direction: Direction
    kind: Kind
    title: str
    description: str
    language: str
    category: str | None
    quantity: QuantityOut | None
    terms: list[dict[str, Any]]
    level: Level | None
    place: Place | None
    owner: OwnerOut | None
    photos: list[PhotoOut]
    status: str
    published_at: datetime | None
    expires_at: datetime | None


def _place(card: Card) -> Place | None:
    if card.band is not None:
        return Place(card.place, card.precision, BANDS[card.band])
    return Place(card.place) if card.place else None


_encode = msgspec.json.Encoder().encode
_kept: Kept[Card, msgspec.Raw] = Kept("listings as JSON", 5_000)
_kept_lists: Kept[tuple[Card, ...], msgspec.Raw] = Kept("lists as JSON", 50)


def listing_out(card: Card, covers: dict[str, CoverPhoto], me: str | None) -> ListingOut:
    """A card as JSON wants it; everything in a list is open."""
    cover = covers.get(card.id)
    return ListingOut(
        card.id,
        card.number,
        f"/listings/{card.id}",
        CommunityOut(card.slug, card.community),
        card.origin,
        card.direction,
        card.kind,
        card.title,
        card.description,
        card.language,
        card.category_id,
        QuantityOut(card.quantity_milli, card.quantity_unit)
        if card.quantity_milli and card.quantity_unit
        else None,
        card.terms,
        card.level if me is not None and card.owner_id == me else None,
        _place(card),
        OwnerOut(card.handle, card.owner) if card.handle and card.owner else None,
        [PhotoOut(f"/listings/{card.id}/photos/{cover.id}/small", cover.alt, cover.width, cover.height)]
        if cover
        else [],
        "open",
        card.published_at,
        card.expires_at,
    )


def listing_json(card: Card, covers: dict[str, CoverPhoto], me: str | None) -> msgspec.Raw:
    """The same as bytes; those of a card that is nobody's own here are kept with it."""
    if me is not None and card.owner_id == me:
        return msgspec.Raw(_encode(listing_out(card, covers, me)))
    return _kept.get(card) or _kept.put(card, msgspec.Raw(_encode(listing_out(card, covers, None))))


def listings_json(
    cards: Sequence[Card], covers: dict[str, CoverPhoto], me: str | None
) -> msgspec.Raw | list[msgspec.Raw]:
    """A list of them; one in which nothing is the reader's own is kept as a whole."""
    if any(card.owner_id == me for card in cards):
        return [listing_json(card, covers, me) for card in cards]
    key = tuple(cards)
    return _kept_lists.get(key) or _kept_lists.put(
        key, msgspec.Raw(_encode([listing_json(card, covers, me) for card in cards]))
    )


def detail_out(found: Detail, me: str | None) -> dict[str, Any]:
    """One listing with its kind's own fields and what the caller may do."""
    plain: dict[str, Any] = msgspec.to_builtins(listing_out(found.card, {}, me), builtin_types=(datetime,))
    address = f"/listings/{found.card.id}/photos"
    plain |= {
        "status": found.state.value,
        "level": found.card.level if found.theirs else None,
        "photos": [
            PhotoOut(f"{address}/{one.id}/large", one.alt, one.width, one.height) for one in found.photos
        ],
        found.card.kind.value: found.own,
        "answers": found.answers,
        "collect_until": found.collect_until,
        "available_from_on": found.available_from_on,
        "available_until_on": found.available_until_on,
        "closed_at": found.closed_at,
        "extra": dict(found.extra),
        "changed_at": found.changed_at,
        "version": found.card.version,
        "may": found.may,
    }
    if found.theirs:
        plain |= {
            "name_shown": found.name_shown,
            "expires_on": found.expires_on,
            "named": [person for person, _ in found.named],
            "where": _where(found),
        }
    return plain


def _where(found: Detail) -> dict[str, Any] | None:
    """Where the owner said it is, for the owner alone."""
    where = found.where
    if where is None:
        return None
    point = said_point(where.lat, where.lon) if where.lat is not None and where.lon is not None else ""
    return {"place_id": where.place_id, "point": point, "precision": where.precision}


class ListingShown(BaseModel):
    """A listing as it is answered; the part named for its kind holds that kind's fields."""

    id: str
    number: int
    url: str
    community: dict[str, str]
    origin: Origin
    direction: Direction
    kind: Kind
    title: str
    description: str
    language: str
    category: str | None
    quantity: dict[str, Any] | None
    terms: list[dict[str, Any]]
    level: Level | None
    place: dict[str, str] | None
    owner: dict[str, str] | None
    photos: list[dict[str, Any]]
    status: str
    published_at: datetime | None
    expires_at: datetime | None
    item: OWN_IN[Kind.ITEM] | None = None  # type: ignore[valid-type]
    service: OWN_IN[Kind.SERVICE] | None = None  # type: ignore[valid-type]
    job: OWN_IN[Kind.JOB] | None = None  # type: ignore[valid-type]
    help: OWN_IN[Kind.HELP] | None = None  # type: ignore[valid-type]
    skill: OWN_IN[Kind.SKILL] | None = None  # type: ignore[valid-type]
    time: OWN_IN[Kind.TIME] | None = None  # type: ignore[valid-type]
    space: OWN_IN[Kind.SPACE] | None = None  # type: ignore[valid-type]
    may: dict[str, bool] = {}


class ListingsShown(BaseModel):
    """A page of a list."""

    items: list[ListingShown]
    next: str | None
    total: int | None = None
    communities: int | None = None
    by_community: dict[str, dict[str, Any]] | None = None
    facets: dict[str, Any] | None = None
