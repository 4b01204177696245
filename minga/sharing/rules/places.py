"""Places: how precisely somebody says where, the fixed grid that everybody else gets, and how far apart two cells are.

Coordinates are whole millionths of a degree, distances whole metres; nothing finer than a cell is ever compared.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from math import cos, radians

from minga.kit.errors import Invalid
from minga.kit.i18n import N_

MICRO = 1_000_000
LAT_MAX, LON_MAX = 90 * MICRO, 180 * MICRO
METRES = 111_195
"""Metres of a degree along a meridian, and so thousandths of a metre of a thousandth."""
BANDS_KM = (1, 3, 10, 30, 100)
FURTHER = len(BANDS_KM)
RADIUS_KM = 10
NAME_MAX = 120
PLACES_MAX = 500

NEAR_WHAT = N_("Near what? Choose a place or leave it out.")
BAD_POINT = N_("Write a point as latitude and longitude in degrees, like 3.4516, -76.5320.")
BAD_RADIUS = N_("Choose how near: 1, 3, 10, 30 or 100 km.")


class Precision(StrEnum):
    """How precisely the owner says where something is."""

    EXACT = "exact"
    NEIGHBOURHOOD = "neighbourhood"
    CITY = "city"
    REGION = "region"


PRECISION_WORDS = {
    Precision.NEIGHBOURHOOD: N_("The neighbourhood, about 1 km"),
    Precision.CITY: N_("The town, about 11 km"),
    Precision.REGION: N_("The region, about 110 km"),
    Precision.EXACT: N_("Exactly, for those with whom I share it; others see the neighbourhood"),
}
_STEPS = {
    Precision.EXACT: MICRO // 100,
    Precision.NEIGHBOURHOOD: MICRO // 100,
    Precision.CITY: MICRO // 10,
    Precision.REGION: MICRO,
}


@dataclass(frozen=True)
class Cell:
    """A field of the grid by its middle, in millionths of a degree."""

    lat: int
    lon: int

    def __str__(self) -> str:
        return f"{self.lat}_{self.lon}"


@dataclass(frozen=True)
class Where:
    """Where something is: at a named place of the community, or at a point as precise as its owner wants."""

    place_id: str = ""
    lat: int | None = None
    lon: int | None = None
    precision: Precision = Precision.NEIGHBOURHOOD

    def cell(self) -> Cell:
        """What everybody else gets of the point."""
        if self.lat is None or self.lon is None:
            raise ValueError("a named place knows its own cell")
        return cell_of(self.lat, self.lon, self.precision)


def where_fault(where: Where) -> str | None:
    """What is wrong with it, if anything.

    >>> where_fault(Where(lat=0, lon=0)), where_fault(Where(lat=0)) == BAD_POINT
    (None, True)
    """
    if where.place_id:
        return None
    if where.lat is None or where.lon is None:
        return BAD_POINT
    return None if abs(where.lat) <= LAT_MAX and abs(where.lon) <= LON_MAX else BAD_POINT


def cell_of(lat: int, lon: int, precision: Precision) -> Cell:
    """The field of the grid in which a point lies: 0.01°, 0.1° or 1° high, and about as wide in kilometres.

    >>> cell_of(52_516_275, 13_377_704, Precision.NEIGHBOURHOOD)
    Cell(lat=52515000, lon=13379992)
    >>> cell_of(52_515_000, 13_379_992, Precision.NEIGHBOURHOOD)
    Cell(lat=52515000, lon=13379992)
    """
    step = _STEPS[precision]
    middle = min((min(lat, LAT_MAX - 1) // step) * step + step // 2, LAT_MAX - 1)
    wide = min(round(step * MICRO / _narrowed(middle)), 2 * LON_MAX)
    column = (min(lon, LON_MAX - 1) + LON_MAX) // wide
    return Cell(middle, min(column * wide + wide // 2, 2 * LON_MAX - 1) - LON_MAX)


def _narrowed(lat: int) -> int:
    """How long a degree along this parallel is, in millionths of one along a meridian; never nothing."""
    return max(round(cos(radians(lat / MICRO)) * MICRO), 1)


def metres_per_lon(lat: int) -> int:
    """Thousandths of a metre of a thousandth of a degree along this parallel.

    >>> metres_per_lon(0), metres_per_lon(60 * MICRO)
    (111195, 55598)
    """
    return max(round(METRES * _narrowed(lat) / MICRO), 1)


def band_of(one: Cell, other: Cell) -> int:
    """How far apart two cells are: under 1, 3, 10, 30, 100 km are the bands 0 to 4, further is 5.

    >>> here = cell_of(0, 0, Precision.NEIGHBOURHOOD)
    >>> [band_of(here, cell_of(0, km * 9_000, Precision.NEIGHBOURHOOD)) for km in (0, 2, 5, 20, 50, 500)]
    [0, 1, 2, 3, 4, 5]
    """
    across = abs(one.lon - other.lon)
    across = min(across, 2 * LON_MAX - across)
    up, side = (one.lat - other.lat) * METRES // MICRO, across * metres_per_lon(one.lat) // MICRO
    square = up * up + side * side
    return next((n for n, km in enumerate(BANDS_KM) if square < (km * 1_000) ** 2), FURTHER)


_NUMBER = r"([-+]?\d{1,3}(?:\.\d{1,12})?)"
_POINT = re.compile(rf"\s*{_NUMBER}\s*(?:[,;]\s*|\s){_NUMBER}\s*")


def read_point(said: str) -> tuple[int, int]:
    """Latitude and longitude as somebody typed or copied them, in millionths of a degree.

    >>> read_point("3.4516, -76.5320")
    (3451600, -76532000)
    """
    found = _POINT.fullmatch(said[:100])
    if found is None:
        raise Invalid(BAD_POINT)
    lat, lon = (_micro(part) for part in found.groups())
    if abs(lat) > LAT_MAX or abs(lon) > LON_MAX:
        raise Invalid(BAD_POINT)
    return lat, lon


def said_point(lat: int, lon: int) -> str:
    """A point as it is typed.

    >>> said_point(3451600, -532000)
    '3.451600, -0.532000'
    """
    return ", ".join(
        f"{'-' if one < 0 else ''}{abs(one) // MICRO}.{abs(one) % MICRO:06}" for one in (lat, lon)
    )


def read_cell(said: str) -> Cell:
    """A cell as it stands in an address; Invalid when it is none."""
    found = re.fullmatch(r"(-?\d{1,8})_(-?\d{1,9})", said)
    if found is None:
        raise Invalid(BAD_POINT, fields={"cell": BAD_POINT})
    return Cell(int(found[1]), int(found[2]))


def read_radius(said: str) -> int:
    """A radius in km out of those that there are; the usual one when nothing is said.

    >>> read_radius(""), read_radius("30")
    (10, 30)
    """
    if not said:
        return RADIUS_KM
    if said not in {str(km) for km in BANDS_KM}:
        raise Invalid(BAD_RADIUS, fields={"radius_km": BAD_RADIUS})
    return int(said)


def _micro(said: str) -> int:
    sign = -1 if said.startswith("-") else 1
    whole, _, part = said.lstrip("+-").partition(".")
    return sign * (int(whole) * MICRO + int(part[:6].ljust(6, "0")))
