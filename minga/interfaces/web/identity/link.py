"""The one-time link that whoever runs the machine prints for somebody: it opens a sign-in that may only set means."""

from starlette.requests import Request
from starlette.responses import Response

from minga.identity import commands
from minga.identity.rules import How, Purpose
from minga.interfaces.http import read_unit, write_unit
from minga.interfaces.web.identity.browser import browser_of, put_sign_in, sign_in_cookie
from minga.interfaces.web.page import PageRouter, go_to, render
from minga.kit.errors import NotFound
from minga.kit.i18n import N_

router = PageRouter()
DEAD = N_("This link does not work any more. Ask whoever runs the machine for a new one: minga person link.")


@router.get("/sign-in/link/{token}", limit="invite_guess")
def link_show(request: Request, token: str) -> Response:
    """Opening the link uses nothing up: a preview of a messenger must not."""
    with read_unit(request) as unit:
        key = commands.invite_key(unit.session, unit.settings.secret)
        try:
            invite = commands.read_invite(unit.session, key, token, at=unit.now)
        except NotFound as dead:
            raise NotFound(DEAD, code="link_dead") from dead
        if invite.purpose is not Purpose.RECOVER:
            raise NotFound(DEAD, code="link_dead")
        answer = render(request, unit, "identity/link.html", token=token)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@router.post("/sign-in/link/{token}", limit="invite_guess")
def link_use(request: Request, token: str) -> Response:
    browser = browser_of(request)
    with write_unit(request) as unit:
        key = commands.invite_key(unit.session, unit.settings.secret)
        try:
            person_id = commands.use_link(unit.session, key, token, at=unit.now)
        except NotFound as dead:
            raise NotFound(DEAD, code="link_dead") from dead
        cookie = commands.start_sign_in(
            unit.session,
            person_id,
            how=How.LINK,
            browser=browser,
            means_only=True,
            replaces=sign_in_cookie(request),
            at=unit.now,
        )
    return put_sign_in(request, go_to(request, "/me/means", said=N_("Set a new way in now.")), cookie)
