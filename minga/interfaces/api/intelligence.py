"""Matching by REST: what fits a listing with its reasons, *not useful*, the switch, headings for a title."""

from typing import Any

from fastapi import Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from minga.communities.access import community_to_see
from minga.intelligence import commands, queries
from minga.intelligence.queries import Fitting
from minga.interfaces.api import frame
from minga.interfaces.api.frame import In, limit, nothing, ok
from minga.interfaces.http import read_unit, write_unit
from minga.kit.ids import parse_id

router = frame.router("intelligence")


class SwitchIn(In):
    on: bool


class MatchesShown(BaseModel):
    """Suggestions, the best first. The points of the terms add up to the score."""

    items: list[dict[str, Any]]


class CategoriesShown(BaseModel):
    items: list[dict[str, Any]]


class SwitchShown(BaseModel):
    on: bool


def _match(one: Fitting) -> dict[str, Any]:
    return {
        "id": one.suggestion_id,
        "for": {"id": one.own_id, "title": one.own_title},
        "listing": {"id": one.listing_id, "title": one.title, "url": f"/listings/{one.listing_id}"},
        "direction": one.direction.value,
        "kind": one.kind.value,
        "owner_name": one.owner_name,
        "community": one.community,
        "score": one.points,
        "terms": [
            {"name": reason.name, "points": reason.points, "because": reason.because}
            for reason in one.reasons
        ],
        "not_used": list(one.not_used),
        "weights": one.weights,
        "model": one.model,
    }


@router.get("/listings/{id}/matches", response_model=MatchesShown)
@limit("read")
def listing_matches(request: Request, id: str) -> Response:
    """What might fit a listing, for its owner."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = queries.fitting(unit.session, unit.actor, parse_id(id), at=unit.now)
        return ok(unit, {"items": [_match(one) for one in found]})


@router.get("/me/matches", response_model=MatchesShown)
@limit("read")
def my_matches(request: Request) -> Response:
    """What might fit any open listing of one's own."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = queries.for_me(unit.session, unit.actor, at=unit.now)
        return ok(unit, {"items": [_match(one) for one in found]})


@router.post("/matches/{id}/not-useful", status_code=204)
@limit("write")
def not_useful(request: Request, id: str) -> Response:
    """Never show this pair to oneself again."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.not_useful(unit.session, unit.actor, parse_id(id), at=unit.now)
        return nothing(unit)


@router.post("/me/suggestions", response_model=SwitchShown)
@limit("write")
def switch(request: Request, body: SwitchIn) -> Response:
    """Suggestions on or off for oneself; off, one is in none either."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.switch(unit.session, unit.actor, on=body.on, at=unit.now)
        return ok(unit, {"on": body.on})


@router.get("/communities/{c}/categories/suggestions", response_model=CategoriesShown)
@limit("read")
def suggested_categories(request: Request, c: str, title: str = Query("", max_length=255)) -> Response:
    """Three headings for what somebody writes; none is set by itself."""
    with read_unit(request) as unit:
        unit.signed_in()
        community = community_to_see(unit.session, unit.actor, c, at=unit.now)
        found = queries.suggested_categories(unit.session, unit.actor, community.id, title)
        return ok(unit, {"items": [{"id": id, "labels": labels} for id, labels in found]})
