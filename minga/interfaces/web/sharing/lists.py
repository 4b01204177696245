"""Lists of listings: of one community, and of all the communities somebody lives in."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from minga.communities.access import community_to_read, may
from minga.interfaces.http import Unit, read_unit
from minga.interfaces.http.threads import quick
from minga.interfaces.web.page import PageRouter, render, voice_of
from minga.interfaces.web.sharing.cards import Cards
from minga.interfaces.web.sharing.wording import Wording
from minga.kit.formats import Formats
from minga.kit.i18n import N_
from minga.sharing import queries
from minga.sharing.rules import (
    KIND_WORDS,
    TERM_WORDS,
    USUAL_ORIGINS,
    Direction,
    Kind,
    Origin,
    TermKind,
    Wish,
    read_search,
)

router = PageRouter()
PAGE = 50
HEADINGS = {
    Origin.OWN: N_("Here"),
    Origin.PARTNER: N_("From partners"),
    Origin.NETWORK: N_("From the network"),
}
ORIGINS = {"own": Origin.OWN, "partners": Origin.PARTNER, "network": Origin.NETWORK}
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True)
class Chosen:
    """The filters as they were chosen, for showing them again."""

    direction: str
    kind: list[str]
    term: list[str]
    category: str
    origin: list[str]


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
    wish = wish_of(params)
    after = params.get("after")
    community_id = community.id if community else None
    first = community is not None and wish.plain and not after
    top = queries.on_top(session, actor, community.id, at=now) if first else []
    page = queries.listings(
        session,
        actor,
        wish,
        at=now,
        community_id=community_id,
        after=after,
        limit=PAGE,
        without_top=community is not None and wish.plain,
    )
    above = {card.id for card in top}
    items = [card for card in page.items if card.id not in above]
    voice = voice_of(request, unit, getattr(community, "language", None))
    wording = Wording(voice, Formats(voice.language.tag, unit.me.zone if unit.me else "UTC", voice), now)
    covers = queries.covers(session, [*top, *items])
    groups = _groups(items, wish, wording)
    if groups and not groups[0][0]:
        groups, top = [("", [*top, *items])], []
    language = voice.language.tag
    posts = community is not None and bool(may(session, actor, "listing.publish", community.id, at=now))
    return render(
        request,
        unit,
        "sharing/listings.html",
        community=community,
        cards=Cards(wording, covers),
        cards_below=Cards(wording, covers, level=3),
        top=top,
        groups=groups,
        next=_address(address, params, page.next) if page.next else None,
        first=_address(address, params, None) if after else None,
        q=params.get("q", "")[:200],
        chosen=_chosen(wish, params),
        n_set=_n_set(wish),
        filtered=not wish.plain,
        kinds=[(kind.value, voice.gettext(word)) for kind, word in KIND_WORDS.items()],
        terms=[(kind.value, voice.gettext(word)) for kind, word in TERM_WORDS.items()],
        categories=[
            (one.id, one.label(language)) for one in queries.categories(session, actor, community_id)
        ],
        address=address,
        post=f"/c/{community.slug}/listings/new" if posts else None,
        imports=f"/c/{community.slug}/imports/listings"
        if posts and may(session, actor, "listing.import", community.id, at=now)
        else None,
        post_as_need=_post_as_need(community, params),
    )


def wish_of(params: QueryParams) -> Wish:
    """The filters in an address; what nobody knows is as if it were not there."""
    chosen = frozenset(ORIGINS[one] for one in params.getlist("origin") if one in ORIGINS)
    return Wish(
        search=read_search(params.get("q", "")),
        direction=next(iter(_known(params, "direction", Direction)), None),
        kinds=frozenset(_known(params, "kind", Kind)),
        category=params.get("category", "")[:64],
        terms=frozenset(_known(params, "term", TermKind)),
        origins=chosen or USUAL_ORIGINS,
    )


def _known(params: QueryParams, name: str, kind: type[E]) -> list[E]:
    values = {one.value for one in kind}
    return [kind(said) for said in params.getlist(name) if said in values]


def _chosen(wish: Wish, params: QueryParams) -> Chosen:
    return Chosen(
        direction=wish.direction.value if wish.direction else "",
        kind=[kind.value for kind in wish.kinds],
        term=[kind.value for kind in wish.terms],
        category=wish.category,
        origin=[name for name, origin in ORIGINS.items() if origin in wish.origins],
    )


def _n_set(wish: Wish) -> int:
    return sum(
        map(bool, (wish.direction, wish.kinds, wish.terms, wish.category, wish.origins != USUAL_ORIGINS))
    )


def _groups(items: list[queries.Card], wish: Wish, wording: Wording) -> list[tuple[str, list[queries.Card]]]:
    """By origin when there are several, each with its heading; else one group without."""
    by_origin = {origin: [card for card in items if card.origin is origin] for origin in HEADINGS}
    there = {origin: found for origin, found in by_origin.items() if found}
    if not wish.search.wanted and set(there) - {Origin.OWN}:
        return [(wording.say(HEADINGS[origin]), found) for origin, found in there.items()]
    return [("", items)] if items else []


def _address(address: str, params: QueryParams, after: str | None) -> str:
    kept = [(name, value) for name, value in params.multi_items() if name != "after" and value]
    query = urlencode([*kept, ("after", after)] if after else kept)
    return f"{address}?{query}" if query else address


def _post_as_need(community: Any, params: QueryParams) -> str:
    if community is None:
        return "/listings"
    words = urlencode({"direction": "need", "kind": "item", "title": params.get("q", "")[:200]})
    return f"/c/{community.slug}/listings/new?{words}"
