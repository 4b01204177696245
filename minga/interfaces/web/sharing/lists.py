"""Lists of listings: of one community, and of all the communities somebody lives in."""

from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from minga.communities.access import community_to_read, may
from minga.interfaces.http import Unit, read_unit
from minga.interfaces.http.threads import quick
from minga.interfaces.web.page import PageRouter, render_kept, voice_of
from minga.interfaces.web.sharing.cards import Cards
from minga.interfaces.web.sharing.filters import choices, chosen, placed, wish_of
from minga.interfaces.web.sharing.maps import show_map
from minga.interfaces.web.sharing.wording import Wording
from minga.kit.errors import Invalid
from minga.kit.formats import Formats
from minga.kit.i18n import N_, Translator
from minga.kit.kept import Kept
from minga.kit.paging import Page
from minga.sharing import queries
from minga.sharing.rules import KIND_WORDS, TERM_WORDS, CategoryName, Direction, Origin, Wish

router = PageRouter()
PAGE = 50
DIRECTIONS = {Direction.OFFER: N_("Offers"), Direction.NEED: N_("Needs")}
FACET_WORDS = {"direction": N_("Offers or needs"), "kind": N_("Kind"), "category": N_("Category")}


class Facets(NamedTuple):
    """How what fits divides, ready to show: by sort, each with its address, its words and how many."""

    n: int
    more: bool
    groups: list[tuple[str, list[tuple[str, str, int]]]]


HEADINGS = {
    Origin.OWN: N_("Here"),
    Origin.PARTNER: N_("From partners"),
    Origin.NETWORK: N_("From the network"),
}


@router.get("/c/{c}/listings", limit="read")
@quick
def community_listings(request: Request, c: str) -> Response:
    """What is offered and needed in a community, and by its partners."""
    with read_unit(request) as unit:
        unit.signed_in()
        community = community_to_read(unit.session, unit.actor, c, at=unit.now)
        return _show(request, unit, community, f"/c/{community.slug}/listings")


