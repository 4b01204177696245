"""One's own data: a file of all of it, and being erased."""

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from minga.identity import commands, queries
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Conflict, NotFound, Refused, TooMany
from minga.kit.i18n import N_

router = PageRouter()


@router.get("/me/data", limit="read")
def data_show(request: Request) -> Response:
    with read_unit(request) as unit:
        return _data(request, unit)


def _data(request: Request, unit: Unit, refusal: Refused | None = None) -> Response:
    unit.signed_in()
    return render(
        request,
        unit,
        "identity/data.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        data=queries.own_data(unit.session, unit.actor, at=unit.now),
    )


@router.post("/me/data/export", limit="export")
def export_ask(request: Request) -> Response:
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            commands.ask_for_own_data(unit.session, unit.actor, at=unit.now)
            return unit.go_to(
                "/me/data",
                said=N_("Your file is being made. You are told when it is ready, within ten minutes."),
            )
    except TooMany as refusal:
        with read_unit(request) as unit:
            return _data(request, unit, refusal)


@router.get("/me/data/exports/{id}", limit="read")
def export_take(request: Request, id: str) -> Response:
    """The file itself, for nobody but the person, with their own sign-in."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = queries.own_request(unit.session, unit.actor, id, at=unit.now)
        path = commands.export_path(unit.settings.home, found.id)
        if found.state != "ready" or not path.is_file():
            raise NotFound(N_("This file is not here any more. Ask for a new one on your page of data."))
        return FileResponse(
            path,
            media_type="application/zip",
            filename=f"minga-{found.asked_at.date().isoformat()}.zip",
            headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
        )


@router.post("/me/data/erasure", limit="write")
def erasure_ask(request: Request) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            keep = form.get("words") != "go"
            asked = commands.ask_for_erasure(unit.session, unit.actor, keep_words=keep, at=unit.now)
            day = asked.due_at.date().isoformat()
            return unit.go_to(
                "/me/data",
                said=N_("Your account is erased on {day}. Until then you can take it back here."),
                day=day,
            )
    except Conflict as refusal:
        with read_unit(request) as unit:
            return _data(request, unit, refusal)


@router.post("/me/data/erasure/cancel", limit="write")
def erasure_cancel(request: Request) -> Response:
    with write_unit(request) as unit:
        unit.signed_in()
        commands.cancel_erasure(unit.session, unit.actor, at=unit.now)
        return unit.go_to("/me/data", said=N_("You stay. Nothing was erased."))
