"""What an applicant writes while they wait: one short form, which opens by itself when they are let in."""

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import queries as communities
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import NotFound, Refused
from minga.kit.i18n import N_
from minga.sharing import commands, queries
from minga.sharing.rules import Content, Direction, Help, Level, Term, TermKind

router = PageRouter()


@router.get("/applications/{id}/needs", limit="read")
def show_needs(request: Request, id: str) -> Response:
    """What I need, what I can do: kept until somebody has answered."""
    with read_unit(request) as unit:
        return _page(request, unit, id, None)


@router.post("/applications/{id}/needs", limit="write")
def write_need(request: Request, id: str) -> Response:
    """Keep it."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            content = Content(
                title=form.get("title"),
                description=form.get("description"),
                own=Help(),
                terms=(Term(kind=TermKind.GIFT),),
                level=Level.COMMUNITY,
            )
            direction = Direction.OFFER if form.get("direction") == "offer" else Direction.NEED
            commands.write_as_applicant(unit.session, unit.actor, id, direction, content, at=unit.now)
            return unit.go_to(
                f"/applications/{id}/needs", said=N_("Kept. It opens by itself when you are let in.")
            )
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _page(request, unit, id, refusal)


def _page(request: Request, unit: Unit, id: str, refusal: Refused | None) -> Response:
    unit.signed_in()
    found = communities.application(unit.session, unit.actor, id, at=unit.now)
    if not found.is_mine or found.state != "sent":
        raise NotFound()
    mine = queries.mine(unit.session, unit.actor, at=unit.now).items
    return render(
        request,
        unit,
        "sharing/applying.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        found=found,
        mine=[one for one in mine if one.community_id == found.community_id],
    )
