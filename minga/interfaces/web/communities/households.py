"""Households: the list, founding one, asking people in, their answer, leaving, contacts and children."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import access, commands, queries
from minga.communities.rules.households import SEAT_WORDS
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.communities.here import community_here
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Refused
from minga.kit.i18n import N_
from minga.kit.ids import parse_id

router = PageRouter()


@router.get("/c/{c}/households")
def households(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        return _list(request, unit, c)


def _list(request: Request, unit: Unit, c: str, refusal: Refused | None = None) -> Response:
    here = community_here(unit, c)
    page = queries.households(
        unit.session, unit.actor, here.id, at=unit.now, after=request.query_params.get("after")
    )
    return render(
        request,
        unit,
        "communities/households.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=here,
        here=here,
        page=page,
        mine=queries.own_household(unit.session, unit.actor, here.id),
        may=access.may(unit.session, unit.actor, "subgroup.found", here.id, at=unit.now),
    )


@router.post("/c/{c}/households")
def found_household(request: Request, c: str) -> Response:
    try:
        with write_unit(request) as unit:
            here = community_here(unit, c)
            name = read_form(request).get("name")
            made = commands.found_household(unit.session, unit.actor, here.id, name, at=unit.now)
            return unit.go_to(f"/households/{made.id}", said=N_("Founded. Ask the others in."))
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _list(request, unit, c, refusal)


@router.get("/households/{id}")
def household(request: Request, id: str) -> Response:
    with read_unit(request) as unit:
        return _page(request, unit, id)


def _page(request: Request, unit: Unit, id: str, refusal: Refused | None = None) -> Response:
    unit.signed_in()
    found = queries.household(unit.session, unit.actor, id, at=unit.now)
    here = access.place_of(unit.session, unit.actor, found.community_id, at=unit.now)
    return render(
        request,
        unit,
        "communities/household.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=here,
        here=here,
        found=found,
        kinds=[(kind.value, word) for kind, word in SEAT_WORDS.items()],
        kind_words={kind.value: word for kind, word in SEAT_WORDS.items()},
    )


@router.post("/households/{id}/seats")
def ask_in(request: Request, id: str) -> Response:
    form = read_form(request)
    handle, kind = form.get("handle"), form.get("kind") or "adult"
    return _change(
        request,
        id,
        lambda unit: commands.ask_into_household(unit.session, unit.actor, id, handle, kind, at=unit.now),
        N_("They are asked. They live here from their yes on."),
    )


@router.post("/households/{id}/children")
def add_child(request: Request, id: str) -> Response:
    form = read_form(request)
    name, born = form.get("child"), form.get("born")
    return _change(
        request,
        id,
        lambda unit: commands.add_dependant(unit.session, unit.actor, id, name, born, at=unit.now),
        N_("Written down."),
    )


@router.post("/households/{id}/name")
def rename(request: Request, id: str) -> Response:
    name = read_form(request).get("name")
    return _change(
        request,
        id,
        lambda unit: commands.rename_household(unit.session, unit.actor, id, name, at=unit.now),
        N_("Saved."),
    )


def _change(request: Request, id: str, act: Callable[[Unit], object], said: str) -> Response:
    """Do it and show the household; what was typed comes back with what does not fit."""
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            act(unit)
            return unit.go_to(f"/households/{parse_id(id)}", said=said)
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _page(request, unit, id, refusal)


@router.post("/households/{id}/children/{child}/end")
def end_child(request: Request, id: str, child: str) -> Response:
    with write_unit(request) as unit:
        unit.signed_in()
        commands.end_dependant(unit.session, unit.actor, id, child, at=unit.now)
        return unit.go_to(f"/households/{parse_id(id)}", said=N_("Taken off."))


@router.post("/household-seats/{id}/answer")
def answer(request: Request, id: str) -> Response:
    accept = read_form(request).get("answer") == "yes"
    with write_unit(request) as unit:
        unit.signed_in()
        seat = commands.answer_household(unit.session, unit.actor, id, accept=accept, at=unit.now)
        return unit.go_to(f"/households/{seat.household_id}", said=N_("Thank you for your answer."))


@router.post("/household-seats/{id}/contact")
def set_contact(request: Request, id: str) -> Response:
    contact = read_form(request).get("contact") == "yes"
    with write_unit(request) as unit:
        unit.signed_in()
        seat = commands.set_contact(unit.session, unit.actor, id, contact=contact, at=unit.now)
        return unit.go_to(f"/households/{seat.household_id}", said=N_("Saved."))


@router.post("/household-seats/{id}/end")
def end_seat(request: Request, id: str) -> Response:
    """Leave, or take back a question."""
    with write_unit(request) as unit:
        unit.signed_in()
        community_id = commands.end_seat(unit.session, unit.actor, id, at=unit.now)
        here = access.place_of(unit.session, unit.actor, community_id, at=unit.now)
        return unit.go_to(f"/c/{here.slug}/households" if here else "/", said=N_("Done."))
