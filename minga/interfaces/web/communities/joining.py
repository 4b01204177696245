"""Coming in: the page behind an invitation, asking to join, and applications that wait for an answer."""

import secrets

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from minga.communities import access, commands, queries
from minga.communities.commands import Joined
from minga.communities.queries import Invitation
from minga.communities.rules.joining import ALREADY_MEMBER
from minga.identity import Actor
from minga.identity import commands as identity
from minga.identity.rules.passwords import check_password
from minga.identity.rules.sign_ins import How
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.http.units import address_of
from minga.interfaces.web.communities.asking import answers_in, languages_of
from minga.interfaces.web.communities.here import community_here, invite_key, photo_of
from minga.interfaces.web.identity.browser import browser_of, node_of, put_sign_in, span_of
from minga.interfaces.web.identity.first import WORDS
from minga.interfaces.web.identity.hashing import hash_password
from minga.interfaces.web.page import PageRouter, go_to, render
from minga.kit.address import limit_key
from minga.kit.errors import Conflict, Invalid, NotFound, NotSignedIn, Refused
from minga.kit.formats import zone_of
from minga.kit.i18n import LANGUAGES, N_

router = PageRouter()
GUESSES = "invite_guess"


@router.get("/join/{token}")
def join_page(request: Request, token: str) -> Response:
    with read_unit(request) as unit:
        return _page(request, unit, token)


@router.get("/join/{token}/photo")
def join_photo(request: Request, token: str) -> Response:
    """The photo of an invitation, for whoever holds its link."""
    with read_unit(request) as unit:
        return photo_of(unit, _invitation(request, unit, token).words)


@router.post("/join/{token}")
async def join(request: Request, token: str) -> Response:
    form = read_form(request)
    try:
        if await to_thread.run_sync(_is_open_to_a_stranger, request, token):
            phc = None
            if form.get("means", "password") == "password":
                password = check_password(form.raw("password"), own=[form.get("name"), form.get("handle")])
                phc = await hash_password(node_of(request), password)
            return await to_thread.run_sync(_join_new, request, token, phc)
        return await to_thread.run_sync(_join_as_myself, request, token)
    except (Invalid, Conflict) as refusal:
        return await to_thread.run_sync(_again, request, token, refusal)


def _is_open_to_a_stranger(request: Request, token: str) -> bool:
    """Whether a new person is made; a dead invitation makes no hash."""
    with read_unit(request) as unit:
        found = _invitation(request, unit, token)
        if found.from_above and not unit.actor.signed_in:
            raise NotSignedIn()
        return not unit.actor.signed_in


def _invitation(request: Request, unit: Unit, token: str) -> Invitation:
    """What the token opens. Only wrong ones are counted, so that a whole street can join from one network."""
    limits, network = unit.node.limits, limit_key(address_of(request))
    limits.check(GUESSES, network)
    try:
        return queries.invitation(
            unit.session,
            unit.actor,
            invite_key(unit),
            token,
            languages=languages_of(request, unit),
            at=unit.now,
        )
    except NotFound:
        if limits.look(GUESSES, network).remaining:
            limits.hit(GUESSES, network)
        raise


def _join_as_myself(request: Request, token: str) -> Response:
    form = read_form(request)
    with write_unit(request) as unit:
        joined = commands.accept_invite(
            unit.session,
            unit.actor,
            invite_key(unit),
            token,
            words=form.get("words"),
            agreed=form.all("agreed"),
            answers=answers_in(form),
            at=unit.now,
        )
        path, said = _after(joined)
        return unit.go_to(path, said=said, community=joined.community.name)


def _join_new(request: Request, token: str, phc: str | None) -> Response:
    form, browser = read_form(request), browser_of(request)
    language = form.get("language")
    with write_unit(request) as unit:
        name = form.get("name")
        person_id = identity.make_person(
            unit.session,
            unit.actor,
            name=name,
            handle=form.get("handle") or identity.propose_handle(unit.session, name, at=unit.now),
            language=language if language in LANGUAGES else "en",
            zone=zone_of(form.get("zone") or "UTC").key,
            at=unit.now,
        )
        newcomer = Actor(person_id, request_id=unit.actor.request_id)
        if phc:
            identity.set_password(unit.session, newcomer, person_id, phc, at=unit.now)
        joined = commands.accept_invite(
            unit.session,
            newcomer,
            invite_key(unit),
            token,
            words=form.get("words"),
            agreed=form.all("agreed"),
            answers=answers_in(form),
            at=unit.now,
        )
        cookie = identity.start_sign_in(
            unit.session, person_id, how=How.INVITE, browser=browser, span=span_of(unit.node), at=unit.now
        )
        path, said = _after(joined)
    if form.get("means") == "passkey":
        path, said = "/me/means", N_("Welcome. Add your passkey now: without it only this browser knows you.")
    answer = go_to(request, path, said=said, community=joined.community.name)
    return put_sign_in(request, answer, cookie)


