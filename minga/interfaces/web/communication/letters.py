"""Letters: what those whom one looks after were told, to tell by telephone or to print."""

from starlette.requests import Request
from starlette.responses import Response

from minga.communication import commands, queries
from minga.communication.rules import facts_in
from minga.interfaces.http import read_form, read_unit, write_unit
from minga.interfaces.web.communities.here import community_here
from minga.interfaces.web.page import PageRouter, render, voice_of
from minga.kit.i18n import N_

router = PageRouter()


@router.get("/c/{c}/letters", limit="read")
def show_letters(request: Request, c: str) -> Response:
    """Everything that waits to be told or printed, oldest first."""
    with read_unit(request) as unit:
        here = community_here(unit, c)
        after = request.query_params.get("after")
        page = queries.letters(unit.session, unit.actor, here.id, after=after)
        voice = voice_of(request, unit)
        rows = [(one, str(voice.said(one.sentence, **facts_in(voice, one.facts)))) for one in page.items]
        return render(
            request, unit, "communication/letters.html", community=here, here=here, rows=rows, after=page.next
        )


@router.post("/letters/{id}/done", limit="write")
def tell_letter(request: Request, id: str) -> Response:
    """They have heard it, or have it on paper."""
    with write_unit(request) as unit:
        unit.signed_in()
        told = commands.tell_letter(unit.session, unit.actor, id, read_form(request).get("how"), at=unit.now)
        return unit.go_to(f"/c/{told.community_id}/letters", said=N_("Good. It is off the list."))
