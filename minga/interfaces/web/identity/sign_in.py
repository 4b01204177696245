"""Signing in and out: password, passkey, recovery code, and every way that exists when these are lost."""

import json
from collections.abc import Sequence

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from minga.identity import access, commands
from minga.identity.rules.passwords import normal
from minga.identity.rules.sign_ins import How, require_patience, wrong_password
from minga.interfaces.http import Form, Unit, read_form, read_unit, write_unit
from minga.interfaces.web.identity.browser import (
    browser_of,
    challenge_holder,
    check_failures,
    count_failure,
    own_path,
    party_of,
    put_sign_in,
    sign_in_cookie,
    span_of,
    take_sign_in,
)
from minga.interfaces.web.identity.hashing import check_hash
from minga.interfaces.web.page import PageRouter, go_to, render
from minga.kit.errors import Invalid, Refused
from minga.kit.i18n import N_
from minga.kit.mail import mail_works

router = PageRouter()


@router.get("/sign-in")
def sign_in_show(request: Request) -> Response:
    with read_unit(request) as unit:
        if unit.actor.signed_in:
            return go_to(request, "/")
        return render(
            request, unit, "identity/sign_in.html", back=own_path(request.query_params.get("back", "/"))
        )


@router.post("/sign-in")
async def sign_in_create(request: Request) -> Response:
    form = read_form(request)
    typed, password = form.get("handle"), normal(form.raw("password")[:1000])
    try:
        check_failures(request)
        credential = await to_thread.run_sync(_credential, request, typed)
        checked = await check_hash(request.app.state.node, password, credential.phc)
    except Refused as refusal:
        return await to_thread.run_sync(_refuse, request, refusal)
    return await to_thread.run_sync(_finish, request, credential, checked.fits, checked.better)


def _credential(request: Request, typed: str) -> access.Credential:
    with read_unit(request) as unit:
        device = browser_of(request).cookie
        found = access.credential(unit.session, unit.settings.secret, typed, device, at=unit.now)
        if not found.known_device:
            require_patience(found.failures, unit.now)
        return found


def _finish(request: Request, credential: access.Credential, fits: bool, better: str | None) -> Response:
    """Write what came of it: the new sign-in, or the failure that limits the next tries."""
    browser = browser_of(request)
    with write_unit(request) as unit:
        person_id = credential.person_id if fits else None
        commands.trace(
            unit.session,
            "password",
            "done" if person_id else "failed",
            asked_key=credential.asked_key,
            person_id=person_id,
            browser=browser,
            request_id=unit.actor.request_id,
            at=unit.now,
        )
        if person_id is None:
            count_failure(request)
            return _again(request, unit, wrong_password())
        commands.forget_failures(unit.session, credential.asked_key)
        if better and credential.phc:
            commands.rehash(unit.session, person_id, credential.phc, better)
        cookie = commands.start_sign_in(
            unit.session,
            person_id,
            how=How.PASSWORD,
            browser=browser,
            span=span_of(unit.node),
            replaces=sign_in_cookie(request),
            at=unit.now,
        )
        return onwards(request, unit, cookie)


def _refuse(request: Request, refusal: Refused) -> Response:
    with read_unit(request) as unit:
        return _again(request, unit, refusal)


def _again(request: Request, unit: Unit, refusal: Refused) -> Response:
    form = read_form(request)
    answer = render(
        request,
        unit,
        "identity/sign_in.html",
        refusal.status,
        refusal=refusal,
        back=own_path(form.get("back", "/")),
    )
    if refusal.retry_after:
        answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer


def onwards(request: Request, unit: Unit, cookie: str) -> Response:
    """Back to where somebody wanted to be, signed in; with what they had typed, when a form had to wait."""
    form = read_form(request)
    back, kept = own_path(form.get("back", "/")), kept_fields(form)
    if form.has("posted"):
        found = access.actor_from_cookie(unit.session, cookie, at=unit.now, request_id=unit.actor.request_id)
        unit.actor, unit.me = found
        answer: Response = render(request, unit, "identity/onwards.html", back=back, kept=kept)
    else:
        answer = go_to(request, back)
    return put_sign_in(request, answer, cookie)


