"""The buttons by which one's listing comes again, is left out once, rests, or comes no more."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.interfaces.http import Unit, read_form, write_unit
from minga.interfaces.web.page import PageRouter
from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.kit.ids import parse_id
from minga.sharing import commands

router = PageRouter()
RULES = {
    "week": "FREQ=WEEKLY",
    "fortnight": "FREQ=WEEKLY;INTERVAL=2",
    "month": "FREQ=MONTHLY",
    "day": "FREQ=DAILY",
}
RULE_WORDS = (
    ("week", N_("Every week")),
    ("fortnight", N_("Every second week")),
    ("month", N_("Every month")),
    ("day", N_("Every day")),
)


@router.post("/listings/{id}/repeats", limit="write")
def repeat(request: Request, id: str) -> Response:
    """Let it come again."""
    rule = RULES.get(read_form(request).get("every"))
    if rule is None:
        raise Invalid(N_("Choose one from the list."))
    with write_unit(request) as unit:
        unit.signed_in()
        commands.repeat(unit.session, unit.actor, parse_id(id), rule, at=unit.now)
        return unit.go_to(f"/listings/{parse_id(id)}", said=N_("It comes again, two days before each time."))


def _act(request: Request, id: str, act: Callable[..., Any], said: str, **more: Any) -> Response:
    with write_unit(request) as unit:
        unit.signed_in()
        found = act(unit.session, unit.actor, parse_id(id), at=unit.now, **more)
        return _back(unit, found, said)


def _back(unit: Unit, found: Any, said: str) -> Response:
    return unit.go_to(f"/listings/{found.listing_id}", said=said)


@router.post("/repeats/{id}/skip", limit="write")
def skip(request: Request, id: str) -> Response:
    """Leave the next one out."""
    return _act(request, id, commands.skip, N_("The next one is left out."))


@router.post("/repeats/{id}/pause", limit="write")
def pause(request: Request, id: str) -> Response:
    """Let it rest."""
    return _act(request, id, commands.pause_repeat, N_("It rests."), paused=True)


@router.post("/repeats/{id}/resumption", limit="write")
def resume(request: Request, id: str) -> Response:
    """Go on."""
    return _act(request, id, commands.pause_repeat, N_("It comes again."), paused=False)


@router.post("/repeats/{id}/end", limit="write")
def end(request: Request, id: str) -> Response:
    """It comes no more; what is open stays."""
    return _act(request, id, commands.end_repeat, N_("It does not come again. What is open stays."))
