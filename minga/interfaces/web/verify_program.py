"""The program that checks draws and counts, and the files of polls that it checks."""

from starlette.requests import Request
from starlette.responses import Response

from minga.interfaces.http import read_unit
from minga.interfaces.http.poll_files import named, record_of, table_of
from minga.interfaces.http.verifier import program
from minga.interfaces.web.page import PageRouter

router = PageRouter()


@router.get("/verify.pyz", limit="read")
def show_program(request: Request) -> Response:
    """For anybody: it holds no data."""
    named = {"Content-Disposition": 'attachment; filename="verify.pyz"'}
    return Response(program(), media_type="application/zip", headers=named)


@router.get("/polls/{id}/record.json", limit="export")
def show_record(request: Request, id: str) -> Response:
    """The signed record of a counted poll, to be counted again anywhere."""
    with read_unit(request) as unit:
        unit.signed_in()
        return Response(record_of(unit, id), media_type="application/json", headers=named(id, "json"))


@router.get("/polls/{id}/ballots.csv", limit="export")
def show_ballots(request: Request, id: str) -> Response:
    """The published ballots as a table."""
    with read_unit(request) as unit:
        unit.signed_in()
        return Response(table_of(unit, id), media_type="text/csv; charset=utf-8", headers=named(id, "csv"))
