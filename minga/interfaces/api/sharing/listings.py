"""Listings by REST: listed, found, posted, changed, and moved through their life, with the rights of the pages."""

from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Body, Query, Request
from fastapi.responses import Response

from minga.communities.access import community_to_read
from minga.interfaces.api import frame
from minga.interfaces.api.frame import limit, nothing, ok, version_demanded, version_sent
from minga.interfaces.api.sharing.answers import ListingShown, ListingsShown, detail_out, listings_json
from minga.interfaces.api.sharing.narrowing import PARAMETERS, grouped, narrowed
from minga.interfaces.api.sharing.shapes import (
    LISTING_IN,
    CloseIn,
    ListingChange,
    ListingIn,
    PinIn,
    changes_from,
    content_from,
)
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.interfaces.http.acting import LISTINGS, SHARING, acting
from minga.interfaces.http.meaning import read_meaning
from minga.interfaces.http.threads import quick
from minga.kit.errors import Invalid, Stale
from minga.kit.i18n import N_
from minga.kit.ids import parse_id
from minga.kit.paging import limit_of
from minga.sharing import commands, queries
from minga.sharing.queries import Detail
from minga.sharing.rules import CloseReason, Direction, Kind, Origin, TermKind, Wish, origins_of

router = frame.router("sharing")
WRONG_ORIGIN = N_("origin is a list of own, partners and network.")
OTHER_KIND = N_("This listing is of another kind.")
ORIGINS = {"own": Origin.OWN, "partners": Origin.PARTNER, "network": Origin.NETWORK}
if TYPE_CHECKING:
    AnyListingIn = ListingIn
else:
    AnyListingIn = Annotated[reduce(or_, LISTING_IN.values()), Body(discriminator="kind")]
Words = Annotated[str, Query(max_length=200)]


@router.get("/communities/{c}/listings", response_model=ListingsShown, openapi_extra=PARAMETERS)
@limit("read")
@quick
def community_listings(
    request: Request,
    c: str,
    q: Words = "",
    direction: Direction | None = None,
    kind: Annotated[list[Kind] | None, Query()] = None,
    category: str = "",
    term: Annotated[list[TermKind] | None, Query()] = None,
    origin: str = "",
    include_partners: bool = True,
    include_public: bool = False,
    after: str | None = None,
    limit: int | None = None,
) -> Response:
    """Open listings of a community and of those tied to it, newest first. The community is checked before anything else."""
    with read_unit(request) as unit:
        unit.signed_in()
        community = community_to_read(unit.session, unit.actor, c, at=unit.now)
        wish = _wish(q, direction, kind, category, term, origin, include_partners, include_public)
        return _list(unit, wish, community.id, after, limit)


@router.get("/listings", response_model=ListingsShown, openapi_extra=PARAMETERS)
@limit("read")
@quick
def all_listings(
    request: Request,
    q: Words = "",
    community: str = "",
    direction: Direction | None = None,
    kind: Annotated[list[Kind] | None, Query()] = None,
    category: str = "",
    term: Annotated[list[TermKind] | None, Query()] = None,
    origin: str = "",
    include_partners: bool = True,
    include_public: bool = False,
    after: str | None = None,
    limit: int | None = None,
) -> Response:
    """Open listings of all the caller's communities, newest first."""
    with read_unit(request) as unit:
        unit.signed_in()
        one = community_to_read(unit.session, unit.actor, community, at=unit.now).id if community else None
        wish = _wish(q, direction, kind, category, term, origin, include_partners, include_public)
        return _list(unit, wish, one, after, limit)


def _wish(
    q: str,
    direction: Direction | None,
    kinds: list[Kind] | None,
    category: str,
    terms: list[TermKind] | None,
    origin: str,
    partners: bool,
    network: bool,
) -> Wish:
    origins = origins_of(partners=partners, network=network)
    if origin:
        named = [one.strip() for one in origin.split(",")]
        if not set(named) <= set(ORIGINS):
            raise Invalid(WRONG_ORIGIN, fields={"origin": WRONG_ORIGIN})
        origins = frozenset(ORIGINS[one] for one in named)
    return Wish(
        search=read_meaning(q),
        direction=direction,
        kinds=frozenset(kinds or ()),
        category=category,
        terms=frozenset(terms or ()),
        origins=origins,
    )