@router.get("/listings", limit="read")
@quick
def all_listings(request: Request) -> Response:
    """What is offered and needed in all communities of the reader."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _show(request, unit, None, "/listings")


def _show(request: Request, unit: Unit, community: Any, address: str) -> Response:
    session, actor, now = unit.session, unit.actor, unit.now
    params = request.query_params
    wish, refusal = _wished(unit, params)
    after = params.get("after")
    community_id = community.id if community else None
    first = community is not None and wish.plain and not after
    top = queries.on_top(session, actor, community.id, at=now) if first else []
    if refusal is None and params.get("view") == "map":
        return show_map(request, unit, community, address, wish)
    page = _page(unit, wish, community, after) if refusal is None else Page[queries.Card](())
    similar = _similar(unit, wish, community_id, page) if not after else []
    shares = _shares(unit, wish, params, community_id) if refusal is None else []
    facets = _facets(unit, wish, params, community_id) if refusal is None and not after else None
    above = {card.id for card in top}
    items = [card for card in page.items if card.id not in above]
    voice = voice_of(request, unit, getattr(community, "language", None))
    wording = Wording(voice, Formats(voice.language.tag, unit.me.zone if unit.me else "UTC", voice), now)
    covers = queries.covers(session, [*top, *items, *similar])
    groups = _groups(items, wish, wording)
    if groups and not groups[0][0]:
        groups, top = [("", [*top, *items])], []
    language = voice.language.tag
    posts = community is not None and bool(may(session, actor, "listing.publish", community.id, at=now))
    return render_kept(
        request,
        unit,
        "sharing/listings.html",
        refusal=refusal,
        community=community,
        cards=Cards(wording, covers),
        cards_below=Cards(wording, covers, level=3),
        top=top,
        groups=groups,
        similar=similar,
        shares=_said_shares(shares, wording),
        facets=_said_facets(facets, unit, community_id, wording, address, params) if facets else None,
        divide=None if facets or refusal else _address(address, params, None, group="facets"),
        count=None if shares else _address(address, params, None, group="community"),
        next=_address(address, params, page.next) if page.next else None,
        first=_address(address, params, None) if after else None,
        q=params.get("q", "")[:200],
        chosen=chosen(wish, params),
        more=choices(unit, community_id, voice.gettext),
        filtered=not wish.plain,
        kinds=_kinds(voice),
        terms=_terms(voice),
        categories=_headings(queries.categories(session, actor, community_id), language),
        address=address,
        keep=None if wish.plain or refusal else _keep(community, params),
        map=_address(address, params, None, view="map"),
        post=f"/c/{community.slug}/listings/new" if posts else None,
        imports=f"/c/{community.slug}/imports/listings"
        if posts and may(session, actor, "listing.import", community.id, at=now)
        else None,
        post_as_need=_post_as_need(community, params),
    )


def _wished(unit: Unit, params: QueryParams) -> tuple[Wish, Invalid | None]:
    """The filters of the address, and what is wrong with them; then nothing is listed and the form says why."""
    wish = Wish()
    try:
        wish = wish_of(params)
        return placed(unit, wish, params), None
    except Invalid as refusal:
        return wish, refusal


def _page(unit: Unit, wish: Wish, community: Any, after: str | None) -> Page[queries.Card]:
    return queries.listings(
        unit.session,
        unit.actor,
        wish,
        at=unit.now,
        community_id=community.id if community else None,
        after=after,
        limit=PAGE,
        without_top=community is not None and wish.plain,
    )


def _headings(found: list[CategoryName], language: str) -> list[tuple[str, str]]:
    """The categories to choose from; the list of an unchanged community is the same object every time."""
    known = _headings_kept.get((id(found), language))
    if known is None or known[0] is not found:
        labels = [(one.id, one.label(language)) for one in found]
        known = _headings_kept.put((id(found), language), (found, labels))
    return known[1]


_headings_kept: Kept[Any, tuple[list[CategoryName], list[tuple[str, str]]]] = Kept("labels", 100)


@cache
def _kinds(voice: Translator) -> list[tuple[str, str]]:
    return [(kind.value, voice.gettext(word)) for kind, word in KIND_WORDS.items()]


@cache
def _terms(voice: Translator) -> list[tuple[str, str]]:
    return [(kind.value, voice.gettext(word)) for kind, word in TERM_WORDS.items()]


def _similar(
    unit: Unit, wish: Wish, community_id: str | None, page: Page[queries.Card]
) -> list[queries.Card]:
    """What may have been meant, when fewer than five fit."""
    if not wish.search.wanted or len(page.items) >= queries.FEW:
        return []
    found = [card.id for card in page.items]
    return queries.also_similar(
        unit.session, unit.actor, wish, at=unit.now, community_id=community_id, without=found
    )


def _shares(unit: Unit, wish: Wish, params: QueryParams, community_id: str | None) -> list[queries.Share]:
    """How much each community has of all that fits; counted when somebody browses the network, or asks for it."""
    if params.get("group") != "community" and Origin.NETWORK not in wish.origins:
        return []
    return queries.shares(unit.session, unit.actor, wish, at=unit.now, community_id=community_id)


def _facets(unit: Unit, wish: Wish, params: QueryParams, community_id: str | None) -> queries.Facets | None:
    """How what fits divides; counted once somebody looks for something, or asks for it."""
    if wish.plain and params.get("group") != "facets":
        return None
    return queries.facets(unit.session, unit.actor, wish, at=unit.now, community_id=community_id)


def _said_facets(
    found: queries.Facets,
    unit: Unit,
    community_id: str | None,
    wording: Wording,
    address: str,
    params: QueryParams,
) -> Facets:
    """Each sort as a link that keeps all other filters; a sort that is chosen already is no choice any more."""
    headings = dict(
        _headings(queries.categories(unit.session, unit.actor, community_id), wording.voice.language.tag)
    )

    def link(name: str, value: str) -> str:
        kept = [
            (key, one) for key, one in params.multi_items() if key not in (name, "after", "group") and one
        ]
        return f"{address}?{urlencode([*kept, (name, value)])}"

    lines = [
        ("direction", [(one.value, wording.say(DIRECTIONS[one]), n) for one, n in found.directions]),
        ("kind", [(one.value, wording.say(KIND_WORDS[one]), n) for one, n in found.kinds]),
        ("category", [(one, headings[one], n) for one, n in found.categories if one in headings]),
    ]
    return Facets(
        n=found.n,
        more=found.more,
        groups=[
            (wording.say(FACET_WORDS[name]), [(link(name, value), label, n) for value, label, n in choices])
            for name, choices in lines
            if len(choices) > 1
        ],
    )


def _said_shares(found: list[queries.Share], wording: Wording) -> list[tuple[str, int, list[queries.Share]]]:
    """By origin: the heading, how many altogether, and the communities."""
    groups = {origin: [one for one in found if one.origin is origin] for origin in HEADINGS}
    return [
        (wording.say(HEADINGS[origin]), sum(one.n for one in there), there)
        for origin, there in groups.items()
        if there
    ]


def _groups(items: list[queries.Card], wish: Wish, wording: Wording) -> list[tuple[str, list[queries.Card]]]:
    """By origin when there are several, each with its heading; else one group without."""
    by_origin = {origin: [card for card in items if card.origin is origin] for origin in HEADINGS}
    there = {origin: found for origin, found in by_origin.items() if found}
    if not wish.search.wanted and not wish.near and set(there) - {Origin.OWN}:
        return [(wording.say(HEADINGS[origin]), found) for origin, found in there.items()]
    return [("", items)] if items else []


def _address(address: str, params: QueryParams, after: str | None, **more: str) -> str:
    kept = [(name, value) for name, value in params.multi_items() if name != "after" and value]
    query = urlencode([*kept, *more.items(), *([("after", after)] if after else [])])
    return f"{address}?{query}" if query else address


def _keep(community: Any, params: QueryParams) -> str:
    """Where this search is kept."""
    kept = [(name, value) for name, value in params.multi_items() if name not in ("after", "view") and value]
    return f"/me/searches?{urlencode([*kept, *([('c', community.slug)] if community else [])])}"


def _post_as_need(community: Any, params: QueryParams) -> str:
    if community is None:
        return "/listings"
    words = urlencode({"direction": "need", "kind": "item", "title": params.get("q", "")[:200]})
    return f"/c/{community.slug}/listings/new?{words}"
