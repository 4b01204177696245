"""Other people: the page of one, the directory of a community, their photos."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import access as communities
from minga.communities import commands, queries
from minga.communities.queries import Filters
from minga.identity import queries as identity_queries
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.interfaces.web.identity.me import words
from minga.interfaces.web.page import PageRouter, go_to, render
from minga.interfaces.web.reputation.people import said_of
from minga.interfaces.web.reputation.vouched import standing_of
from minga.kit.errors import NotFound
from minga.kit.i18n import N_
from minga.kit.images import media_type_of
from minga.sharing import queries as sharing

router = PageRouter()
EDGES = {"40", "96", "320"}


@router.get("/people/{handle}")
def person_show(request: Request, handle: str) -> Response:
    with read_unit(request) as unit:
        card = queries.person(unit.session, unit.actor, handle, at=unit.now)
        if card.moved:
            return go_to(request, f"/people/{card.handle}")
        return _page(request, unit, card, {})


def _page(request: Request, unit: Unit, card: queries.PersonCard, opened: dict[str, str]) -> Response:
    return render(
        request,
        unit,
        "identity/person.html",
        card=card,
        opened=opened,
        thanks=sharing.thanks_of(unit.session, unit.actor, card.id, at=unit.now),
        **said_of(unit, card.handle),
        standings=standing_of(unit, card.id),
        **words(),
    )


@router.post("/people/{handle}/field/{key}")
def field_open(request: Request, handle: str, key: str) -> Response:
    """Show a folded field; the person finds in their log who did."""
    with write_unit(request) as unit:
        unit.signed_in()
        value = commands.open_field(unit.session, unit.actor, handle, key, at=unit.now)
        card = queries.person(unit.session, unit.actor, handle, at=unit.now)
        return _page(request, unit, card, {key: value})


@router.post("/people/{handle}/block")
def block(request: Request, handle: str) -> Response:
    with write_unit(request) as unit:
        unit.signed_in()
        commands.block_person(unit.session, unit.actor, handle, at=unit.now)
        return unit.go_to("/me/blocks", said=N_("You do not see each other any more. They are not told."))


@router.post("/people/{handle}/unblock")
def unblock(request: Request, handle: str) -> Response:
    with write_unit(request) as unit:
        unit.signed_in()
        commands.unblock_person(unit.session, unit.actor, handle, at=unit.now)
        return unit.go_to("/me/blocks", said=N_("You see each other again."))


@router.get("/me/blocks")
def blocks_show(request: Request) -> Response:
    with read_unit(request) as unit:
        unit.signed_in()
        return render(request, unit, "identity/blocks.html", people=queries.blocked(unit.session, unit.actor))


@router.get("/c/{c}/members", limit="search")
def members_index(request: Request, c: str) -> Response:
    asked = request.query_params
    filters = Filters(
        q=asked.get("q", ""),
        role=asked.get("role", ""),
        skill=asked.get("skill", ""),
        area=asked.get("area", ""),
        new="new" in asked,
        trial="trial" in asked,
        sort=asked.get("sort", "name"),
        unseen="unseen" in asked,
        without_means="without_means" in asked,
        paused="paused" in asked,
    )
    with read_unit(request) as unit:
        community = communities.community_to_see(unit.session, unit.actor, c, at=unit.now)
        page = queries.members(
            unit.session, unit.actor, community.id, filters, after=asked.get("after", ""), at=unit.now
        )
        place = communities.place_of(unit.session, unit.actor, community.id, at=unit.now)
        kept = [(name, value) for name, value in asked.items() if name != "after"]
        address = f"/c/{community.slug}/members"
        following = f"{address}?{urlencode([*kept, ('after', page.next)])}" if page.next else None
        return render(
            request,
            unit,
            "identity/members.html",
            community=community,
            page=page,
            filters=filters,
            asked=asked,
            address=address,
            following=following,
            steward=place is not None and "member.see_contacts" in place.capabilities,
            **words(),
        )


@router.get("/files/{key}/{size}", limit="read")
def picture_show(request: Request, key: str, size: str) -> Response:
    """A photo of a person or a community, for those who may see it."""
    with read_unit(request) as unit:
        if size not in EDGES or len(key) != 64:
            raise NotFound()
        if not queries.may_see_picture(unit.session, unit.actor, key, at=unit.now):
            raise NotFound()
        file = identity_queries.picture_file(unit.session, unit.actor, key, int(size))
        if file is None:
            raise NotFound()
        data = unit.node.blobs.read(file)
    headers = {"Cache-Control": "private, max-age=86400", "ETag": f'"{file[:32]}"'}
    return Response(data, media_type=media_type_of(data), headers=headers)
