"""Taking the members out as a file, with a purpose."""

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import access, commands, queries
from minga.communities.commands.exports import COLUMNS
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.http.tables import as_csv
from minga.interfaces.web.communities.here import community_here
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Invalid, Refused

router = PageRouter()


@router.get("/c/{c}/members/file")
def file_page(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        return _page(request, unit, c)


def _page(request: Request, unit: Unit, c: str, refusal: Refused | None = None) -> Response:
    here = community_here(unit, c)
    decision = access.may(unit.session, unit.actor, "member.export", here.id, at=unit.now)
    if not decision and decision.rule != "confirm":
        access.require(unit.session, unit.actor, "member.export", here.id, at=unit.now)
    return render(
        request,
        unit,
        "communities/member_file.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=here,
        here=here,
        before=queries.member_exports(unit.session, unit.actor, here.id, at=unit.now),
    )


@router.post("/c/{c}/members/file", limit="export")
def take_out(request: Request, c: str) -> Response:
    """The file itself. That it was taken stands in the log, and in the own log of each member in it."""
    purpose = read_form(request).get("purpose")
    try:
        with write_unit(request) as unit:
            here = community_here(unit, c)
            taken = commands.export_members(unit.session, unit.actor, here.id, purpose, at=unit.now)
    except Invalid as refusal:
        with read_unit(request) as unit:
            return _page(request, unit, c, refusal)
    headers = {
        "Content-Disposition": f'attachment; filename="members-{here.slug}.csv"',
        "Cache-Control": "no-store",
    }
    return Response(
        as_csv(taken.rows, COLUMNS, bom=True), media_type="text/csv; charset=utf-8", headers=headers
    )
