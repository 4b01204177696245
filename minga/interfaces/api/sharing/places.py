"""Named places and skills by REST, and the map of a list: cells with numbers."""

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import Response
from pydantic import Field

from minga.communities.access import community_to_read
from minga.interfaces.api import frame
from minga.interfaces.api.frame import In, limit, ok
from minga.interfaces.api.sharing.answers import BANDS
from minga.interfaces.api.sharing.narrowing import PARAMETERS, narrowed
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.kit.ids import parse_id
from minga.sharing import commands, queries
from minga.sharing.rules import Wish, read_search

router = frame.router("sharing")


class PlaceIn(In):
    """A place with a name; the point is latitude, longitude in degrees, or empty."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    point: Annotated[str, Field(max_length=60)] = ""


@router.get("/communities/{c}/places")
@limit("read")
def places(request: Request, c: str) -> Response:
    """The places of a community, with how much is there."""
    with read_unit(request) as unit:
        unit.signed_in()
        community = community_to_read(unit.session, unit.actor, c, at=unit.now)
        found = queries.places(unit.session, unit.actor, community.id, at=unit.now)
        return ok(unit, {"items": found, "next": None})


@router.post("/communities/{c}/places", status_code=201)
@limit("write")
def name_place(request: Request, c: str, body: PlaceIn) -> Response:
    """Name a place."""
    with write_unit(request) as unit:
        unit.signed_in()
        community = community_to_read(unit.session, unit.actor, c, at=unit.now)
        made = commands.name_place(
            unit.session, unit.actor, community.id, name=body.name, point=body.point, at=unit.now
        )
        return ok(unit, {"id": made.id, "name": made.name}, status=201)


@router.post("/places/{id}/retirement")
@limit("write")
def retire_place(request: Request, id: str) -> Response:
    """Take a place off the list."""
    with write_unit(request) as unit:
        unit.signed_in()
        made = commands.retire_place(unit.session, unit.actor, parse_id(id), at=unit.now)
        return ok(unit, {"id": made.id, "name": made.name})


@router.get("/communities/{c}/skills")
@limit("read")
def skills(request: Request, c: str) -> Response:
    """The skills that members named, with how many listings speak of each."""
    with read_unit(request) as unit:
        unit.signed_in()
        community = community_to_read(unit.session, unit.actor, c, at=unit.now)
        found = queries.skills(unit.session, unit.actor, community.id, at=unit.now)
        return ok(unit, {"items": found, "next": None})


@router.get("/communities/{c}/map", openapi_extra=PARAMETERS)
@limit("search")
def map_of_listings(
    request: Request, c: str, q: Annotated[str, Query(max_length=200)] = "", category: str = ""
) -> Response:
    """Cells of the map with the number of listings in each; nothing finer than its owner wants."""
    with read_unit(request) as unit:
        unit.signed_in()
        community = community_to_read(unit.session, unit.actor, c, at=unit.now)
        wish = narrowed(unit, Wish(search=read_search(q), category=category), request.query_params)
        return ok(unit, {"items": _cells(unit, wish, community.id), "next": None})


def _cells(unit: Unit, wish: Wish, community_id: str) -> list[dict[str, object]]:
    found = queries.cells(unit.session, unit.actor, wish, at=unit.now, community_id=community_id)
    return [
        {
            "cell": str(one.cell),
            "n": one.n,
            "precision": one.precision,
            "band": None if one.band is None else BANDS[one.band],
        }
        for one in found
    ]
