"""One's own ways in: password, passkeys, recovery codes and contacts, devices signed in. Also open after a recovery."""

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from minga.identity import Actor, access, commands, queries
from minga.identity.rules.passwords import check_password
from minga.identity.rules.sign_ins import How
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.identity.browser import (
    browser_of,
    challenge_holder,
    node_of,
    party_of,
    put_sign_in,
    sign_in_cookie,
    span_of,
)
from minga.interfaces.web.identity.hashing import hash_password
from minga.interfaces.web.page import PageRouter, go_to, render
from minga.kit.errors import Conflict, Invalid, NotSignedIn, Refused
from minga.kit.i18n import N_
from minga.kit.ids import parse_id

router = PageRouter()


def own_actor(request: Request, unit: Unit) -> Actor:
    """Whoever is signed in, or the bearer of a sign-in that may only set means."""
    if unit.actor.signed_in:
        return unit.actor
    found, _ = access.means_actor(
        unit.session, sign_in_cookie(request), at=unit.now, request_id=unit.actor.request_id
    )
    if not found.signed_in:
        raise NotSignedIn()
    return found


@router.get("/me/means")
def means_show(request: Request) -> Response:
    with read_unit(request) as unit:
        return _page(request, unit)


def _page(
    request: Request, unit: Unit, refusal: Refused | None = None, codes: list[str] | None = None
) -> Response:
    own = own_actor(request, unit)
    return render(
        request,
        unit,
        "identity/means.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        means=queries.own_means(unit.session, own),
        lines=queries.own_sign_ins(unit.session, own, at=unit.now),
        recovering=not unit.actor.signed_in,
        codes=codes,
    )


def _again(request: Request, refusal: Refused) -> Response:
    with read_unit(request) as unit:
        return _page(request, unit, refusal)


def _changed(request: Request, unit: Unit, own: Actor, said: str) -> Response:
    """Every change of means gives this sign-in a new cookie."""
    cookie = commands.renew_cookie(unit.session, own, at=unit.now)
    return put_sign_in(request, unit.go_to("/me/means", said=said), cookie)


@router.get("/me/means/password")
def password_show(request: Request) -> Response:
    with read_unit(request) as unit:
        own = own_actor(request, unit)
        commands.require_confirmed(unit.session, own, at=unit.now)
        return render(request, unit, "identity/password.html", means=queries.own_means(unit.session, own))


@router.post("/me/means/password")
async def password_set(request: Request) -> Response:
    form = read_form(request)
    try:
        own = await to_thread.run_sync(_own_names, request)
        password = check_password(form.raw("password"), own=own)
        phc = await hash_password(node_of(request), password)
    except Invalid as refusal:
        return await to_thread.run_sync(_password_again, request, refusal)
    return await to_thread.run_sync(_password_write, request, phc)


def _own_names(request: Request) -> list[str]:
    """Handle, name and communities, which are no passwords; asked before any hash is made."""
    with read_unit(request) as unit:
        own = own_actor(request, unit)
        commands.require_confirmed(unit.session, own, at=unit.now)
        me = queries.own_profile(unit.session, own)
        return [me.handle, me.name]


def _password_write(request: Request, phc: str) -> Response:
    with write_unit(request) as unit:
        own = own_actor(request, unit)
        commands.require_confirmed(unit.session, own, at=unit.now)
        commands.set_password(unit.session, own, own.person_id or "", phc, at=unit.now)
        return _changed(request, unit, own, N_("Your password is set. All other devices were signed out."))


def _password_again(request: Request, refusal: Refused) -> Response:
    with read_unit(request) as unit:
        means = queries.own_means(unit.session, own_actor(request, unit))
        return render(request, unit, "identity/password.html", refusal.status, refusal=refusal, means=means)


@router.post("/me/means/password/end")
def password_end(request: Request) -> Response:
    with write_unit(request) as unit:
        own = own_actor(request, unit)
        commands.require_confirmed(unit.session, own, at=unit.now)
        commands.remove_password(unit.session, own, at=unit.now)
        return _changed(request, unit, own, N_("You have no password any more."))


