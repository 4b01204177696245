"""Badges: those of a community with their rules, giving one by hand, and one's own."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import access as communities
from minga.interfaces.http import Form, Unit, read_form, read_unit, write_unit
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Invalid, Refused
from minga.kit.i18n import N_
from minga.kit.ids import parse_id
from minga.reputation import commands, queries
from minga.reputation.rules.badges import DAYS_MAX, ICONS, Choice

router = PageRouter()
EXAMPLE = '{"count": "LoanCompleted", "as": "lender", "at_least": 3, "within_days": 365}'
NOT_JSON = N_("Write a rule as JSON, or leave it empty.")
BAD_CHOICE = N_("Choose what becomes of it.")


@router.get("/c/{c}/badges", limit="read")
def show_badges(request: Request, c: str) -> Response:
    """A community's badges with their rules, for its members."""
    with read_unit(request) as unit:
        return _show(request, unit, c, None)


def _show(request: Request, unit: Unit, c: str, refusal: Refused | None) -> Response:
    unit.signed_in()
    community = communities.community_to_see(unit.session, unit.actor, c, at=unit.now)
    return render(
        request,
        unit,
        "reputation/badges.html",
        refusal.status if refusal else 200,
        community=community,
        refusal=refusal,
        found=queries.badges(unit.session, unit.actor, community.id, at=unit.now),
        icons=[(one, one) for one in ICONS],
        example=EXAMPLE,
        written=lambda rule: json.dumps(rule, ensure_ascii=False),
    )


@router.post("/c/{c}/badges", limit="write")
def make_badge(request: Request, c: str) -> Response:
    """Make a badge; with a rule, or without one to give it by hand."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            community = communities.community_to_see(unit.session, unit.actor, c, at=unit.now)
            commands.make_badge(unit.session, unit.actor, community.id, _shape(form), at=unit.now)
            return unit.go_to(f"/c/{community.slug}/badges", said=N_("The badge is made."))
    except Invalid as refusal:
        with read_unit(request) as unit:
            return _show(request, unit, c, refusal)


def _shape(form: Form) -> commands.BadgeShape:
    rule: Any = None
    if form.get("rule"):
        try:
            rule = json.loads(form.get("rule"))
        except (ValueError, RecursionError):
            raise Invalid(NOT_JSON, fields={"rule": NOT_JSON}) from None
        rule = rule if isinstance(rule, dict) else {}
    return commands.BadgeShape(
        name=form.get("name"),
        sentence=form.get("sentence"),
        icon=form.get("icon"),
        rule=rule,
        valid_days=form.integer("valid_days", least=1, most=DAYS_MAX),
        is_lost=form.has("is_lost"),
    )


@router.post("/badges/{id}/grants", limit="write")
def grant_badge(request: Request, id: str) -> Response:
    """Give a badge by hand, with words."""
    form = read_form(request)
    with write_unit(request) as unit:
        unit.signed_in()
        commands.grant_badge(
            unit.session, unit.actor, parse_id(id), form.get("handle"), form.get("words"), at=unit.now
        )
        return unit.go_to("/me/reputation", said=N_("Given. They choose whether others see it."))


@router.post("/badges/{id}/end", limit="write")
def end_badge(request: Request, id: str) -> Response:
    """No longer earned nor shown."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.end_badge(unit.session, unit.actor, parse_id(id), at=unit.now)
        return unit.go_to("/me/badges", said=N_("The badge is ended."))


@router.get("/me/badges", limit="read")
def own_badges(request: Request) -> Response:
    """What one earned, and what becomes of it."""
    with read_unit(request) as unit:
        unit.signed_in()
        return render(
            request, unit, "reputation/my_badges.html", mine=queries.own_badges(unit.session, unit.actor)
        )


@router.post("/me/badges", limit="write")
def choose_badge(request: Request) -> Response:
    """Show it, keep it, or say no."""
    form = read_form(request)
    with write_unit(request) as unit:
        unit.signed_in()
        if form.get("choice") not in list(Choice):
            raise Invalid(BAD_CHOICE)
        commands.choose_badge(
            unit.session, unit.actor, form.get("earned"), Choice(form.get("choice")), at=unit.now
        )
        return unit.go_to("/me/badges", said=N_("Your choice is kept."))
