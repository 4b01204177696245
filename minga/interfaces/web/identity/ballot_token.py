"""The ballot token: made on this page after a confirmation, shown once, for 15 minutes and one community."""

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import queries as communities
from minga.identity import commands
from minga.identity.rules.sign_ins import require_fresh
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.identity.browser import put_sign_in
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Invalid, Refused
from minga.kit.i18n import N_

router = PageRouter()
CHOOSE = N_("Choose the community in which it may vote.")


@router.get("/me/ballot-token")
def ballot_token_show(request: Request) -> Response:
    with read_unit(request) as unit:
        unit.signed_in()
        return _page(request, unit)


@router.post("/me/ballot-token")
def ballot_token_make(request: Request) -> Response:
    """The token's text is on this one page and nowhere else."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            commands.require_confirmed(unit.session, unit.actor, at=unit.now)
            require_fresh(unit.actor.confirmed_at, unit.now)
            mine = communities.my_communities(unit.session, unit.actor, at=unit.now)
            chosen = next((one for one in mine if one.community_id == form.get("community")), None)
            if chosen is None:
                raise Invalid(CHOOSE, fields={"community": CHOOSE})
            made = commands.make_ballot_token(unit.session, unit.actor, chosen.community_id, at=unit.now)
            cookie = commands.renew_cookie(unit.session, unit.actor, at=unit.now)
            return put_sign_in(request, _page(request, unit, made=made), cookie)
    except Invalid as refusal:
        with read_unit(request) as unit:
            return _page(request, unit, refusal)


def _page(request: Request, unit: Unit, refusal: Refused | None = None, made: str = "") -> Response:
    mine = communities.my_communities(unit.session, unit.actor, at=unit.now)
    return render(
        request,
        unit,
        "identity/ballot_token.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        mine=mine,
        made=made,
    )
