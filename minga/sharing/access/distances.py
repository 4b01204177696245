"""How far a listing's cell is from another, as a sum in the database: the same sum as `rules.places.band_of`."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, case, func

from minga.sharing.models import ListingCell
from minga.sharing.rules.places import LON_MAX, METRES, MICRO


def square(lat: Any, lon: Any, lon_metres: Any) -> ColumnElement[int]:
    """Metres between the middles of two cells, squared; `lon_metres` is `metres_per_lon` of the one given."""
    apart = func.abs(ListingCell.lon - lon)
    across = case((apart > LON_MAX, 2 * LON_MAX - apart), else_=apart)
    up = _whole(func.abs(ListingCell.lat - lat) * METRES)
    side = _whole(across * lon_metres)
    return up * up + side * side


def _whole(metres: ColumnElement[Any]) -> ColumnElement[Any]:
    return metres.op("/", return_type=BigInteger())(MICRO)
