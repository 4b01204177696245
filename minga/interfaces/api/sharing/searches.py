"""Kept searches by REST: the wish is the query of a list's address, as the list takes it."""

from typing import Annotated

from fastapi import Request
from fastapi.responses import Response
from pydantic import Field
from starlette.datastructures import QueryParams

from minga.communities.access import community_to_read
from minga.interfaces.api import frame
from minga.interfaces.api.frame import In, limit, nothing, ok
from minga.interfaces.api.sharing.narrowing import narrowed
from minga.interfaces.http import read_unit, write_unit
from minga.kit.ids import parse_id
from minga.sharing import commands, queries
from minga.sharing.rules import Direction, Kind, Wish, read_search
from minga.sharing.rules.searches import Often

router = frame.router("sharing")


class SearchIn(In):
    """A search to keep: words, filters, and how often to hear of what is new."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    community: Annotated[str, Field(max_length=64)] = ""
    q: Annotated[str, Field(max_length=200)] = ""
    direction: Direction | None = None
    kind: Kind | None = None
    category: Annotated[str, Field(max_length=64)] = ""
    near: Annotated[str, Field(max_length=64)] = ""
    radius_km: int = 10
    often: Often = Often.DAILY


@router.get("/me/searches")
@limit("read")
def searches(request: Request) -> Response:
    """One's own kept searches."""
    with read_unit(request) as unit:
        unit.signed_in()
        return ok(unit, {"items": queries.searches(unit.session, unit.actor), "next": None})


@router.post("/me/searches", status_code=201)
@limit("write")
def keep_search(request: Request, body: SearchIn) -> Response:
    """Keep a search."""
    with write_unit(request) as unit:
        unit.signed_in()
        slug = body.community
        community = community_to_read(unit.session, unit.actor, slug, at=unit.now) if slug else None
        wish = Wish(
            search=read_search(body.q),
            direction=body.direction,
            kinds=frozenset({body.kind} if body.kind else ()),
            category=body.category,
        )
        if body.near:
            said = {"near": body.near, "radius_km": str(body.radius_km)}
            wish = narrowed(unit, wish, QueryParams(said))
        made = commands.keep_search(
            unit.session,
            unit.actor,
            wish,
            name=body.name,
            address=f"/c/{community.slug}/listings" if community else "/listings",
            often=body.often,
            community_id=community.id if community else None,
            at=unit.now,
        )
        return ok(unit, {"id": made.id, "name": made.name, "often": made.often}, status=201)


@router.delete("/me/searches/{id}", status_code=204)
@limit("write")
def end_search(request: Request, id: str) -> Response:
    """Keep it no longer."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.end_search(unit.session, unit.actor, parse_id(id), at=unit.now)
        return nothing(unit)
