"""Lists as a map: cells of the grid with numbers, drawn here, each a link to its list; the same as a list beneath."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from minga.interfaces.http import Unit
from minga.interfaces.web.page import render, voice_of
from minga.interfaces.web.sharing.filters import BAND_WORDS
from minga.sharing import queries
from minga.sharing.rules import BANDS_KM, Cell, Wish
from minga.sharing.rules.places import METRES, MICRO, metres_per_lon

WIDE, HIGH, MARGIN, SIDE = 640, 400, 40, 36
"""In units of the drawing: its size, what is left free, and the side of a cell, large enough for a finger."""


@dataclass(frozen=True)
class Drawn:
    """One cell: where it stands in the drawing, what it says, where it leads."""

    x: int
    y: int
    n: int
    band: str
    address: str


def show_map(request: Request, unit: Unit, community: Any, address: str, wish: Wish) -> Response:
    """The map and its list. Nothing finer than cells is in it."""
    found = queries.cells(
        unit.session, unit.actor, wish, at=unit.now, community_id=community.id if community else None
    )
    voice = voice_of(request, unit, getattr(community, "language", None))
    kept = [
        (name, value)
        for name, value in request.query_params.multi_items()
        if name not in ("view", "after", "cell")
    ]

    def told(band: int | None) -> str:
        return "" if band is None else voice.said(BAND_WORDS[band], km=BANDS_KM[min(band, len(BANDS_KM) - 1)])

    drawn = [
        Drawn(*spot, one.n, told(one.band), f"{address}?{urlencode([*kept, ('cell', str(one.cell))])}")
        for one, spot in zip(found, spots([one.cell for one in found]), strict=True)
    ]
    return render(
        request,
        unit,
        "sharing/map.html",
        community=community,
        drawn=drawn,
        size=(WIDE, HIGH, SIDE),
        back=f"{address}?{urlencode(kept)}" if kept else address,
    )


def spots(cells: list[Cell]) -> list[tuple[int, int]]:
    """Where cells stand in the drawing: true to scale, north up, whole units.

    >>> spots([Cell(0, 0)]), spots([Cell(0, 0), Cell(0, 10_000)])
    ([(320, 200)], [(40, 200), (599, 200)])
    """
    if not cells:
        return []
    middle = sum(one.lat for one in cells) // len(cells)
    across = [one.lon * metres_per_lon(middle) // MICRO for one in cells]
    up = [one.lat * METRES // MICRO for one in cells]
    west, east, south, north = min(across), max(across), min(up), max(up)
    room_x, room_y = WIDE - 2 * MARGIN, HIGH - 2 * MARGIN
    wide, high = east - west, north - south
    scale = max(-(-wide * MICRO // room_x), -(-high * MICRO // room_y), 1)
    return [
        (
            WIDE // 2 + (2 * x - west - east) * MICRO // (2 * scale),
            HIGH // 2 - (2 * y - south - north) * MICRO // (2 * scale),
        )
        for x, y in zip(across, up, strict=True)
    ]
