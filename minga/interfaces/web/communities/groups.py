"""Groups in a community: the list, founding one, joining an open one."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import access, commands, queries
from minga.communities.rules import JoiningMode
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.communities.here import community_here
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Refused
from minga.kit.i18n import N_

router = PageRouter()


@router.get("/c/{c}/subgroups")
def subgroups(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        here = community_here(unit, c)
        found = queries.subgroups(unit.session, unit.actor, here.id, at=unit.now)
        may = access.may(unit.session, unit.actor, "subgroup.found", here.id, at=unit.now)
        return render(
            request, unit, "communities/groups.html", community=here, here=here, groups=found, may=may
        )


@router.get("/c/{c}/subgroups/new")
def new_subgroup(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        here = community_here(unit, c)
        access.require(unit.session, unit.actor, "subgroup.found", here.id, at=unit.now)
        return _form(request, unit, here)


@router.post("/c/{c}/subgroups/new")
def found_subgroup(request: Request, c: str) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            here = community_here(unit, c)
            modes = {mode.value: mode for mode in JoiningMode}
            made = commands.found_subgroup(
                unit.session,
                unit.actor,
                here.id,
                name=form.get("name"),
                slug=form.get("slug"),
                purpose=form.get("purpose"),
                mode=modes.get(form.get("mode"), JoiningMode.OPEN),
                steward_ids=tuple(form.all("stewards")),
                at=unit.now,
            )
            return unit.go_to(f"/c/{made.slug}", said=N_("The group is founded."))
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _form(request, unit, community_here(unit, c), refusal)


def _form(request: Request, unit: Unit, here: Any, refusal: Refused | None = None) -> Response:
    people = queries.candidates(unit.session, unit.actor, here.id, at=unit.now)
    return render(
        request,
        unit,
        "communities/group_new.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=here,
        here=here,
        people=[
            (one.id, f"{one.name} @{one.handle}") for one in people if one.person_id != unit.actor.person_id
        ],
    )


@router.post("/c/{c}/membership")
def join_group(request: Request, c: str) -> Response:
    with write_unit(request) as unit:
        here = community_here(unit, c)
        commands.join_subgroup(unit.session, unit.actor, here.id, at=unit.now)
        return unit.go_to(f"/c/{here.slug}", said=N_("Welcome to {community}."), community=here.name)
