"""Choosing whom one enters things for, stopping it, and one's own switch; taking over an account by its card."""

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from minga.communities import commands, queries
from minga.communities.rules.keeping import SCOPE_WORDS
from minga.identity import Actor
from minga.identity import commands as identity
from minga.identity.rules.passwords import check_password
from minga.identity.rules.sign_ins import How
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.http.acting import COOKIE, SECONDS
from minga.interfaces.http.units import address_of
from minga.interfaces.web.communities.here import invite_key
from minga.interfaces.web.communities.joining import GUESSES, suggestion
from minga.interfaces.web.identity.browser import browser_of, node_of, own_path, put_sign_in, span_of
from minga.interfaces.web.identity.hashing import hash_password
from minga.interfaces.web.page import PageRouter, go_to, render
from minga.kit.address import limit_key
from minga.kit.errors import Conflict, Invalid, NotFound, Refused
from minga.kit.i18n import N_

router = PageRouter()


@router.get("/acting")
def whom_to_act_for(request: Request) -> Response:
    """Everybody for whom one may enter what stands at the address `to`; and one's own switch."""
    with read_unit(request) as unit:
        return _choose(request, unit)


def _choose(request: Request, unit: Unit, refusal: Refused | None = None) -> Response:
    unit.signed_in()
    form = read_form(request)
    to = own_path(form.get("to") or request.query_params.get("to", "/"))
    people = queries.people_to_act_for(unit.session, unit.actor, "", at=unit.now)
    mine = queries.own_switches(unit.session, unit.actor, at=unit.now)
    return render(
        request,
        unit,
        "communities/acting.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        to=to,
        people=people,
        mine=mine,
        scopes=[(scope.value, word) for scope, word in SCOPE_WORDS.items()],
        scope_words={scope.value: word for scope, word in SCOPE_WORDS.items()},
    )


@router.post("/acting")
def act_for(request: Request) -> Response:
    """Enter the next thing for somebody: the browser remembers it for one act, and the gate is asked at every step."""
    form = read_form(request)
    with write_unit(request) as unit:
        unit.signed_in()
        person_id = form.get("person")
        known = queries.people_to_act_for(unit.session, unit.actor, "", at=unit.now)
        chosen = next((one for one in known if one.person_id == person_id), None)
        if chosen is None:
            raise NotFound()
        to = own_path(form.get("to") or "/")
        answer = unit.go_to(to if to != "/" else "/me/sharing")
    seconds, secure = SECONDS, node_of(request).secure
    answer.set_cookie(
        COOKIE, chosen.person_id, max_age=seconds, httponly=True, samesite="lax", secure=secure, path="/"
    )
    return answer


@router.post("/acting/end")
def stop_acting(request: Request) -> Response:
    """From now on one acts for oneself again."""
    with write_unit(request) as unit:
        unit.signed_in()
        answer = unit.go_to("/", said=N_("You act for yourself again."))
    answer.delete_cookie(COOKIE, path="/")
    return answer


@router.post("/acting/switch")
def switch_acting(request: Request) -> Response:
    """Let those who sit at the desk of a community act for oneself, or not any more."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            here = queries.community(unit.session, unit.actor, form.get("community"), at=unit.now)
            made = commands.switch_acting(
                unit.session,
                unit.actor,
                here.id,
                scopes=form.all("scopes"),
                days=form.integer("days", least=1, most=365) or 365,
                at=unit.now,
            )
            said = N_("Others may enter that for you now.") if made else N_("Nobody acts for you any more.")
            return unit.go_to("/acting", said=said)
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _choose(request, unit, refusal)


@router.get("/claim/{token}")
def claim_page(request: Request, token: str) -> Response:
    """The page behind the card. Looking at it uses nothing up."""
    with read_unit(request) as unit:
        return _claim(request, unit, token)


def _claim(request: Request, unit: Unit, token: str, refusal: Refused | None = None) -> Response:
    found = _whose(request, unit, token)
    answer = render(
        request,
        unit,
        "communities/claim.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        token=token,
        found=found,
        suggestion=suggestion(),
    )
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.post("/claim/{token}")
async def claim(request: Request, token: str) -> Response:
    """Set a way in, or none, and take over."""
    form = read_form(request)
    try:
        handle, name = await to_thread.run_sync(_named, request, token)
        phc = None
        if form.get("means", "password") == "password":
            password = check_password(form.raw("password"), own=[handle, name])
            phc = await hash_password(node_of(request), password)
        return await to_thread.run_sync(_take_over, request, token, phc)
    except (Invalid, Conflict) as refusal:
        return await to_thread.run_sync(_again, request, token, refusal)


def _named(request: Request, token: str) -> tuple[str, str]:
    """Whose card it is; a dead one makes no hash."""
    with read_unit(request) as unit:
        found = _whose(request, unit, token)
        return found.handle, found.name


def _whose(request: Request, unit: Unit, token: str) -> queries.Claimable:
    """Whose card it is. Only wrong ones are counted, per network."""
    limits, network = unit.node.limits, limit_key(address_of(request))
    limits.check(GUESSES, network)
    try:
        return queries.claimable(unit.session, unit.actor, invite_key(unit), token, at=unit.now)
    except NotFound:
        if limits.look(GUESSES, network).remaining:
            limits.hit(GUESSES, network)
        raise


def _take_over(request: Request, token: str, phc: str | None) -> Response:
    browser = browser_of(request)
    with write_unit(request) as unit:
        request_id = unit.actor.request_id
        found = commands.claim(unit.session, invite_key(unit), token, at=unit.now, request_id=request_id)
        if phc:
            person = Actor(found.person_id, request_id=request_id)
            identity.set_password(unit.session, person, found.person_id, phc, at=unit.now)
        cookie = identity.start_sign_in(
            unit.session,
            found.person_id,
            how=How.INVITE,
            browser=browser,
            span=span_of(unit.node),
            at=unit.now,
        )
    path, said = "/", N_("Welcome. This is yours now; nobody enters anything for you any more.")
    if read_form(request).get("means") == "passkey":
        path, said = "/me/means", N_("Welcome. Add your passkey now: without it only this browser knows you.")
    return put_sign_in(request, go_to(request, path, said=said), cookie)


def _again(request: Request, token: str, refusal: Refused) -> Response:
    with read_unit(request) as unit:
        return _claim(request, unit, token, refusal)
