"""Lists in another order than newest first: the nearest by bands of distance, needs by how urgent they are."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, case, func, literal, or_, select

from minga.kit.db import Instant
from minga.kit.paging import Cursor, beyond
from minga.sharing.access.distances import square
from minga.sharing.models import Listing, ListingCell, ListingHelp
from minga.sharing.rules import BANDS_KM, Cell, Order, Urgency, Wish
from minga.sharing.rules.places import FURTHER, LAT_MAX, LON_MAX, METRES, MICRO, metres_per_lon

_NEVER = datetime(9999, 12, 31, tzinfo=UTC)
_URGENCY = (Urgency.EMERGENCY, Urgency.URGENT, Urgency.NORMAL, Urgency.LOW)


def ordered(wish: Wish, seen: Sequence[ColumnElement[bool]], after: str | None, limit: int) -> Select[Any]:
    """Ids of the next listings with what they are sorted by: (id, keys…, precision, band)."""
    if wish.order is Order.URGENT or wish.near is None:
        around = [is_near(wish.near, wish.radius_km)] if wish.near else []
        return _urgent([*seen, *around], after, limit)
    return _near(wish, wish.near, seen, after, limit)


def cursor_of(wish: Wish, row: Any) -> str:
    """Where the list goes on after that row."""
    if wish.order is Order.URGENT:
        return Cursor((row.urgency, row.needed_by, row.published_at, row.id)).encode()
    if wish.order is Order.NEAREST:
        return Cursor((-row.band, row.published_at, row.id)).encode()
    return Cursor((row.published_at, row.id)).encode()


def _near(
    wish: Wish, here: Cell, seen: Sequence[ColumnElement[bool]], after: str | None, limit: int
) -> Select[Any]:
    """By band and then newest, or only the newest within the radius."""
    band = band_column(here)
    keys: tuple[Any, ...] = (Listing.id, Listing.published_at, ListingCell.precision, band.label("band"))
    found = (
        select(*keys)
        .join_from(ListingCell, Listing, Listing.id == ListingCell.listing_id)
        .where(*seen, *within(here, wish.radius_km))
    )
    newest = (Listing.published_at, Listing.id)
    if wish.order is not Order.NEAREST:
        if after:
            found = found.where(beyond(newest, Cursor.decode(after, datetime, str), descending=True))
        return found.order_by(*(one.desc() for one in newest)).limit(limit)
    if after:
        there = Cursor.decode(after, int, datetime, str)
        found = found.where(beyond((-band, *newest), there, descending=True))
    return found.order_by(band, *(one.desc() for one in newest)).limit(limit)


def is_near(here: Cell, km: int) -> ColumnElement[bool]:
    """Whether a listing is within a radius, for lists that are sorted by something else."""
    return Listing.id.in_(select(ListingCell.listing_id).where(*within(here, km)))


def within(here: Cell, km: int) -> list[ColumnElement[bool]]:
    """A box on the columns that the index knows, then the exact distance from cell to cell."""
    metres = km * 1_000
    up = metres * MICRO // METRES + 1
    side = metres * MICRO // metres_per_lon(min(abs(here.lat) + up, LAT_MAX)) + 1
    west, east = here.lon - side, here.lon + side
    if side >= LON_MAX:
        across: ColumnElement[bool] = ListingCell.lon.is_not(None)
    elif west < -LON_MAX:
        across = or_(ListingCell.lon <= east, ListingCell.lon >= west + 2 * LON_MAX)
    elif east > LON_MAX:
        across = or_(ListingCell.lon >= west, ListingCell.lon <= east - 2 * LON_MAX)
    else:
        across = ListingCell.lon.between(west, east)
    return [ListingCell.lat.between(here.lat - up, here.lat + up), across, _square(here) < metres * metres]


def band_column(here: Cell) -> ColumnElement[int]:
    """The band of each listing as seen from a cell; the same sum as `rules.places.band_of`."""
    square = _square(here)
    return case(*((square < (km * 1_000) ** 2, n) for n, km in enumerate(BANDS_KM)), else_=FURTHER)


def _square(here: Cell) -> ColumnElement[int]:
    return square(here.lat, here.lon, metres_per_lon(here.lat))


def _urgent(seen: Sequence[ColumnElement[bool]], after: str | None, limit: int) -> Select[Any]:
    """Emergencies, urgent, normal, low; then by when it is needed, then what has waited longest."""
    normal = _URGENCY.index(Urgency.NORMAL)
    urgency = case(*((ListingHelp.urgency == one, n) for n, one in enumerate(_URGENCY)), else_=normal)
    needed_by = func.coalesce(ListingHelp.needed_by_at, bindparam(None, _NEVER, type_=Instant), type_=Instant)
    found = (
        select(
            Listing.id,
            Listing.published_at,
            urgency.label("urgency"),
            needed_by.label("needed_by"),
            literal(None).label("precision"),
            literal(None).label("band"),
        )
        .join_from(Listing, ListingHelp, ListingHelp.listing_id == Listing.id, isouter=True)
        .where(*seen)
    )
    if after:
        there = Cursor.decode(after, int, datetime, datetime, str)
        found = found.where(beyond((urgency, needed_by, Listing.published_at, Listing.id), there))
    return found.order_by(urgency, needed_by, Listing.published_at, Listing.id).limit(limit)
