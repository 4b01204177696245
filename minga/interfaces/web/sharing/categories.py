"""The headings of a community: looked at by members, changed by those who look after them."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.communities.access import community_to_see, may
from minga.interfaces.http import Form, Unit, read_form, read_unit, write_unit
from minga.interfaces.web.page import PageRouter, render, voice_of
from minga.kit.errors import Refused
from minga.kit.i18n import LANGUAGES, N_
from minga.kit.ids import parse_id
from minga.sharing import commands, queries
from minga.sharing.rules import DIRECTION_WORDS, Direction
from minga.sharing.rules.fields import FIELD_WORDS, FieldKind

router = PageRouter()


@router.get("/c/{c}/categories", limit="read")
def show_categories(request: Request, c: str) -> Response:
    """The tree with how much is filed under each."""
    with read_unit(request) as unit:
        return _page(request, unit, _community(unit, c))


@router.post("/c/{c}/categories", limit="write")
def add_category(request: Request, c: str) -> Response:
    """Add one."""
    form = read_form(request)

    def act(unit: Unit, community: Any) -> str:
        commands.add_category(
            unit.session,
            unit.actor,
            community.id,
            labels=labels_of(form),
            parent=form.get("parent"),
            at=unit.now,
        )
        return N_("The category is there.")

    return _change(request, c, act)


@router.post("/c/{c}/categories/{id}/change", limit="write")
def change_category(request: Request, c: str, id: str) -> Response:
    """Other names, or another place in the tree."""
    form = read_form(request)

    def act(unit: Unit, community: Any) -> str:
        given = (unit.session, unit.actor, community.id)
        changed = commands.rename_category(*given, parse_id(id), labels=labels_of(form), at=unit.now)
        if (changed.parent_id or "") != form.get("parent"):
            commands.move_category(*given, changed.id, parent=form.get("parent"), at=unit.now)
        return N_("The category is changed.")

    return _change(request, c, act)


@router.post("/c/{c}/categories/{id}/retirement", limit="write")
def retire_category(request: Request, c: str, id: str) -> Response:
    """File nothing new there."""

    def act(unit: Unit, community: Any) -> str:
        commands.retire_category(unit.session, unit.actor, community.id, parse_id(id), at=unit.now)
        return N_("Nothing new is filed there.")

    return _change(request, c, act)


@router.post("/c/{c}/categories/{id}/merge", limit="write")
def merge_category(request: Request, c: str, id: str) -> Response:
    """File what is there under another one."""
    into = read_form(request).get("into")

    def act(unit: Unit, community: Any) -> str:
        commands.merge_category(unit.session, unit.actor, community.id, parse_id(id), into=into, at=unit.now)
        return N_("They are one category now.")

    return _change(request, c, act)


@router.post("/c/{c}/categories/{id}/fields", limit="write")
def add_field(request: Request, c: str, id: str) -> Response:
    """Ask for something more in this category."""
    form = read_form(request)

    def act(unit: Unit, community: Any) -> str:
        kinds = {one.value: one for one in FieldKind}
        ways = {one.value: one for one in Direction}
        commands.add_field(
            unit.session,
            unit.actor,
            community.id,
            parse_id(id),
            labels=labels_of(form),
            kind=kinds.get(form.get("kind"), FieldKind.TEXT),
            direction=ways.get(form.get("direction")),
            choices=form.raw("choices").splitlines(),
            at=unit.now,
        )
        return N_("The field is there.")

    return _change(request, c, act)


@router.post("/c/{c}/category-fields/{id}/retirement", limit="write")
def retire_field(request: Request, c: str, id: str) -> Response:
    """Ask for it no longer."""

    def act(unit: Unit, _community: Any) -> str:
        commands.retire_field(unit.session, unit.actor, parse_id(id), at=unit.now)
        return N_("It is asked for no longer.")

    return _change(request, c, act)


def labels_of(form: Form) -> dict[str, str]:
    """The names in all shipped languages, as far as they were typed."""
    return {language: form.get(f"label_{language}") for language in LANGUAGES}


def _community(unit: Unit, c: str) -> Any:
    unit.signed_in()
    return community_to_see(unit.session, unit.actor, c, at=unit.now)


def _change(request: Request, c: str, act: Any) -> Response:
    try:
        with write_unit(request) as unit:
            community = _community(unit, c)
            said = act(unit, community)
            return unit.go_to(f"/c/{community.slug}/categories", said=said)
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _page(request, unit, _community(unit, c), refusal)


def _page(request: Request, unit: Unit, community: Any, refusal: Refused | None = None) -> Response:
    voice = voice_of(request, unit, community.language)
    language, say = voice.language.tag, voice.gettext
    found = queries.headings(unit.session, unit.actor, community.id, at=unit.now)
    return render(
        request,
        unit,
        "sharing/categories.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        community=community,
        headings=[(one, one.category.label(language), one.category.labels) for one in found],
        choices=[(one.category.id, f"{'– ' * one.depth}{one.category.label(language)}") for one in found],
        edits=bool(may(unit.session, unit.actor, "category.edit", community.id, at=unit.now)),
        languages=[(tag, one.name) for tag, one in LANGUAGES.items()],
        kinds=[(one.value, say(word)) for one, word in FIELD_WORDS.items()],
        kind_words={one: say(word) for one, word in FIELD_WORDS.items()},
        directions=[(one.value, say(word)) for one, word in DIRECTION_WORDS.items()],
        field_language=language,
    )
