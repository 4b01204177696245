"""Putting a listing where it is: a cell for everybody, and the exact point only when its owner says so."""

from dataclasses import replace

from sqlalchemy import delete, select

from minga.kit.db import Session
from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.sharing.models import Listing, ListingCell, ListingPoint, Place
from minga.sharing.queries.places import where_of as where_of
from minga.sharing.rules import Content, Precision, Where
from minga.sharing.rules.places import cell_of

NO_PLACE = N_("Choose a place from the list.")


def named(session: Session, communities: tuple[Id, Id], content: Content) -> Content:
    """The content with its named place, of its community or of the one above, checked; its name stands for the place when nothing else was said."""
    where = content.where
    if where is None:
        return content
    if not where.place_id:
        return replace(content, where=_kept_of(where))
    place = _place(session, communities, where.place_id)
    return replace(content, place=content.place or place.name, where=Where(place_id=place.id))


def _kept_of(where: Where) -> Where:
    """What is kept of a point: all of it when its owner wants that, else the middle of its cell."""
    if where.precision is Precision.EXACT:
        return where
    cell = where.cell()
    return replace(where, lat=cell.lat, lon=cell.lon)


def put(session: Session, listing: Listing, where: Where | None) -> None:
    """Write where a listing is instead of where it was."""
    for table in (ListingCell, ListingPoint):
        session.execute(delete(table).where(table.listing_id == listing.id))
    if where is not None:
        session.add_all(rows(session, listing.id, where))


def rows(session: Session, listing_id: Id, where: Where) -> list[ListingCell | ListingPoint]:
    """The rows that say where a listing is."""
    if where.place_id:
        place = session.get_one(Place, where.place_id)
        lat, lon = cell_of_place(place)
        precision = Precision.NEIGHBOURHOOD
        return [ListingCell(listing_id=listing_id, place_id=place.id, precision=precision, lat=lat, lon=lon)]
    cell = where.cell()
    found: list[ListingCell | ListingPoint] = [
        ListingCell(listing_id=listing_id, precision=where.precision, lat=cell.lat, lon=cell.lon)
    ]
    if where.precision is Precision.EXACT:
        found.append(ListingPoint(listing_id=listing_id, lat=where.lat, lon=where.lon))
    return found


def cell_of_place(place: Place) -> tuple[int, int] | tuple[None, None]:
    """The middle of the cell of a named place, if anybody has said where it is."""
    if place.lat is None or place.lon is None:
        return None, None
    cell = cell_of(place.lat, place.lon, Precision.NEIGHBOURHOOD)
    return cell.lat, cell.lon


def _place(session: Session, communities: tuple[Id, Id], place_id: Id) -> Place:
    found = session.scalar(
        select(Place).where(
            Place.id == place_id,
            Place.retired_at.is_(None),
            Place.community_id.in_(communities),
        )
    )
    if found is None:
        raise Invalid(NO_PLACE, fields={"place_id": NO_PLACE})
    return found
