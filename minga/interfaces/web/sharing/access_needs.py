"""The page of one's own access need: the words, a confirmation, and the pools in which it may count."""

from starlette.requests import Request
from starlette.responses import Response

from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Refused
from minga.kit.i18n import N_
from minga.sharing import commands, queries

router = PageRouter()


@router.get("/me/access-need", limit="read")
def show_access_need(request: Request) -> Response:
    """One's own words, and where they count."""
    with read_unit(request) as unit:
        return _show(request, unit, None)


def _show(request: Request, unit: Unit, refusal: Refused | None) -> Response:
    answer = render(
        request,
        unit,
        "sharing/access_need.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        mine=queries.access_need(unit.session, unit.actor, at=unit.now),
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.post("/me/access-need", limit="write")
def state_access_need(request: Request) -> Response:
    """Enter or change it."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            commands.state_access_need(
                unit.session,
                unit.actor,
                form.get("words"),
                confirmed=form.has("confirmed"),
                pools=form.all("pools"),
                at=unit.now,
            )
            return unit.go_to(
                "/me/access-need", said=N_("Kept. It counts from the next round on, where you allow it.")
            )
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _show(request, unit, refusal)


@router.post("/me/access-need/erasure", limit="write")
def erase_access_need(request: Request) -> Response:
    """Take it back."""
    with write_unit(request) as unit:
        commands.erase_access_need(unit.session, unit.actor, at=unit.now)
        return unit.go_to("/me/access-need", said=N_("It is erased, and counts nowhere any more."))
