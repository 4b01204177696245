"""Showing once more that it is you: password or passkey, then back to the form with its content kept."""

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from minga.identity import access, commands
from minga.identity.rules.passwords import normal
from minga.identity.rules.sign_ins import require_patience
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.identity.browser import (
    browser_of,
    challenge_holder,
    check_failures,
    count_failure,
    own_path,
    party_of,
)
from minga.interfaces.web.identity.hashing import check_hash
from minga.interfaces.web.identity.sign_in import kept_fields, onwards
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Invalid, Refused
from minga.kit.i18n import N_

router = PageRouter()


@router.get("/confirm")
def confirm_show(request: Request) -> Response:
    with read_unit(request) as unit:
        unit.signed_in()
        back = own_path(request.query_params.get("back", "/me"))
        return render(request, unit, "identity/confirm.html", back=back, kept=[], posted=False)


@router.post("/confirm")
async def confirm_create(request: Request) -> Response:
    form = read_form(request)
    if form.get("credential"):
        return await to_thread.run_sync(_with_passkey, request)
    try:
        check_failures(request)
        phc = await to_thread.run_sync(_own_hash, request)
        checked = await check_hash(request.app.state.node, normal(form.raw("password")[:1000]), phc)
    except Refused as refusal:
        if refusal.status == 401:
            raise
        return await to_thread.run_sync(_again, request, refusal)
    return await to_thread.run_sync(_finish, request, checked.fits)


def _own_hash(request: Request) -> str | None:
    with read_unit(request) as unit:
        person_id = unit.signed_in()
        failures = access.failures_of(unit.session, person_id, at=unit.now)
        require_patience(failures, unit.now)
        return access.own_hash(unit.session, person_id)


def _finish(request: Request, fits: bool) -> Response:
    with write_unit(request) as unit:
        person_id = unit.signed_in()
        commands.trace(
            unit.session,
            "confirm",
            "done" if fits else "failed",
            asked_key=person_id,
            person_id=person_id,
            browser=browser_of(request),
            request_id=unit.actor.request_id,
            at=unit.now,
        )
        if fits:
            return _confirmed(request, unit)
    count_failure(request)
    sentence = N_("That password does not fit.")
    return _again(request, Invalid(sentence, fields={"password": sentence}))


def _with_passkey(request: Request) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            person_id = unit.signed_in()
            answered = commands.check_passkey(
                unit.session,
                party_of(request),
                challenge_holder(request),
                form.raw("credential"),
                at=unit.now,
            )
            if answered.doubtful:
                return _render(request, unit, commands.doubtful_passkey())
            if answered.person_id != person_id:
                raise Invalid(N_("That passkey belongs to somebody else."))
            return _confirmed(request, unit)
    except Invalid as refusal:
        count_failure(request)
        return _again(request, refusal)


def _confirmed(request: Request, unit: Unit) -> Response:
    cookie = commands.renew_cookie(unit.session, unit.actor, confirmed=True, at=unit.now)
    return onwards(request, unit, cookie)


def _again(request: Request, refusal: Refused) -> Response:
    with read_unit(request) as unit:
        return _render(request, unit, refusal)


def _render(request: Request, unit: Unit, refusal: Refused) -> Response:
    form = read_form(request)
    answer = render(
        request,
        unit,
        "identity/confirm.html",
        refusal.status,
        refusal=refusal,
        back=own_path(form.get("back", "/me")),
        kept=kept_fields(form),
        posted=form.has("posted"),
    )
    if refusal.retry_after:
        answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer
