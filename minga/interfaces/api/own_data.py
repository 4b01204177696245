"""Asking for one's own data by REST. The file itself is only ever taken on a page, with one's own sign-in."""

from datetime import datetime
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel

from minga.communities.access import require_scope
from minga.identity import commands, queries
from minga.identity.queries import OwnRequest
from minga.interfaces.api import frame
from minga.interfaces.api.frame import limit, ok
from minga.interfaces.http import read_unit, write_unit

router = frame.router("identity")


class ExportShown(BaseModel):
    """A file of one's own data: waiting, ready, or over; `page` is where a person takes it."""

    id: str
    state: str
    asked_at: datetime
    until_at: datetime
    size: int | None
    page: str


def _shown(found: OwnRequest) -> dict[str, Any]:
    return {
        "id": found.id,
        "state": found.state,
        "asked_at": found.asked_at,
        "until_at": found.until_at,
        "size": found.size,
        "page": "/me/data",
    }


@router.post("/me/exports", response_model=ExportShown, status_code=202)
@limit("export")
def export_ask(request: Request) -> Response:
    """Ask for a file of everything that is one's own."""
    with write_unit(request) as unit:
        unit.signed_in()
        require_scope(unit.actor, writing=True)
        asked = commands.ask_for_own_data(unit.session, unit.actor, at=unit.now)
        found = queries.own_request(unit.session, unit.actor, asked.id, at=unit.now)
        return ok(unit, _shown(found), status=202)


@router.get("/me/exports/{id}", response_model=ExportShown)
@limit("read")
def export_show(request: Request, id: str) -> Response:
    """Where it stands."""
    with read_unit(request) as unit:
        unit.signed_in()
        return ok(unit, _shown(queries.own_request(unit.session, unit.actor, id, at=unit.now)))
