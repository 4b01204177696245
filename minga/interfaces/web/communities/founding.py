"""Founding a community: the first one by the wizard, others by the same questions; and what comes next."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import commands, queries
from minga.communities.commands import InviteTerms
from minga.communities.rules.templates import said, template_of, templates
from minga.interfaces import examples
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.communities.here import community_here, invite_key, join_link
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Refused
from minga.kit.i18n import LANGUAGES, N_, choose_language

router = PageRouter()
FIRST_USES, FIRST_LASTS = 20, timedelta(days=30)


@router.get("/first/community")
def first_community(request: Request) -> Response:
    with read_unit(request) as unit:
        unit.signed_in()
        return _questions(request, unit)


@router.get("/communities/new")
def new_community(request: Request) -> Response:
    with read_unit(request) as unit:
        unit.signed_in()
        return _questions(request, unit)


@router.post("/first/community")
def found_first(request: Request) -> Response:
    return _found(request)


@router.post("/communities/new")
def found_another(request: Request) -> Response:
    return _found(request)


def _found(request: Request) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            made = commands.found(
                unit.session,
                unit.actor,
                name=form.get("name"),
                slug=form.get("slug"),
                template=form.get("template", "other"),
                purpose=form.get("purpose"),
                language=form.get("language", "en"),
                zone=form.get("zone", "UTC"),
                currency=form.get("currency").upper() or None,
                joining=form.get("joining") or None,
                at=unit.now,
            )
            terms = InviteTerms(
                uses_max=FIRST_USES, expires_at=unit.now + FIRST_LASTS, at_once=True, language=made.language
            )
            commands.invite(unit.session, unit.actor, made.id, terms, at=unit.now)
            if form.get("examples") == "yes":
                examples.move_in(unit.session, unit.actor, made.id, at=unit.now)
            return unit.go_to(f"/c/{made.slug}/ready")
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _questions(request, unit, refusal)


def _questions(request: Request, unit: Unit, refusal: Refused | None = None) -> Response:
    language = unit.me.language if unit.me else choose_language(None, None, "")
    return render(
        request,
        unit,
        "communities/founding.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        templates=[
            (one.key, said(one.name, language), said(one.about, language)) for one in templates().values()
        ],
        languages=[(tag, one.name) for tag, one in LANGUAGES.items()],
        zone=unit.me.zone if unit.me else "UTC",
        language=language,
    )


@router.post("/c/{c}/examples/removal")
def remove_examples(request: Request, c: str) -> Response:
    """The example neighbours and what they shared go; pressing it twice changes nothing."""
    with write_unit(request) as unit:
        here = community_here(unit, c)
        examples.move_out(unit.session, unit.actor, here.id, at=unit.now)
        return unit.go_to(
            f"/c/{here.slug}", said=N_("The examples are gone. The log keeps numbers of them, no words.")
        )


@router.get("/c/{c}/ready")
def ready(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        here = community_here(unit, c)
        found = queries.invites(unit.session, unit.actor, here.id, at=unit.now, limit=25)
        mine = next((one for one in found.items if one.is_mine and one.state == "open"), None)
        link = None
        if mine:
            page = queries.invite(unit.session, unit.actor, invite_key(unit), mine.id, at=unit.now)
            link = join_link(unit, page.token) if page.token else None
        start = template_of(here.kind)
        language = unit.me.language if unit.me else here.language
        steps = [(said(step.text, language), f"/c/{here.slug}/{step.to}") for step in start.steps]
        return render(
            request, unit, "communities/ready.html", community=here, link=link, invite=mine, steps=steps
        )
