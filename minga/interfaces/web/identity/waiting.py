"""A sign-in that waits for a member's word, from the side of the one who asks. Nothing here depends on who exists."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import access as communities
from minga.communities import commands as community_commands
from minga.identity import access, commands
from minga.identity.commands import Waiting
from minga.identity.rules.sign_ins import LINE_MAX, number_refusal, took_too_long
from minga.interfaces.http import read_form, read_unit, write_unit
from minga.interfaces.web.identity.browser import (
    browser_of,
    put_sign_in,
    sign_in_cookie,
    span_of,
    take_sign_in,
)
from minga.interfaces.web.page import PageRouter, go_to, render
from minga.kit.errors import Invalid, Refused, TooMany
from minga.kit.i18n import N_

router = PageRouter()


@router.get("/sign-in/word")
def word_show(request: Request) -> Response:
    with read_unit(request) as unit:
        return render(request, unit, "identity/word.html", line_max=LINE_MAX)


@router.post("/sign-in/word")
def word_ask(request: Request) -> Response:
    form, browser = read_form(request), browser_of(request)
    handle = form.get("handle")
    with write_unit(request) as unit:
        try:
            if not handle:
                sentence = N_("Write the name you have here.")
                raise Invalid(sentence, fields={"handle": sentence})
            cookie = commands.ask_for_word(
                unit.session,
                handle,
                line=form.get("line"),
                asked_key=access.asked_key(unit.settings.secret, handle),
                browser=browser,
                at=unit.now,
            )
        except (Invalid, TooMany) as refusal:
            return render(
                request, unit, "identity/word.html", refusal.status, refusal=refusal, line_max=LINE_MAX
            )
    return put_sign_in(request, go_to(request, "/sign-in/waiting"), cookie)


@router.get("/sign-in/waiting")
def waiting_show(request: Request) -> Response:
    with read_unit(request) as unit:
        state = access.waiting_state(unit.session, sign_in_cookie(request), at=unit.now)
        if unit.actor.signed_in:
            return go_to(request, "/")
        if state.means_only and state.live_at and state.live_at <= unit.now:
            return go_to(request, "/me/means")
        refusal = None if state.open else took_too_long()
        return render(request, unit, "identity/waiting.html", state=state, refusal=refusal)


@router.post("/sign-in/waiting/number")
def number_enter(request: Request) -> Response:
    form, browser, cookie = read_form(request), browser_of(request), sign_in_cookie(request)
    with write_unit(request) as unit:
        before = access.waiting_state(unit.session, cookie, at=unit.now)
        hours = communities.recovery_wait_hours(unit.session, before.person_id, at=unit.now)
        entered = commands.enter_number(
            unit.session,
            cookie,
            form.get("number"),
            secret=unit.settings.secret,
            browser=browser,
            span=span_of(unit.node),
            wait=timedelta(hours=hours),
            at=unit.now,
        )
        if entered.sign_in_id:
            community_commands.admit_by_word(unit.session, entered.sign_in_id, at=unit.now)
        state = access.waiting_state(unit.session, entered.cookie or cookie, at=unit.now)
        if entered.state is Waiting.LIVE:
            answer: Response = go_to(request, "/me/means" if state.means_only else "/")
        elif entered.state is Waiting.HELD:
            answer = go_to(request, "/sign-in/waiting")
        elif entered.state is Waiting.ONE_MORE:
            said = N_(
                "That fits. One more person has to confirm you: a steward, or one of your recovery contacts."
            )
            return go_to(request, "/sign-in/waiting", said=said)
        else:
            refusal: Refused = (
                took_too_long() if entered.state is Waiting.ENDED else number_refusal(entered.tries_left)
            )
            return render(
                request, unit, "identity/waiting.html", refusal.status, state=state, refusal=refusal
            )
    return put_sign_in(request, answer, entered.cookie)


@router.post("/sign-in/waiting/end")
def waiting_end(request: Request) -> Response:
    with write_unit(request) as unit:
        commands.withdraw(unit.session, sign_in_cookie(request), at=unit.now)
    return take_sign_in(request, go_to(request, "/sign-in", said=N_("You stopped waiting.")))
