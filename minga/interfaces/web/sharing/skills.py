"""The skills of a community: looked at by members, accepted and made one by those who look after the categories."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.communities.access import community_to_see, may
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.page import PageRouter, render, voice_of
from minga.interfaces.web.sharing.categories import labels_of
from minga.kit.errors import Refused
from minga.kit.i18n import LANGUAGES, N_
from minga.kit.ids import parse_id
from minga.sharing import commands, queries

router = PageRouter()


@router.get("/c/{c}/skills", limit="read")
def show_skills(request: Request, c: str) -> Response:
    """By name, with how many listings speak of each."""
    with read_unit(request) as unit:
        return _page(request, unit, _community(unit, c))


@router.post("/c/{c}/skills/{id}/acceptance", limit="write")
def accept_skill(request: Request, c: str, id: str) -> Response:
    """Accept it, perhaps under a better name."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            community = _community(unit, c)
            commands.accept_skill(
                unit.session,
                unit.actor,
                parse_id(id),
                name=form.get("name"),
                labels=labels_of(form),
                category=form.get("category"),
                at=unit.now,
            )
            return unit.go_to(f"/c/{community.slug}/skills", said=N_("The skill is accepted."))
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _page(request, unit, _community(unit, c), refusal)


@router.post("/c/{c}/skills/{id}/merge", limit="write")
def merge_skill(request: Request, c: str, id: str) -> Response:
    """Make two skills one."""
    into = read_form(request).get("into")
    with write_unit(request) as unit:
        community = _community(unit, c)
        commands.merge_skill(unit.session, unit.actor, parse_id(id), parse_id(into), at=unit.now)
        return unit.go_to(f"/c/{community.slug}/skills", said=N_("They are one skill now."))


def _community(unit: Unit, c: str) -> Any:
    unit.signed_in()
    return community_to_see(unit.session, unit.actor, c, at=unit.now)


def _page(request: Request, unit: Unit, community: Any, refusal: Refused | None = None) -> Response:
    language = voice_of(request, unit, community.language).language.tag
    found = queries.skills(unit.session, unit.actor, community.id, at=unit.now)
    headings = queries.categories(unit.session, unit.actor, community.id)
    return render(
        request,
        unit,
        "sharing/skills.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        community=community,
        skills=[(one, one.label(language)) for one in found],
        choices=[(one.id, one.label(language)) for one in found],
        categories=[(one.id, one.label(language)) for one in headings],
        languages=[(tag, one.name) for tag, one in LANGUAGES.items()],
        edits=bool(may(unit.session, unit.actor, "category.edit", community.id, at=unit.now)),
    )
