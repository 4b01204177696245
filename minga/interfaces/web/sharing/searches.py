"""Searches and feeds that somebody keeps; and the feeds themselves, for programs that have their token."""

from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from minga.communities.access import community_to_read
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.page import PageRouter, render, voice_of
from minga.interfaces.web.sharing.atom import answer_of
from minga.interfaces.web.sharing.filters import placed, wish_of
from minga.kit.errors import NotFound, Refused
from minga.kit.i18n import N_
from minga.kit.ids import parse_id
from minga.kit.text import slugify
from minga.sharing import commands, queries
from minga.sharing.rules.searches import OFTEN_WORDS, Often

router = PageRouter()
LEFT_OUT = frozenset({"after", "view", "c"})


@router.get("/me/searches", limit="read")
def show_searches(request: Request) -> Response:
    """What I keep; and with the filters of a list in the address, the form to keep those."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _page(request, unit)


@router.post("/me/searches", limit="write")
def keep_search(request: Request) -> Response:
    """Keep a search, or make a feed of it; a feed's address is on this one page and nowhere else."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            given = _given(unit, form.get("c"), QueryParams(form.get("query")[:2_000]))
            name = form.get("name")
            if form.get("act") == "feed":
                made, token = commands.make_feed(unit.session, unit.actor, name=name, at=unit.now, **given)
                return _page(request, unit, made=_feed_address(unit, token, made.name))
            often = form.get("often")
            commands.keep_search(
                unit.session,
                unit.actor,
                name=name,
                often=Often(often) if often in OFTEN_WORDS else Often.DAILY,
                at=unit.now,
                **given,
            )
            return unit.go_to("/me/searches", said=N_("The search is kept."))
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _page(request, unit, refusal=refusal)


@router.post("/me/searches/{id}/often", limit="write")
def tell_about(request: Request, id: str) -> Response:
    """How often to hear of it."""
    often = read_form(request).get("often")
    with write_unit(request) as unit:
        unit.signed_in()
        wanted = Often(often) if often in OFTEN_WORDS else Often.OFF
        commands.tell_about(unit.session, unit.actor, parse_id(id), wanted, at=unit.now)
        return unit.go_to("/me/searches", said=N_("Saved."))


@router.post("/me/searches/{id}/end", limit="write")
def end_search(request: Request, id: str) -> Response:
    """Keep it no longer."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.end_search(unit.session, unit.actor, parse_id(id), at=unit.now)
        return unit.go_to("/me/searches", said=N_("The search is kept no longer."))


@router.post("/me/feeds/{id}/rotation", limit="write")
def rotate_feed(request: Request, id: str) -> Response:
    """Another address; the one before leads nowhere. It is on this one page and nowhere else."""
    with write_unit(request) as unit:
        unit.signed_in()
        made, token = commands.rotate_feed(unit.session, unit.actor, parse_id(id), at=unit.now)
        return _page(request, unit, made=_feed_address(unit, token, made.name))


@router.post("/me/feeds/{id}/end", limit="write")
def end_feed(request: Request, id: str) -> Response:
    """Its address leads nowhere any more."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.end_feed(unit.session, unit.actor, parse_id(id), at=unit.now)
        return unit.go_to("/me/searches", said=N_("That feed leads nowhere any more."))


@router.get("/feeds/{token}/{name}", limit="read")
def read_feed(request: Request, token: str, name: str) -> Response:
    """The feed, for whoever has its token."""
    if not name.endswith(".atom"):
        raise NotFound()
    with read_unit(request) as unit:
        found = queries.feed(unit.session, unit.actor, token, at=unit.now)
        commands.last_feed_uses.note(found.id, unit.now)
        return answer_of(request, unit, found)


def _feed_address(unit: Unit, token: str, name: str) -> str:
    return f"{unit.node.settings.site_url}/feeds/{token}/{slugify(name) or 'feed'}.atom"


def _given(unit: Unit, slug: str, params: QueryParams) -> dict[str, Any]:
    """The wish of a list's address, where that list is, and its community as far as the person may see it."""
    community = community_to_read(unit.session, unit.actor, slug, at=unit.now) if slug else None
    kept = urlencode(
        [(name, value) for name, value in params.multi_items() if name not in LEFT_OUT and value]
    )
    base = f"/c/{community.slug}/listings" if community else "/listings"
    return {
        "wish": placed(unit, wish_of(params), params),
        "address": f"{base}?{kept}" if kept else base,
        "community_id": community.id if community else None,
    }


def _page(request: Request, unit: Unit, refusal: Refused | None = None, made: str = "") -> Response:
    params, form = request.query_params, read_form(request)
    query = (
        form.get("query")
        if request.method == "POST"
        else urlencode(
            [(name, value) for name, value in params.multi_items() if name not in LEFT_OUT and value]
        )
    )
    say = voice_of(request, unit).gettext
    return render(
        request,
        unit,
        "sharing/searches.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        searches=queries.searches(unit.session, unit.actor),
        feeds=queries.feeds(unit.session, unit.actor),
        made=made,
        query=query[:2_000],
        slug=(form.get("c") if request.method == "POST" else params.get("c", ""))[:64],
        name=(form.get("name") or params.get("q", ""))[:80],
        often=[(one.value, say(word)) for one, word in OFTEN_WORDS.items()],
    )