def _list(unit: Unit, wish: Wish, community_id: str | None, after: str | None, limit: int | None) -> Response:
    params = unit.request.query_params
    wish = narrowed(unit, wish, params)
    page = queries.listings(
        unit.session,
        unit.actor,
        wish,
        at=unit.now,
        community_id=community_id,
        after=after,
        limit=limit_of(limit),
    )
    covers = queries.covers(unit.session, page.items)
    me = unit.actor.person_id
    body = {"items": listings_json(page.items, covers, me), "next": page.next}
    group = grouped(params)
    if group == "facets":
        return ok(unit, body | {"facets": _facets(unit, wish, community_id)})
    return ok(unit, body | _totals(unit, wish, community_id) if group else body)


def _facets(unit: Unit, wish: Wish, community_id: str | None) -> dict[str, Any]:
    """How it divides, over the newest thousand that fit."""
    found = queries.facets(unit.session, unit.actor, wish, at=unit.now, community_id=community_id)
    return {
        "n": found.n,
        "more": found.more,
        "directions": {one.value: n for one, n in found.directions},
        "kinds": {one.value: n for one, n in found.kinds},
        "categories": dict(found.categories),
    }


def _totals(unit: Unit, wish: Wish, community_id: str | None) -> dict[str, Any]:
    """How much of it each community has, over all that fits and not only this page."""
    found = queries.totals(unit.session, unit.actor, wish, at=unit.now, community_id=community_id)
    by_community = {one.slug: {"name": one.name, "n": one.n} for one in found}
    total = sum(one.n for one in found)
    return {"total": total, "communities": len(found), "by_community": by_community}


@router.post("/communities/{c}/listings", status_code=201, response_model=ListingShown)
@limit("write")
@acting(*LISTINGS)
def post_listing(request: Request, c: str, body: AnyListingIn) -> Response:
    """Post a listing, or keep it as a draft."""
    with write_unit(request) as unit:
        unit.signed_in()
        community = community_to_read(unit.session, unit.actor, c, at=unit.now)
        said: ListingIn = body
        act = commands.post if said.publish else commands.draft
        made = act(unit.session, unit.actor, community.id, said.direction, content_from(said), at=unit.now)
        return _shown(unit, queries.detail(unit.session, unit.actor, made, at=unit.now), status=201)


@router.get("/listings/{id}", response_model=ListingShown)
@limit("read")
@acting(*SHARING)
@quick
def show_listing(request: Request, id: str) -> Response:
    """One listing, with what the caller may do."""
    with read_unit(request) as unit:
        return _one(unit, parse_id(id))


@router.patch("/listings/{id}", response_model=ListingShown)
@limit("write")
@acting(*LISTINGS)
def change_listing(request: Request, id: str, body: ListingChange) -> Response:  # type: ignore[valid-type]
    """Change what is sent; `If-Match` carries the version that the caller read."""
    with write_unit(request) as unit:
        unit.signed_in()
        before = queries.content(unit.session, unit.actor, parse_id(id), at=unit.now)
        kind = queries.listing(unit.session, unit.actor, id, at=unit.now).card.kind
        version = version_demanded(request)
        changes, own, foreign = changes_from(body, kind)
        if foreign:
            raise Invalid(OTHER_KIND, fields=dict.fromkeys(sorted(foreign), OTHER_KIND))
        content = replace(before, **changes, own=replace(before.own, **own))
        commands.edit(unit.session, unit.actor, parse_id(id), content, version=version, at=unit.now)
        return _one(unit, parse_id(id))


