"""The rules of a community in words, and changing one."""

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import access, commands, queries
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.communities.here import community_here
from minga.interfaces.web.communities.values import said_value
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Refused
from minga.kit.i18n import N_

router = PageRouter()
THEMES = {
    "joining": N_("Joining"),
    "trust": N_("Trust"),
    "sign_in": N_("Signing in"),
    "community": N_("Showing ourselves"),
    "sharing": N_("Sharing"),
    "hours": N_("Hours"),
}


@router.get("/c/{c}/rules")
def rules(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        here = community_here(unit, c)
        found = queries.rules(unit.session, unit.actor, here.id, at=unit.now)
        return render(
            request,
            unit,
            "communities/rules.html",
            community=here,
            here=here,
            themes=[
                (THEMES.get(theme, theme), [one for one in found if one.theme == theme])
                for theme in dict.fromkeys(one.theme for one in found)
            ],
            said_value=said_value,
        )


@router.get("/c/{c}/rules/{key}")
def rule(request: Request, c: str, key: str) -> Response:
    with read_unit(request) as unit:
        return _rule(request, unit, c, key)


@router.post("/c/{c}/rules/{key}")
def set_rule(request: Request, c: str, key: str) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            here = community_here(unit, c)
            asked = commands.set_policy(
                unit.session,
                unit.actor,
                here.id,
                key,
                form.get("value"),
                note=form.get("note"),
                urgent=form.has("urgent"),
                seen=form.get("seen") if form.has("seen") else None,
                at=unit.now,
            )
            if asked.agreed:
                return unit.go_to(f"/c/{here.slug}/rules/{key}", said=N_("The rule is changed."))
            return unit.go_to(
                f"/seconds/{asked.id}",
                said=N_("Somebody else has to agree as well. We have asked the other stewards."),
            )
    except Refused as refusal:
        if not refusal.fields and refusal.status != 412:
            raise
        with read_unit(request) as unit:
            return _rule(request, unit, c, key, refusal)


def _rule(request: Request, unit: Unit, c: str, key: str, refusal: Refused | None = None) -> Response:
    here = community_here(unit, c)
    found = queries.rule(unit.session, unit.actor, here.id, key, at=unit.now)
    may = access.may(unit.session, unit.actor, "policy.edit", here.id, at=unit.now, seconded=True)
    return render(
        request,
        unit,
        "communities/rule.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=here,
        here=here,
        rule=found,
        may=may,
        said_value=said_value,
    )
