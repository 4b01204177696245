"""The communities that can be found: mine, partners of mine, others; with filters, and what can be done next."""

from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from minga.communities.access import places_of
from minga.communities.rules.federations import KIND
from minga.communities.rules.templates import said, templates
from minga.interfaces.http import Unit, read_unit
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Invalid
from minga.kit.i18n import LANGUAGES, N_
from minga.kit.paging import Page
from minga.sharing import queries
from minga.sharing.queries import Found, Sought
from minga.sharing.rules import BANDS_KM, KIND_WORDS
from minga.sharing.rules.places import NEAR_WHAT, read_radius

router = PageRouter()
FILTERS = ("kind", "language", "category", "near", "radius_km")
FEDERATIONS = N_("Federation")


@router.get("/communities", limit="read")
def communities(request: Request) -> Response:
    with read_unit(request) as unit:
        unit.signed_in()
        query = request.query_params
        found, refusal = Page[Found](()), None
        try:
            found = queries.discovery(
                unit.session, unit.actor, _sought(unit, query), at=unit.now, after=query.get("after")
            )
        except Invalid as wrong:
            refusal = wrong
        language = unit.me.language if unit.me else "en"
        mine, named = queries.near_choices(unit.session, unit.actor, None)
        kept = {name: query[name] for name in ("q", *FILTERS) if query.get(name)}
        headings = {one.key: one.label(language) for one in queries.categories(unit.session, unit.actor)}
        return render(
            request,
            unit,
            "communities/communities.html",
            refusal.status if refusal else 200,
            refusal=refusal,
            mine=[one for one in found.items if one.is_mine],
            partners=[one for one in found.items if one.is_partner and not one.is_mine],
            others=[one for one in found.items if not one.is_partner and not one.is_mine],
            next=f"/communities?{urlencode({**kept, 'after': found.next})}" if found.next else None,
            q=query.get("q", "")[:200],
            chosen={name: query.get(name, "")[:64] for name in FILTERS},
            n_set=sum(bool(query.get(name)) for name in FILTERS[:-1]),
            kinds=[(key, said(one.name, language)) for key, one in templates().items()],
            federation=KIND,
            languages=[(tag, one.name) for tag, one in LANGUAGES.items()],
            categories=sorted(headings.items(), key=lambda one: one[1]),
            places=(mine, named),
            radii=[(str(km), f"{km} km") for km in BANDS_KM],
            kind_words={kind.value: word for kind, word in KIND_WORDS.items()},
            proposes=_proposing(unit),
        )


def _proposing(unit: Unit) -> str | None:
    """The community for which the reader proposes partnerships, if there is one."""
    for place in places_of(unit.session, unit.actor, at=unit.now).values():
        if "tie.propose" in place.capabilities and place.parent_id is None and place.kind != KIND:
            return place.slug
    return None


def _sought(unit: Unit, query: QueryParams) -> Sought:
    near = query.get("near", "").strip()
    if not near and query.get("radius_km"):
        raise Invalid(NEAR_WHAT, code="near_what", fields={"near": NEAR_WHAT})
    return Sought(
        q=query.get("q", ""),
        kind=query.get("kind", "")[:40],
        language=query.get("language", "")[:12],
        category=query.get("category", "")[:64],
        near=queries.near_cell(unit.session, unit.actor, near, at=unit.now) if near else None,
        radius_km=read_radius(query.get("radius_km", "")),
    )
