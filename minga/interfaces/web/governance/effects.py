"""Choosing what follows if a proposal passes: what is chosen so far, one more thing, one thing less."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.communities.queries import community
from minga.governance.commands import choosing as commands
from minga.governance.queries.effect_choices import EffectForm, effect_form
from minga.governance.queries.effects import effects_of_proposal
from minga.interfaces.http import Form, Unit, read_form, read_unit, write_unit
from minga.interfaces.web.communities.here import community_here
from minga.interfaces.web.governance.decisions import sentence_of
from minga.interfaces.web.page import PageRouter, render, voice_of
from minga.kit.errors import Invalid, NotFound, Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.typed import read_date

router = PageRouter()
NO_DATA = N_("This cannot be read as rules. Change only words and numbers.")


@router.get("/proposals/{id}/effects")
def effects(request: Request, id: str) -> Response:
    with read_unit(request) as unit:
        unit.signed_in()
        return _page(request, unit, id, request.query_params.get("kind", ""))


def _page(request: Request, unit: Unit, id: Id, kind: str, refusal: Refused | None = None) -> Response:
    form = effect_form(unit.session, unit.actor, id, kind, at=unit.now)
    here = community_here(unit, form.community_id)
    voice = voice_of(request, unit)
    lines = effects_of_proposal(unit.session, unit.actor, id, at=unit.now)
    return render(
        request,
        unit,
        "governance/effects.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=here,
        here=here,
        proposal_id=id,
        choice=form,
        rules_as_text=json.dumps(form.charter, ensure_ascii=False, indent=1) if form.charter else "",
        lines=[(one, sentence_of(one, voice)) for one in lines],
    )


@router.post("/proposals/{id}/effects")
def add_effect(request: Request, id: str) -> Response:
    form = read_form(request)
    kind = form.get("kind")
    try:
        with write_unit(request) as unit:
            choice = effect_form(unit.session, unit.actor, id, kind, at=unit.now)
            wish = _read(unit, choice, form)
            commands.add_effect(unit.session, unit.actor, id, wish, at=unit.now)
            return unit.go_to(f"/proposals/{id}/effects", said=N_("It follows if the proposal passes."))
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _page(request, unit, id, kind, refusal)


@router.post("/proposals/{id}/effects/{n}/removal")
def drop_effect(request: Request, id: str, n: str) -> Response:
    with write_unit(request) as unit:
        if not (n.isascii() and n.isdecimal() and len(n) < 3):
            raise NotFound()
        commands.drop_effect(unit.session, unit.actor, id, int(n), at=unit.now)
        return unit.go_to(f"/proposals/{id}/effects", said=N_("It does not follow any more."))


def _read(unit: Unit, choice: EffectForm, form: Form) -> dict[str, Any]:
    """The fields of the form as the effect wants them; what a member types as a name becomes what it names."""
    wish: dict[str, Any] = {"kind": choice.chosen.name if choice.chosen else ""}
    for one in choice.fields:
        typed = form.get(f"effect_{one.name}")
        if one.name == "rules":
            wish["rules"] = _data(form.raw("effect_rules"))
        elif one.name == "texts":
            title, words = form.get("effect_title"), form.raw("effect_texts")
            here = community(unit.session, unit.actor, choice.community_id, at=unit.now)
            wish["texts"] = (
                [{"language": here.language, "title": title, "words": words}] if title and words else []
            )
        elif one.name == "must_accept":
            wish["must_accept"] = form.has("effect_must_accept")
        elif one.name == "until_on" and typed:
            wish["until_on"] = read_date(typed, unit.now.date()).isoformat()
        elif one.name == "community_id" and typed:
            wish["community_id"] = community(unit.session, unit.actor, typed, at=unit.now).id
        elif typed:
            wish[one.name] = typed
    return wish


def _data(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise Invalid(NO_DATA, fields={"effect_rules": NO_DATA}) from None
