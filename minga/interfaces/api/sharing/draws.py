"""The record of a lot about a listing, by REST."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from minga.interfaces.api import frame
from minga.interfaces.api.frame import limit, ok
from minga.interfaces.http import read_unit
from minga.kit.ids import parse_id
from minga.sharing import queries

router = frame.router("sharing")


class DrawRecord(BaseModel):
    """All that is needed to draw it again: `minga lot verify` reads this."""

    model_config = ConfigDict(extra="allow")

    format: str
    listing: str
    round: str
    commitment: str
    secret: str
    claims_root: str
    seed: str
    parts: list[dict[str, Any]]
    shares: dict[str, int]


@router.get("/listings/{id}/draw", response_model=DrawRecord)
@limit("read")
def show_draw(request: Request, id: str) -> Response:
    """The record of the lot, for whoever sees the listing; nothing before it is drawn."""
    with read_unit(request) as unit:
        unit.signed_in()
        return ok(unit, queries.draw_record(unit.session, unit.actor, parse_id(id), at=unit.now))
