"""Closing a community for good: the notice, objecting, taking it back, and opening it again."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from minga.communities import access, commands, queries
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.communities.here import community_here
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Refused
from minga.kit.i18n import N_

router = PageRouter()
ASKED = N_("Somebody else has to agree as well. We have asked the other stewards.")


@router.get("/closings/{id}", limit="read")
def one_closing(request: Request, id: str) -> Response:
    """Where a notice about closing leads, whatever the community is called now."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = access.closing_to_see(unit.session, unit.actor, id, at=unit.now)
        here = queries.community(unit.session, unit.actor, found.community_id, at=unit.now)
        return RedirectResponse(f"/c/{here.slug}/closing", status_code=303)


@router.get("/c/{c}/closing", limit="read")
def closing(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        return _closing(request, unit, c)


def _closing(request: Request, unit: Unit, c: str, refusal: Refused | None = None) -> Response:
    here = community_here(unit, c)
    return render(
        request,
        unit,
        "communities/closing.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=here,
        here=here,
        found=queries.closing(unit.session, unit.actor, here.id, at=unit.now),
    )


@router.post("/c/{c}/closing")
def ask_to_close(request: Request, c: str) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            here = community_here(unit, c)
            words = form.get("words")
            asked = commands.ask_to_close(unit.session, unit.actor, here.id, words=words, at=unit.now)
            return _asked(unit, here.slug, asked, N_("All members are told, and have two weeks to object."))
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _closing(request, unit, c, refusal)


@router.post("/c/{c}/closing/reopening")
def ask_to_reopen(request: Request, c: str) -> Response:
    form = read_form(request)
    with write_unit(request) as unit:
        here = community_here(unit, c)
        words = form.get("words")
        asked = commands.ask_to_reopen(unit.session, unit.actor, here.id, words=words, at=unit.now)
        return _asked(unit, here.slug, asked, N_("The community is open again."))


@router.post("/c/{c}/closing/objection")
def object_to_it(request: Request, c: str) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            here = community_here(unit, c)
            words = form.get("words")
            found = commands.object_to_closing(unit.session, unit.actor, here.id, words=words, at=unit.now)
            said = N_("Enough of you objected: the community stays open.")
            return unit.go_to(
                f"/c/{here.slug}/closing", said=said if found.stopped_at else N_("Your no is counted.")
            )
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _closing(request, unit, c, refusal)


@router.post("/c/{c}/closing/objection/withdrawal")
def take_objection_back(request: Request, c: str) -> Response:
    with write_unit(request) as unit:
        here = community_here(unit, c)
        commands.take_objection_back(unit.session, unit.actor, here.id, at=unit.now)
        return unit.go_to(f"/c/{here.slug}/closing", said=N_("You have taken it back."))


@router.post("/c/{c}/closing/stop")
def stop_closing(request: Request, c: str) -> Response:
    with write_unit(request) as unit:
        here = community_here(unit, c)
        commands.stop_closing(unit.session, unit.actor, here.id, at=unit.now)
        return unit.go_to(f"/c/{here.slug}/closing", said=N_("The community stays open."))


def _asked(unit: Unit, slug: str, asked: Any, said: str) -> Response:
    if asked.agreed:
        return unit.go_to(f"/c/{slug}/closing", said=said)
    return unit.go_to(f"/seconds/{asked.id}", said=ASKED)
