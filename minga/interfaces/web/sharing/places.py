"""The named places of a community, and where a member says they are."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.communities.access import community_to_see, may
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.page import PageRouter, render, voice_of
from minga.kit.errors import Refused
from minga.kit.i18n import N_
from minga.kit.ids import parse_id
from minga.sharing import commands, queries
from minga.sharing.rules import Precision
from minga.sharing.rules.places import PRECISION_WORDS, said_point

router = PageRouter()


@router.get("/c/{c}/places", limit="read")
def show_places(request: Request, c: str) -> Response:
    """The places with how much is there, and the form for those who name them."""
    with read_unit(request) as unit:
        return _page(request, unit, _community(unit, c))


@router.post("/c/{c}/places", limit="write")
def name_place(request: Request, c: str) -> Response:
    """Name a place."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            community = _community(unit, c)
            commands.name_place(
                unit.session,
                unit.actor,
                community.id,
                name=form.get("name"),
                point=form.get("point"),
                at=unit.now,
            )
            return unit.go_to(f"/c/{community.slug}/places", said=N_("The place has a name now."))
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _page(request, unit, _community(unit, c), refusal)


@router.post("/places/{id}/change", limit="write")
def change_place(request: Request, id: str) -> Response:
    """Another name or another point."""
    form = read_form(request)
    with write_unit(request) as unit:
        unit.signed_in()
        made = commands.change_place(
            unit.session,
            unit.actor,
            parse_id(id),
            name=form.get("name"),
            point=form.get("point"),
            at=unit.now,
        )
        return _back(unit, made, N_("The place is changed."))


@router.post("/places/{id}/retirement", limit="write")
def retire_place(request: Request, id: str) -> Response:
    """Take it off the list."""
    with write_unit(request) as unit:
        unit.signed_in()
        made = commands.retire_place(unit.session, unit.actor, parse_id(id), at=unit.now)
        return _back(unit, made, N_("Nothing new is put there."))


@router.get("/me/place", limit="read")
def show_own_place(request: Request) -> Response:
    """Where I am, about."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _own(request, unit)


@router.post("/me/place", limit="write")
def change_own_place(request: Request) -> Response:
    """Keep the cell, or forget it."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            chosen = form.get("precision")
            known = {one.value for one in Precision}
            commands.be_at(
                unit.session,
                unit.actor,
                point=form.get("point"),
                precision=Precision(chosen) if chosen in known else Precision.NEIGHBOURHOOD,
                at=unit.now,
            )
            return unit.go_to("/me/place", said=N_("Saved."))
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _own(request, unit, refusal)


def _community(unit: Unit, c: str) -> Any:
    unit.signed_in()
    return community_to_see(unit.session, unit.actor, c, at=unit.now)


def _back(unit: Unit, place: Any, said: str) -> Response:
    community = community_to_see(unit.session, unit.actor, place.community_id, at=unit.now)
    return unit.go_to(f"/c/{community.slug}/places", said=said)


def _page(request: Request, unit: Unit, community: Any, refusal: Refused | None = None) -> Response:
    return render(
        request,
        unit,
        "sharing/places.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        community=community,
        places=queries.places(unit.session, unit.actor, community.id, at=unit.now),
        edits=bool(may(unit.session, unit.actor, "place.edit", community.id, at=unit.now)),
    )


def _own(request: Request, unit: Unit, refusal: Refused | None = None) -> Response:
    mine = queries.my_cell(unit.session, unit.actor)
    say = voice_of(request, unit).gettext
    return render(
        request,
        unit,
        "sharing/own_place.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        point=said_point(mine[0].lat, mine[0].lon) if mine else "",
        precision=mine[1].value if mine else "",
        precisions=[
            (one.value, say(word)) for one, word in PRECISION_WORDS.items() if one is not Precision.EXACT
        ],
    )
