"""The list of communities, one community's page and settings, one's own memberships, leaving and resting."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from minga.communities import access, commands, queries
from minga.communities.commands import CommunityWords
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.communities.here import community_here
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import NotFound, Refused
from minga.kit.i18n import LANGUAGES, N_
from minga.kit.ids import Id
from minga.kit.typed import read_date
from minga.sharing import queries as sharing
from minga.sharing.queries import Card
from minga.sharing.rules import Origin, Wish

router = PageRouter()
NEW_SHOWN = 4


@router.get("/c/{c}")
def community(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        try:
            here = queries.community(unit.session, unit.actor, c, at=unit.now)
        except NotFound:
            slug = queries.moved(unit.session, unit.actor, c, at=unit.now)
            if slug is None:
                raise
            return RedirectResponse(f"/c/{slug}", status_code=308)
        groups = queries.subgroups(unit.session, unit.actor, here.id, at=unit.now) if here.is_inside else []
        may = {
            name: access.may(unit.session, unit.actor, name, here.id, at=unit.now, seconded=True)
            for name in (
                "community.edit",
                "member.invite",
                "application.see",
                "subgroup.found",
                "log.see",
                "tie.see",
            )
        }
        return render(
            request,
            unit,
            "communities/community.html",
            community=here,
            here=here,
            groups=groups,
            may=may,
            new=_new(unit, here.id) if here.is_member else None,
        )


def _new(unit: Unit, community_id: Id) -> tuple[Card, ...]:
    """The newest that its members offer and need."""
    wish = Wish(origins=frozenset({Origin.OWN}))
    page = sharing.listings(
        unit.session, unit.actor, wish, at=unit.now, community_id=community_id, limit=NEW_SHOWN
    )
    return page.items


@router.get("/c/{c}/settings")
def settings(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        here = community_here(unit, c)
        access.require(unit.session, unit.actor, "community.edit", here.id, at=unit.now)
        return _settings(request, unit, here)


@router.post("/c/{c}/settings")
def change_settings(request: Request, c: str) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            here = community_here(unit, c)
            words = CommunityWords(
                **{name: form.get(name) for name in CommunityWords.__dataclass_fields__ if form.has(name)}
            )
            version = form.integer("version", least=1, most=10**9)
            made = commands.edit_community(
                unit.session, unit.actor, here.id, words, at=unit.now, version=version
            )
            return unit.go_to(f"/c/{made.slug}/settings", said=N_("Saved."))
    except Refused as refusal:
        if not refusal.fields and refusal.status != 412:
            raise
        with read_unit(request) as unit:
            return _settings(request, unit, community_here(unit, c), refusal)


def _settings(request: Request, unit: Unit, here: Any, refusal: Refused | None = None) -> Response:
    return render(
        request,
        unit,
        "communities/settings.html",
        refusal.status if refusal else 200,
        community=here,
        here=here,
        refusal=refusal,
        languages=[(tag, one.name) for tag, one in LANGUAGES.items()],
    )


@router.get("/me/communities")
def my_communities(request: Request) -> Response:
    with read_unit(request) as unit:
        unit.signed_in()
        return render(
            request,
            unit,
            "communities/mine.html",
            mine=queries.my_communities(unit.session, unit.actor, at=unit.now),
            applications=queries.my_applications(unit.session, unit.actor),
        )


@router.get("/c/{c}/leave")
def leaving(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        here = community_here(unit, c)
        below = [
            one
            for one in queries.my_communities(unit.session, unit.actor, at=unit.now)
            if one.community_id == here.id
        ]
        if not below:
            raise NotFound()
        groups = [
            one for one in queries.subgroups(unit.session, unit.actor, here.id, at=unit.now) if one.is_member
        ]
        return render(
            request, unit, "communities/leave.html", community=here, here=here, mine=below[0], groups=groups
        )


@router.post("/c/{c}/leave")
def leave(request: Request, c: str) -> Response:
    with write_unit(request) as unit:
        here = community_here(unit, c)
        commands.leave(unit.session, unit.actor, here.id, at=unit.now)
        return unit.go_to("/me/communities", said=N_("You have left {community}."), community=here.name)


@router.post("/c/{c}/rest")
def rest(request: Request, c: str) -> Response:
    form = read_form(request)
    with write_unit(request) as unit:
        here = community_here(unit, c)
        until_on = read_date(form.get("until_on"), unit.now.date()) if form.get("until_on") else None
        commands.rest(
            unit.session, unit.actor, here.id, until_on=until_on, reason=form.get("reason"), at=unit.now
        )
        return unit.go_to("/me/communities", said=N_("Your membership rests. You can still read."))