@router.delete("/listings/{id}", status_code=204)
@limit("write")
@acting(*LISTINGS)
def discard_draft(request: Request, id: str) -> Response:
    """Throw a draft away."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.discard(unit.session, unit.actor, parse_id(id), at=unit.now)
        return nothing(unit)


def _one(unit: Unit, listing_id: str) -> Response:
    unit.session.flush()
    return _shown(unit, queries.listing(unit.session, unit.actor, listing_id, at=unit.now))


def _shown(unit: Unit, found: Detail, *, status: int = 200) -> Response:
    return ok(unit, detail_out(found, unit.actor.person_id), status=status, etag=str(found.card.version))


def _move(request: Request, id: str, act: Callable[..., Any], *more: Any) -> Response:
    """One step of a listing's life; `If-Match` is honoured when it is sent."""
    with write_unit(request) as unit:
        unit.signed_in()
        version = version_sent(request)
        if version is not None:
            there = queries.listing(unit.session, unit.actor, id, at=unit.now)
            if there.card.version != version:
                raise Stale()
        act(unit.session, unit.actor, parse_id(id), *more, at=unit.now)
        return _one(unit, parse_id(id))


@router.post("/listings/{id}/publication", response_model=ListingShown)
@limit("write")
@acting(*LISTINGS)
def publish_listing(request: Request, id: str) -> Response:
    """Show a draft to those it is for."""
    return _move(request, id, commands.publish)


@router.post("/listings/{id}/look", response_model=ListingShown)
@limit("write")
def let_out(request: Request, id: str) -> Response:
    """Let a listing that waited go out."""
    return _move(request, id, commands.look)


@router.post("/listings/{id}/pause", response_model=ListingShown)
@limit("write")
@acting(*LISTINGS)
def pause_listing(request: Request, id: str) -> Response:
    """Take it out of the lists for a while."""
    return _move(request, id, commands.pause)


@router.post("/listings/{id}/resumption", response_model=ListingShown)
@limit("write")
@acting(*LISTINGS)
def resume_listing(request: Request, id: str) -> Response:
    """Put it back."""
    return _move(request, id, commands.resume)


@router.post("/listings/{id}/closure", response_model=ListingShown)
@limit("write")
@acting(*LISTINGS)
def close_listing(request: Request, id: str, body: CloseIn) -> Response:
    """End it."""
    return _move(request, id, commands.close, CloseReason(body.reason))


@router.post("/listings/{id}/reopening", response_model=ListingShown)
@limit("write")
@acting(*LISTINGS)
def reopen_listing(request: Request, id: str) -> Response:
    """Open it again."""
    return _move(request, id, commands.reopen)


@router.post("/listings/{id}/still-true", response_model=ListingShown)
@limit("write")
@acting(*LISTINGS)
def keep_listing(request: Request, id: str) -> Response:
    """Say that it is still true."""
    return _move(request, id, commands.keep)


@router.post("/listings/{id}/pin", response_model=ListingShown)
@limit("write")
def pin_listing(request: Request, id: str, body: PinIn) -> Response:
    """Put it on top of its community's list, or take it down."""
    return _move(request, id, commands.pin, body.rank)


@router.get("/communities/{c}/categories")
@limit("read")
def categories(request: Request, c: str) -> Response:
    """The headings that the community uses, in all languages."""
    with read_unit(request) as unit:
        unit.signed_in()
        community = community_to_read(unit.session, unit.actor, c, at=unit.now)
        found = queries.categories(unit.session, unit.actor, community.id)
        fields = queries.fields_for(unit.session, unit.actor, community.id)
        items = [
            {
                "id": one.id,
                "key": one.key,
                "labels": dict(one.labels),
                "parent": one.parent_id,
                "fields": [
                    {
                        "key": field.key,
                        "kind": field.kind,
                        "direction": field.direction,
                        "labels": dict(field.labels),
                        "choices": list(field.choices),
                    }
                    for field in fields.get(one.id, [])
                ],
            }
            for one in found
        ]
        return ok(unit, {"items": items, "next": None})
