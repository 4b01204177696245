"""Named places of a community, where the asker is, and what can be near."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, or_, select

from minga.communities.models import Community
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Invalid, Refused
from minga.kit.ids import Id, is_id
from minga.kit.questions import Question
from minga.sharing.access import is_open, place_to_see
from minga.sharing.models import Listing, ListingCell, ListingPoint, PersonCell, Place
from minga.sharing.rules import Cell, Precision, Where
from minga.sharing.rules.places import BAD_POINT, NEAR_WHAT, PLACES_MAX, cell_of, read_point, said_point


class PlaceShown(msgspec.Struct, frozen=True):
    """A named place; `n` counts the open listings there, `point` is how it would be typed."""

    id: Id
    community_id: Id
    name: str
    point: str
    n: int = 0

    @property
    def has_point(self) -> bool:
        return bool(self.point)


def places(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[PlaceShown]:
    """The places of a community and of the one above it, by name; the caller has let the asker in."""
    if not actor.signed_in:
        return []
    counted = (
        select(ListingCell.place_id, func.count().label("n"))
        .join(Listing, Listing.id == ListingCell.listing_id)
        .where(ListingCell.place_id.is_not(None), Listing.community_id == community_id, is_open(at))
        .where(Listing.level != "private")
        .group_by(ListingCell.place_id)
        .subquery()
    )
    root = select(Community.root_id).where(Community.id == community_id)
    found = (
        select(Place, func.coalesce(counted.c.n, 0).label("n"))
        .join(counted, counted.c.place_id == Place.id, isouter=True)
        .where(
            or_(Place.community_id == community_id, Place.community_id.in_(root)), Place.retired_at.is_(None)
        )
        .order_by(Place.name_key, Place.id)
        .limit(PLACES_MAX)
    )
    return [
        PlaceShown(
            place.id,
            place.community_id,
            place.name,
            said_point(place.lat, place.lon) if place.lat is not None and place.lon is not None else "",
            n,
        )
        for place, n in session.execute(found)
    ]


def my_cell(session: Session, actor: Actor) -> tuple[Cell, Precision] | None:
    """Where the asker said they are, if they did."""
    if actor.person_id is None:
        return None
    found = session.get(PersonCell, actor.person_id)
    return (Cell(found.lat, found.lon), found.precision) if found else None


def near_choices(
    session: Session, actor: Actor, community_id: Id | None
) -> tuple[bool, list[tuple[Id, str]]]:
    """Whether the asker said where they are, and the places with a point that this community may be asked near to."""
    mine = actor.signed_in and _MINE.first(session, me=actor.person_id) is not None
    named = _NAMED.plain(session, community=community_id) if community_id and actor.signed_in else []
    return mine, [(row[0], row[1]) for row in named]


_MINE = Question(lambda: select(PersonCell.person_id).where(PersonCell.person_id == bindparam("me")))
_CELL = Question(
    lambda: select(ListingCell.place_id, ListingCell.precision, ListingCell.lat, ListingCell.lon).where(
        ListingCell.listing_id == bindparam("listing")
    )
)


def _named() -> Any:
    wanted: Any = bindparam("community")
    root = select(Community.root_id).where(Community.id == wanted)
    return (
        select(Place.id, Place.name)
        .where(
            or_(Place.community_id == wanted, Place.community_id.in_(root)),
            Place.retired_at.is_(None),
            Place.lat.is_not(None),
        )
        .order_by(Place.name_key, Place.id)
        .limit(PLACES_MAX)
    )


_NAMED = Question(_named)


def near_cell(session: Session, actor: Actor, said: str, *, at: datetime) -> Cell:
    """The cell that "near" means: the asker's own (`me`), a named place, or a point; a point is made coarse first."""
    if said == "me":
        mine = my_cell(session, actor)
        if mine is not None:
            return mine[0]
    elif is_id(said):
        return _cell_of_place(session, actor, said, at=at)
    elif said:
        try:
            return cell_of(*read_point(said), Precision.NEIGHBOURHOOD)
        except Invalid:
            raise Invalid(BAD_POINT, fields={"near": BAD_POINT}) from None
    raise Invalid(NEAR_WHAT, code="near_what", fields={"near": NEAR_WHAT})


def _cell_of_place(session: Session, actor: Actor, place_id: Id, *, at: datetime) -> Cell:
    try:
        place = place_to_see(session, actor, place_id, at=at)
    except Refused:
        raise Invalid(NEAR_WHAT, code="near_what", fields={"near": NEAR_WHAT}) from None
    if place.lat is None or place.lon is None:
        raise Invalid(NEAR_WHAT, code="near_what", fields={"near": NEAR_WHAT})
    return cell_of(place.lat, place.lon, Precision.NEIGHBOURHOOD)


def where_of(session: Session, listing_id: Id) -> Where | None:
    """Where a listing is, as its owner would say it again; for those who may change it."""
    cell = _CELL.first(session, listing=listing_id)
    if cell is None:
        return None
    if cell.place_id is not None:
        return Where(place_id=cell.place_id)
    point = session.get(ListingPoint, listing_id) if cell.precision is Precision.EXACT else None
    return Where(
        lat=point.lat if point else cell.lat, lon=point.lon if point else cell.lon, precision=cell.precision
    )
