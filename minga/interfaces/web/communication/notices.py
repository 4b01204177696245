"""What one was told, newest first."""

from starlette.requests import Request
from starlette.responses import Response

from minga.communication import commands, queries
from minga.communication.rules import facts_in
from minga.interfaces.http import read_unit, write_unit
from minga.interfaces.web.page import PageRouter, render, voice_of
from minga.kit.i18n import N_

router = PageRouter()


@router.get("/me/notices", limit="read")
def show_notices(request: Request) -> Response:
    """All notices of the reader."""
    with read_unit(request) as unit:
        unit.signed_in()
        page = queries.notices(unit.session, unit.actor, after=request.query_params.get("after"))
        voice = voice_of(request, unit)
        rows = [
            {
                "text": str(voice.said(one.sentence, **facts_in(voice, one.facts))),
                "page": one.page,
                "made_at": one.made_at,
                "seen": one.seen,
            }
            for one in page.items
        ]
        return render(
            request,
            unit,
            "communication/notices.html",
            notices=rows,
            next=page.next,
            unseen=queries.unseen_notices(unit.session, unit.actor),
        )


@router.post("/me/notices", limit="write")
def see_notices(request: Request) -> Response:
    """Mark all as read."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.see_notices(unit.session, unit.actor, at=unit.now)
        return unit.go_to("/me/notices", said=N_("All read."))