@router.get("/me/means/passkeys")
def passkey_options(request: Request) -> Response:
    """The question for the browser's device; it writes nothing."""
    with read_unit(request) as unit:
        own = own_actor(request, unit)
        commands.require_confirmed(unit.session, own, at=unit.now)
        options = commands.registration_options(
            unit.session, own, party_of(request), challenge_holder(request), at=unit.now
        )
    return Response(options, media_type="application/json")


@router.get("/me/means/passkeys/new")
def passkey_new(request: Request) -> Response:
    with read_unit(request) as unit:
        own = own_actor(request, unit)
        commands.require_confirmed(unit.session, own, at=unit.now)
        return render(request, unit, "identity/passkey.html")


@router.post("/me/means/passkeys")
def passkey_add(request: Request) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            own = own_actor(request, unit)
            commands.require_confirmed(unit.session, own, at=unit.now)
            commands.add_passkey(
                unit.session,
                own,
                party_of(request),
                challenge_holder(request),
                form.raw("credential"),
                name=form.get("name"),
                at=unit.now,
            )
            return _changed(request, unit, own, N_("Your passkey is added."))
    except (Invalid, Conflict) as refusal:
        return _again(request, refusal)


@router.post("/me/means/passkeys/{id}/end")
def passkey_end(request: Request, id: str) -> Response:
    try:
        with write_unit(request) as unit:
            own = own_actor(request, unit)
            commands.require_confirmed(unit.session, own, at=unit.now)
            commands.end_passkey(unit.session, own, parse_id(id), at=unit.now)
            return _changed(request, unit, own, N_("That passkey opens nothing any more."))
    except Conflict as refusal:
        return _again(request, refusal)


@router.post("/me/means/codes")
def codes_make(request: Request) -> Response:
    """Eight codes, on this one page and nowhere else."""
    with write_unit(request) as unit:
        own = own_actor(request, unit)
        commands.require_confirmed(unit.session, own, at=unit.now)
        codes = commands.make_recovery_codes(unit.session, own, at=unit.now)
        cookie = commands.renew_cookie(unit.session, own, at=unit.now)
        return put_sign_in(request, _page(request, unit, codes=codes), cookie)


@router.post("/me/means/contacts")
def contacts_set(request: Request) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            own = own_actor(request, unit)
            commands.require_confirmed(unit.session, own, at=unit.now)
            commands.set_recovery_contacts(
                unit.session, own, form.get("contacts").replace(",", " ").split(), at=unit.now
            )
            return _changed(request, unit, own, N_("Your recovery contacts are kept."))
    except Invalid as refusal:
        return _again(request, refusal)


@router.post("/me/means/word")
def word_switch(request: Request) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            own = own_actor(request, unit)
            commands.require_confirmed(unit.session, own, at=unit.now)
            commands.switch_word(unit.session, own, off=not form.has("asking"), at=unit.now)
            return _changed(request, unit, own, N_("Kept."))
    except Conflict as refusal:
        return _again(request, refusal)


@router.post("/me/means/others/end")
def others_end(request: Request) -> Response:
    with write_unit(request) as unit:
        own = own_actor(request, unit)
        commands.end_other_sign_ins(unit.session, own, at=unit.now)
        return unit.go_to("/me/means", said=N_("Only this browser is signed in now."))


@router.post("/me/means/done")
def recovery_done(request: Request) -> Response:
    """The end of a recovery: a full sign-in with the new means."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            own = own_actor(request, unit)
            commands.finish_recovery(unit.session, own, keep_others=form.has("keep_others"), at=unit.now)
            cookie = commands.start_sign_in(
                unit.session,
                own.person_id or "",
                how=How.RECOVERY,
                browser=browser_of(request),
                span=span_of(unit.node),
                at=unit.now,
            )
            answer = go_to(request, "/", said=N_("Welcome back."))
            return put_sign_in(request, answer, cookie)
    except Conflict as refusal:
        return _again(request, refusal)
