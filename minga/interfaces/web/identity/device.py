"""A device that a community does not know yet, from the side of its person: asking, and typing the number they are told."""

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import access as communities
from minga.communities import commands
from minga.identity import access
from minga.identity import commands as identity
from minga.identity.rules.sign_ins import LINE_MAX, number_refusal, took_too_long
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.identity.browser import browser_of, keep_device
from minga.interfaces.web.page import PageRouter, go_to, render
from minga.kit.errors import Conflict, Invalid, Refused, TooMany
from minga.kit.i18n import N_

router = PageRouter()
KNOWN = N_("This device is known now.")


@router.get("/me/device")
def device_show(request: Request) -> Response:
    with read_unit(request) as unit:
        unit.signed_in()
        return _page(request, unit)


@router.post("/me/device")
def device_ask(request: Request) -> Response:
    form, browser = read_form(request), browser_of(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            me = unit.me
            key = access.asked_key(unit.settings.secret, me.handle if me else "")
            commands.ask_for_device(
                unit.session, unit.actor, line=form.get("line"), asked_key=key, browser=browser, at=unit.now
            )
            return keep_device(request, unit.go_to("/me/device"))
    except Conflict as known:
        return go_to(request, "/", said=known.text)
    except (Invalid, TooMany) as refusal:
        return _again(request, refusal)


@router.post("/me/device/number")
def device_number(request: Request) -> Response:
    form = read_form(request)
    with write_unit(request) as unit:
        unit.signed_in()
        entered = commands.enter_device_number(
            unit.session, unit.actor, form.get("number"), secret=unit.settings.secret, at=unit.now
        )
        if isinstance(entered, list) and entered:
            return unit.go_to("/", said=KNOWN)
        refusal = number_refusal(entered) if isinstance(entered, int) else took_too_long()
        return _page(request, unit, refusal)


@router.post("/me/device/end")
def device_ask_end(request: Request) -> Response:
    with write_unit(request) as unit:
        unit.signed_in()
        identity.withdraw_device_ask(unit.session, unit.actor, at=unit.now)
        return unit.go_to("/", said=N_("You stopped waiting."))


def _again(request: Request, refusal: Refused) -> Response:
    with read_unit(request) as unit:
        return _page(request, unit, refusal)


def _page(request: Request, unit: Unit, refusal: Refused | None = None) -> Response:
    return render(
        request,
        unit,
        "identity/device.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        locked=communities.locked_places(unit.session, unit.actor),
        asked=identity.device_ask(unit.session, unit.actor, at=unit.now) is not None,
        line_max=LINE_MAX,
    )