def kept_fields(form: Form) -> Sequence[tuple[str, str]]:
    """The fields of the form that waits, as the page in between carried them; damaged ones are no fields."""
    try:
        found = json.loads(form.get("kept") or "[]")
        return [(str(name), str(value)) for name, value in found][:200]
    except (ValueError, TypeError):
        return []


@router.get("/sign-in/passkey")
def passkey_options(request: Request) -> Response:
    """The question for the browser's passkeys; it names nobody and writes nothing."""
    with read_unit(request) as unit:
        options = commands.sign_in_options(party_of(request), challenge_holder(request), at=unit.now)
    return Response(options, media_type="application/json")


@router.post("/sign-in/passkey")
def passkey_sign_in(request: Request) -> Response:
    form, browser = read_form(request), browser_of(request)
    try:
        check_failures(request)
        with write_unit(request) as unit:
            answered = commands.check_passkey(
                unit.session,
                party_of(request),
                challenge_holder(request),
                form.raw("credential"),
                at=unit.now,
            )
            commands.trace(
                unit.session,
                "passkey",
                "refused" if answered.doubtful else "done",
                person_id=answered.person_id,
                browser=browser,
                request_id=unit.actor.request_id,
                at=unit.now,
            )
            if answered.doubtful:
                return _again(request, unit, commands.doubtful_passkey())
            cookie = commands.start_sign_in(
                unit.session,
                answered.person_id,
                how=How.PASSKEY,
                browser=browser,
                span=span_of(unit.node),
                replaces=sign_in_cookie(request),
                at=unit.now,
            )
            return onwards(request, unit, cookie)
    except Invalid as refusal:
        count_failure(request)
        return _refuse(request, refusal)


@router.get("/sign-in/lost")
def lost_show(request: Request) -> Response:
    """All ways that exist on this node, whoever asks."""
    with read_unit(request) as unit:
        return render(request, unit, "identity/lost.html", mail=mail_works(unit.settings))


@router.post("/sign-in/lost")
def recovery_code_use(request: Request) -> Response:
    """A recovery code opens a sign-in that may only set new means."""
    form, browser = read_form(request), browser_of(request)
    try:
        check_failures(request)
    except Refused as refusal:
        return _lost_again(request, refusal)
    with write_unit(request) as unit:
        key = access.asked_key(unit.settings.secret, form.get("handle"))
        person_id = commands.use_recovery_code(
            unit.session, form.get("handle"), form.raw("recovery_code"), at=unit.now
        )
        commands.trace(
            unit.session,
            "recovery_code",
            "done" if person_id else "failed",
            asked_key=key,
            person_id=person_id,
            browser=browser,
            request_id=unit.actor.request_id,
            at=unit.now,
        )
        if person_id:
            cookie = commands.start_sign_in(
                unit.session,
                person_id,
                how=How.RECOVERY_CODE,
                browser=browser,
                means_only=True,
                replaces=sign_in_cookie(request),
                at=unit.now,
            )
    if person_id is None:
        count_failure(request)
        sentence = N_("That name and code do not fit together. Each code works once.")
        return _lost_again(request, Invalid(sentence, fields={"recovery_code": sentence}))
    said = N_("Welcome back. Set a new way in now.")
    return put_sign_in(request, go_to(request, "/me/means", said=said), cookie)


def _lost_again(request: Request, refusal: Refused) -> Response:
    with read_unit(request) as unit:
        return render(
            request,
            unit,
            "identity/lost.html",
            refusal.status,
            refusal=refusal,
            mail=mail_works(unit.settings),
        )


@router.get("/sign-out")
def sign_out_show(request: Request) -> Response:
    with read_unit(request) as unit:
        unit.signed_in()
        return render(request, unit, "identity/sign_out.html")


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    with write_unit(request) as unit:
        unit.signed_in()
        commands.end_sign_in(unit.session, unit.actor, at=unit.now)
        answer = go_to(request, "/sign-in", said=N_("You are signed out."))
    answer.headers["Clear-Site-Data"] = '"cache"'
    return take_sign_in(request, answer)
