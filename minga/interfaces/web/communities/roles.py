"""Roles on pages: who holds what, one role, the matrix, giving and ending; and acts that wait for a second person."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import access, commands, queries
from minga.communities.commands import RoleShape
from minga.communities.rules import CAPABILITIES
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.http.forms import Form
from minga.interfaces.web.communities.here import community_here
from minga.interfaces.web.communities.ties import kind_words, wished_gives
from minga.interfaces.web.communities.values import said_capability, said_value
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Refused
from minga.kit.i18n import N_
from minga.kit.typed import read_date

router = PageRouter()
WAITS = N_("Somebody else has to agree as well. We have asked the other stewards.")


@router.get("/c/{c}/roles")
def roles(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        here = community_here(unit, c)
        found = queries.roles(unit.session, unit.actor, here.id, at=unit.now)
        may = access.may(unit.session, unit.actor, "role.edit", here.id, at=unit.now, seconded=True)
        return render(
            request, unit, "communities/roles.html", community=here, here=here, roles=found, may=may
        )


@router.post("/c/{c}/roles")
def make_role(request: Request, c: str) -> Response:
    form = read_form(request)
    with write_unit(request) as unit:
        here = community_here(unit, c)
        asked = commands.make_role(unit.session, unit.actor, here.id, _shape(form), at=unit.now)
        return _done(unit, asked, f"/c/{here.slug}/roles")


@router.get("/c/{c}/roles/matrix")
def matrix(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        here = community_here(unit, c)
        found = queries.matrix(unit.session, unit.actor, here.id, at=unit.now)
        return render(request, unit, "communities/matrix.html", community=here, here=here, matrix=found)


@router.get("/roles/{id}")
def role(request: Request, id: str) -> Response:
    with read_unit(request) as unit:
        return _role(request, unit, id)


@router.post("/roles/{id}")
def edit_role(request: Request, id: str) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            asked = commands.edit_role(
                unit.session,
                unit.actor,
                id,
                _shape(form),
                version=form.integer("version", least=1, most=10**9),
                urgent=form.has("urgent"),
                words=form.get("words"),
                at=unit.now,
            )
            return _done(unit, asked, f"/roles/{id}")
    except Refused as refusal:
        if not refusal.fields and refusal.status != 412:
            raise
        with read_unit(request) as unit:
            return _role(request, unit, id, refusal)


@router.post("/roles/{id}/grants")
def grant(request: Request, id: str) -> Response:
    form = read_form(request)
    with write_unit(request) as unit:
        until_on = read_date(form.get("until_on"), unit.now.date()) if form.get("until_on") else None
        commands.grant_role(
            unit.session, unit.actor, id, form.get("membership_id"), until_on=until_on, at=unit.now
        )
        return unit.go_to(f"/roles/{id}", said=N_("The role is given."))


@router.post("/grants/{id}/end")
def end_grant(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        grant = access.grant_to_see(unit.session, unit.actor, id)
        asked = commands.end_grant(unit.session, unit.actor, id, at=unit.now)
        if asked is not None:
            return _done(unit, asked, f"/roles/{grant.role_id}")
        return unit.go_to(f"/roles/{grant.role_id}", said=N_("The role has ended."))


def _role(request: Request, unit: Unit, id: str, refusal: Refused | None = None) -> Response:
    found = queries.role(unit.session, unit.actor, id, at=unit.now)
    here = queries.community(unit.session, unit.actor, found.community_id, at=unit.now)
    edit = access.may(unit.session, unit.actor, "role.edit", here.id, at=unit.now, seconded=True)
    give = access.may(unit.session, unit.actor, "role.grant", here.id, at=unit.now, seconded=True)
    candidates = (
        queries.candidates(unit.session, unit.actor, here.id, at=unit.now)
        if give.rule in {"role", "confirm"} and not found.built_in
        else []
    )
    return render(
        request,
        unit,
        "communities/role.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=here,
        here=here,
        role=found,
        edit=edit,
        may_give=give.rule in {"role", "confirm"},
        candidates=[(one.id, f"{one.name} @{one.handle}") for one in candidates],
        said_capability=said_capability,
        capabilities=sorted(CAPABILITIES.values(), key=lambda one: (one.domain, one.name)),
    )


def _shape(form: Form) -> RoleShape:
    return RoleShape(
        name=form.get("name"),
        purpose=form.get("purpose"),
        duties=tuple(form.get("duties").split("\n")),
        seats_max=form.integer("seats_max", least=1, most=500),
        term_days=form.integer("term_days", least=1, most=3650),
        capabilities=frozenset(form.all("capabilities")),
    )


def _done(unit: Unit, asked: Any, back: str) -> Response:
    """To the act that waits, or back when one person was enough."""
    if asked.agreed:
        return unit.go_to(back, said=N_("Done."))
    return unit.go_to(f"/seconds/{asked.id}", said=WAITS)


@router.get("/seconds/{id}")
def second(request: Request, id: str) -> Response:
    with read_unit(request) as unit:
        found = queries.second(unit.session, unit.actor, id, at=unit.now)
        here = queries.community(unit.session, unit.actor, found.community_id, at=unit.now)
        return render(
            request,
            unit,
            "communities/second.html",
            wished=wished_gives(found.wish),
            kind_words=kind_words(),
            community=here,
            found=found,
            said_value=said_value,
            said_capability=said_capability,
        )


@router.post("/seconds/{id}/yes")
def agree(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        commands.agree(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/seconds/{id}", said=N_("You agreed. It is done."))


@router.post("/seconds/{id}/no")
def refuse(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        commands.refuse(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/seconds/{id}", said=N_("You said no. Nothing happens."))


@router.post("/seconds/{id}/withdrawal")
def withdraw(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        commands.withdraw(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/seconds/{id}", said=N_("You have taken it back."))
