"""Who reads one's fields in one community, where that is to differ from everywhere else."""

from starlette.requests import Request
from starlette.responses import Response

from minga.identity import commands, queries
from minga.identity.rules.fields import FIELDS, Audience
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.communities.here import community_here
from minga.interfaces.web.identity.me import words
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Invalid, Refused
from minga.kit.i18n import N_

router = PageRouter()


@router.get("/me/communities/{c}/audiences")
def audiences_show(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        return _page(request, unit, c)


def _page(request: Request, unit: Unit, c: str, refusal: Refused | None = None) -> Response:
    unit.signed_in()
    here = community_here(unit, c)
    return render(
        request,
        unit,
        "identity/audiences.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=here,
        here=here,
        profile=queries.own_profile(unit.session, unit.actor, here.id),
        fields=list(FIELDS.values()),
        audiences={
            field.key: [one for one in Audience if field.narrowest.rank <= one.rank <= field.widest.rank]
            for field in FIELDS.values()
        },
        **words(),
    )


@router.post("/me/communities/{c}/audiences")
def audiences_change(request: Request, c: str) -> Response:
    """What is left empty is as everywhere."""
    form = read_form(request)
    chosen = {key: form.get(f"{key}_audience") for key in FIELDS if form.get(f"{key}_audience")}
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            here = community_here(unit, c)
            commands.change_community_audiences(unit.session, unit.actor, here.id, chosen, at=unit.now)
            return unit.go_to(f"/me/communities/{here.slug}/audiences", said=N_("Kept."))
    except Invalid as refusal:
        with read_unit(request) as unit:
            return _page(request, unit, c, refusal)
