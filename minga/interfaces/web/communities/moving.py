"""Taking a whole community out as a file: asked by one, agreed by another, then here for a week."""

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from minga.communities import commands, queries
from minga.interfaces.http import read_form, read_unit, write_unit
from minga.interfaces.web.communities.here import community_here
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import NotFound
from minga.kit.i18n import N_

router = PageRouter()


@router.get("/c/{c}/export", limit="read")
def export_show(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        here = community_here(unit, c)
        page = queries.exports(unit.session, unit.actor, here.id, at=unit.now)
        return render(request, unit, "communities/export.html", community=here, here=here, page=page)


@router.post("/c/{c}/export", limit="export")
def export_ask(request: Request, c: str) -> Response:
    form = read_form(request)
    with write_unit(request) as unit:
        here = community_here(unit, c)
        asked = commands.ask_to_take_out(
            unit.session, unit.actor, here.id, words=form.get("words"), at=unit.now
        )
        if asked.agreed:
            return unit.go_to(f"/c/{c}/export", said=N_("The file is being made."))
        return unit.go_to(
            f"/seconds/{asked.id}", said=N_("Somebody else has to agree. The others who may are asked.")
        )


@router.get("/exports/{id}", limit="read")
def export_take(request: Request, id: str) -> Response:
    """The file itself, with one's own sign-in, for those who may take the community out."""
    with read_unit(request) as unit:
        unit.signed_in()
        found, slug = queries.export_ready(unit.session, unit.actor, id, at=unit.now)
        path = commands.export_file(unit.settings.home, found) if found else None
        if path is None or not path.is_file():
            raise NotFound(N_("This file is not here any more. Ask for a new one."))
        return FileResponse(
            path,
            media_type="application/octet-stream",
            filename=f"{slug}.minga",
            headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
        )
