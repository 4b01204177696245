"""To what one agreed: each use of one's data with its sentence, a switch, and what was said before."""

from starlette.requests import Request
from starlette.responses import Response

from minga.identity import commands, queries
from minga.identity.rules.consents import PROFILE_OUTSIDE, PURPOSES, SUGGESTIONS
from minga.intelligence import commands as intelligence
from minga.intelligence import queries as suggestions
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Invalid, NotFound
from minga.kit.i18n import N_

router = PageRouter()


@router.get("/me/consents", limit="read")
def show_consents(request: Request) -> Response:
    with read_unit(request) as unit:
        unit.signed_in()
        said = queries.own_consents(unit.session, unit.actor)
        live = {one.purpose: one for one in said if one.revoked_at is None}
        return render(
            request,
            unit,
            "identity/consents.html",
            purposes=[(one, _is_on(unit, one.key), live.get(one.key)) for one in PURPOSES.values()],
            earlier=[(PURPOSES[one.purpose].title, one) for one in said if one.revoked_at is not None],
        )


@router.post("/me/consents/{key}", limit="write")
def change_consent(request: Request, key: str) -> Response:
    """Yes or no; a yes to more than one's communities also says how far."""
    form = read_form(request)
    on = form.get("on") == "yes"
    with write_unit(request) as unit:
        unit.signed_in()
        if key == SUGGESTIONS:
            intelligence.switch(unit.session, unit.actor, on=on, at=unit.now)
        elif key == PROFILE_OUTSIDE:
            scope = form.get("scope") if on else "community"
            if on and scope in ("", "community"):
                raise Invalid(N_("Say how far: partners, the network or the web."))
            commands.change_profile(
                unit.session, unit.actor, values={}, audiences={}, scope=scope, at=unit.now
            )
        else:
            raise NotFound()
        return unit.go_to("/me/consents", said=N_("Noted.") if on else PURPOSES[key].stops)


def _is_on(unit: Unit, key: str) -> bool:
    if key == SUGGESTIONS:
        return suggestions.is_on(unit.session, unit.actor)
    return queries.reaches_outside(unit.session, unit.actor)
