"""The record of a lot about a listing, for whoever sees the listing, so that anybody draws it again."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from minga.interfaces.http import read_unit
from minga.interfaces.web.page import PageRouter
from minga.kit.ids import parse_id
from minga.sharing import queries

router = PageRouter()


@router.get("/listings/{id}/draw.json", limit="read")
def draw_file(request: Request, id: str) -> Response:
    """What `minga lot verify` reads."""
    with read_unit(request) as unit:
        unit.signed_in()
        record = queries.draw_record(unit.session, unit.actor, parse_id(id), at=unit.now)
    return JSONResponse(record, headers={"Content-Disposition": 'attachment; filename="draw.json"'})