def _after(joined: Joined) -> tuple[str, str]:
    if joined.application is not None:
        return f"/applications/{joined.application.id}", N_("Your answers are on their way.")
    if joined.already:
        return f"/c/{joined.community.slug}", ALREADY_MEMBER
    return f"/c/{joined.community.slug}", N_("Welcome to {community}.")


def _again(request: Request, token: str, refusal: Refused) -> Response:
    with read_unit(request) as unit:
        return _page(request, unit, token, refusal)


def _page(request: Request, unit: Unit, token: str, refusal: Refused | None = None) -> Response:
    found = _invitation(request, unit, token)
    if found.is_member:
        return go_to(
            request, f"/c/{found.community_slug}", said=ALREADY_MEMBER, community=found.community_name
        )
    answer = render(
        request,
        unit,
        "communities/join.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        token=token,
        invitation=found,
        languages=[(tag, one.name) for tag, one in LANGUAGES.items()],
        suggestion=suggestion(),
    )
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def suggestion() -> str:
    return " ".join(secrets.SystemRandom().sample(WORDS, 4))


@router.get("/c/{c}/apply")
def apply_page(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        unit.signed_in()
        return _apply_page(request, unit, c)


def _apply_page(request: Request, unit: Unit, c: str, refusal: Refused | None = None) -> Response:
    here = queries.community(unit.session, unit.actor, c, at=unit.now)
    if here.is_member:
        return go_to(request, f"/c/{here.slug}", said=ALREADY_MEMBER, community=here.name)
    days = queries.usual_days(unit.session, unit.actor, here.id, at=unit.now)
    asked = bool(here.parent_id) or here.joining != "open"
    to_join = queries.to_join(
        unit.session,
        unit.actor,
        here.id,
        languages=languages_of(request, unit, here.language),
        asked=asked,
        at=unit.now,
    )
    return render(
        request,
        unit,
        "communities/apply.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=here,
        here=here,
        days=days,
        to_join=to_join,
    )


@router.post("/c/{c}/apply")
def apply(request: Request, c: str) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            here = queries.community(unit.session, unit.actor, c, at=unit.now)
            joined = commands.apply(
                unit.session,
                unit.actor,
                here.id,
                words=form.get("words"),
                agreed=form.all("agreed"),
                answers=answers_in(form),
                at=unit.now,
            )
            path, said = _after(joined)
            return unit.go_to(path, said=said, community=here.name)
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _apply_page(request, unit, c, refusal)


@router.get("/c/{c}/applications")
def applications(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        here = community_here(unit, c)
        ended = request.query_params.get("show") == "ended"
        found = queries.applications(
            unit.session,
            unit.actor,
            here.id,
            at=unit.now,
            ended=ended,
            after=request.query_params.get("after"),
        )
        return render(
            request,
            unit,
            "communities/applications.html",
            community=here,
            here=here,
            page=found,
            ended=ended,
            may_edit=access.may(unit.session, unit.actor, "community.edit", here.id, at=unit.now),
        )


@router.get("/applications/{id}")
def application(request: Request, id: str) -> Response:
    with read_unit(request) as unit:
        return _application_page(request, unit, id)


def _application_page(request: Request, unit: Unit, id: str, refusal: Refused | None = None) -> Response:
    found = queries.application(unit.session, unit.actor, id, at=unit.now)
    place = access.place_of(unit.session, unit.actor, found.community_id, at=unit.now)
    languages = languages_of(request, unit)
    return render(
        request,
        unit,
        "communities/application.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=place,
        found=found,
        answers=queries.answers_of(unit.session, unit.actor, id, at=unit.now, languages=languages),
        notes=queries.notes_of(unit.session, unit.actor, id, at=unit.now),
        vouches=queries.vouches_for(
            unit.session, unit.actor, found.person_id, found.community_id, at=unit.now
        ),
    )


@router.post("/applications/{id}/question")
def write_note(request: Request, id: str) -> Response:
    """Ask back, answer that, or leave a note for the other welcomers."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            commands.write_note(
                unit.session,
                unit.actor,
                id,
                form.get("words"),
                to_applicant=form.get("to") != "welcomers",
                at=unit.now,
            )
            return unit.go_to(f"/applications/{id}#talk", said=N_("Sent."))
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _application_page(request, unit, id, refusal)


@router.post("/applications/{id}/answer")
def answer(request: Request, id: str) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            made = commands.answer(
                unit.session,
                unit.actor,
                id,
                accept=form.get("accept") == "yes",
                reason=form.get("reason"),
                sponsor=form.get("sponsor"),
                at=unit.now,
            )
            said = (
                N_("Answered.") if made.answered_at else N_("Your yes is noted. Somebody else has to agree.")
            )
            return unit.go_to(f"/applications/{made.id}", said=said)
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _application_page(request, unit, id, refusal)


@router.post("/applications/{id}/withdrawal")
def withdraw(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        made = commands.withdraw_application(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/applications/{made.id}", said=N_("You have taken it back."))
