"""One's own pages: card, profile, looks, log, communities, tokens."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import queries as community_queries
from minga.communities.access import Acting
from minga.communities.rules.keeping import NOT_FOR_OTHERS
from minga.identity import commands, queries
from minga.identity.rules.fields import AUDIENCE_WORDS, DAYS, DETAILS, FIELDS, LOOK, PARTS, SCOPES, Audience
from minga.identity.rules.sign_ins import TOKEN_DAYS, require_fresh
from minga.interfaces.http import Form, Unit, read_form, read_unit, write_unit
from minga.interfaces.http.acting import PROFILE
from minga.interfaces.web.happened import said_of
from minga.interfaces.web.identity.browser import put_sign_in
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Conflict, Invalid, Refused, Stale, TooLarge
from minga.kit.i18n import LANGUAGES, N_
from minga.kit.ids import parse_id

router = PageRouter()
VIEWERS = (
    ("community", N_("a member")),
    ("stewards", N_("a steward")),
    ("partners", N_("a member of a partner community")),
    ("network", N_("anybody signed in")),
    ("public", N_("the web")),
)
LOG_SENTENCES = {
    "DataAsked": N_("You asked for your data, or to be erased"),
    "DataReady": N_("A file with your data was made"),
    "ErasureCancelled": N_("You took back the wish to be erased"),
    "IncidentTold": N_("You were told that data got out"),
    "CommunityExported": N_("A community took its data out; you were in it"),
    "SignInStarted": N_("Signed in"),
    "SignInEnded": N_("A sign-in ended"),
    "SignInAsked": N_("Somebody asked to be let in with your name"),
    "SignInApproved": N_("A member let you in"),
    "DeviceAdmitted": N_("A member confirmed a device of yours"),
    "SignInDenied": N_("A member refused a sign-in with your name"),
    "NumberShown": N_("A member opened the number for your sign-in"),
    "NumberRefused": N_("Somebody typed five wrong numbers for your sign-in"),
    "RecoveryStarted": N_("A recovery began"),
    "RecoveryCompleted": N_("A recovery was completed"),
    "MeansChanged": N_("Your ways in changed"),
    "ProfileChanged": N_("Your profile changed"),
    "ScopeChanged": N_("How far your profile reaches changed"),
    "ContactRead": N_("A protected field of yours was opened"),
    "PersonMade": N_("Your account was made"),
    "PersonSuspended": N_("Your account was suspended"),
    "PersonUnsuspended": N_("Your account was opened again"),
    "PersonBlocked": N_("You changed whom you block"),
    "InviteMade": N_("You made an invitation"),
    "InviteUsed": N_("You came by an invitation"),
    "InviteRevoked": N_("You closed an invitation"),
    "InviteReissued": N_("An invitation got a new link"),
    "MembershipBegan": N_("A membership began"),
    "ConsentGiven": N_("You consented to a use of your data"),
    "ConsentRevoked": N_("You took a consent back"),
    "OperatorGranted": N_("You were made operator of this node"),
    "OperatorEnded": N_("You are no longer operator of this node"),
    "NodeOwned": N_("You became the owner of this node"),
}
DAY_WORDS = dict(
    zip(
        DAYS,
        (
            N_("Monday"),
            N_("Tuesday"),
            N_("Wednesday"),
            N_("Thursday"),
            N_("Friday"),
            N_("Saturday"),
            N_("Sunday"),
        ),
        strict=True,
    )
)
PART_WORDS = dict(zip(PARTS, (N_("morning"), N_("noon"), N_("afternoon"), N_("evening")), strict=True))


@router.get("/me")
def me_show(request: Request) -> Response:
    with read_unit(request) as unit:
        unit.signed_in()
        seen_by = request.query_params.get("as", "community")
        chosen = seen_by if seen_by in dict(VIEWERS) else "community"
        return render(
            request,
            unit,
            "identity/me.html",
            card=community_queries.preview(unit.session, unit.actor, chosen),
            profile=queries.own_profile(unit.session, unit.actor),
            seen_by=chosen,
            viewers=VIEWERS,
            all_fields=DETAILS,
            **words(),
        )


def words() -> dict[str, Any]:
    """What templates need to write fields in words."""
    return {
        "known": FIELDS,
        "audience_words": AUDIENCE_WORDS,
        "days": DAY_WORDS,
        "parts": PART_WORDS,
    }


@router.get("/me/profile", acting=PROFILE)
def profile_show(request: Request) -> Response:
    with read_unit(request) as unit:
        return _profile(request, unit)


def _profile(request: Request, unit: Unit, refusal: Refused | None = None) -> Response:
    unit.signed_in()
    return render(
        request,
        unit,
        "identity/profile.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        profile=queries.own_profile(unit.session, unit.actor),
        all_fields=DETAILS,
        audiences={
            field.key: [one for one in Audience if field.narrowest.rank <= one.rank <= field.widest.rank]
            for field in FIELDS.values()
        },
        scopes=SCOPES,
        **words(),
    )


@router.post("/me/profile", acting=PROFILE)
def profile_change(request: Request) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            values = _values(form)
            before = queries.own_profile(unit.session, unit.actor).values
            changed = {
                key
                for key in ("mail", "phone")
                if values.get(key, before.get(key, "")) != before.get(key, "")
            }
            if unit.acting is not None:
                _only_what_a_keeper_may(unit.acting, changed)
            elif changed:
                commands.require_confirmed(unit.session, unit.actor, at=unit.now)
            commands.change_profile(
                unit.session,
                unit.actor,
                values=values,
                audiences={key: form.get(f"{key}_audience") for key in FIELDS if form.has(f"{key}_audience")},
                scope=form.get("scope") or None,
                version=form.integer("version", least=1, most=2**53),
                at=unit.now,
            )
            return unit.go_to("/me", said=N_("Your profile is kept."))
    except (Invalid, Conflict, Stale) as refusal:
        with read_unit(request) as unit:
            return _profile(request, unit, refusal)


def _only_what_a_keeper_may(acting: Acting, changed: set[str]) -> None:
    """Mail is a way in, and a phone nearly: nobody changes them for a person whom nobody keeps."""
    if "mail" in changed or (changed and acting.keeping_id is None):
        raise Invalid(NOT_FOR_OTHERS, fields=dict.fromkeys(sorted(changed), NOT_FOR_OTHERS))


def _values(form: Form) -> dict[str, str]:
    values = {key: form.get(key) for key in ("name", "handle") if form.has(key)}
    values |= {field.key: form.get(field.key) for field in DETAILS if form.has(field.key)}
    if form.has("free"):
        values["free"] = " ".join(form.all("free"))
    return values


@router.post("/me/photo", limit="upload", acting=PROFILE)
def photo_set(request: Request) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            sent = form.file("photo")
            if form.has("remove") or sent is None:
                commands.remove_photo(unit.session, unit.actor, at=unit.now)
                return unit.go_to("/me/profile", said=N_("You have no photo now."))
            data = sent.file.read(unit.settings.photo_bytes_max + 1)
            commands.set_photo(
                unit.session,
                unit.actor,
                unit.node.blobs,
                data,
                bytes_max=unit.settings.photo_bytes_max,
                at=unit.now,
            )
            return unit.go_to("/me/profile", said=N_("Your photo is kept."))
    except (Invalid, TooLarge) as refusal:
        with read_unit(request) as unit:
            return _profile(request, unit, refusal)


@router.get("/me/look")
def look_show(request: Request) -> Response:
    with read_unit(request) as unit:
        return _look(request, unit)


def _look(request: Request, unit: Unit, refusal: Refused | None = None) -> Response:
    unit.signed_in()
    return render(
        request,
        unit,
        "identity/look.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        profile=queries.own_profile(unit.session, unit.actor),
        languages=[(tag, language.name) for tag, language in LANGUAGES.items()],
    )


@router.post("/me/look")
def look_change(request: Request) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            commands.change_look(
                unit.session,
                unit.actor,
                look={key: form.get(key) for key in LOOK if form.has(key)},
                language=form.get("language"),
                zone=form.get("zone"),
                at=unit.now,
            )
            return unit.go_to("/me/look", said=N_("This is how your pages look now."))
    except Invalid as refusal:
        with read_unit(request) as unit:
            return _look(request, unit, refusal)


@router.get("/me/log")
def log_show(request: Request) -> Response:
    with read_unit(request) as unit:
        unit.signed_in()
        lines = queries.own_log(unit.session, unit.actor, after=request.query_params.get("after", ""))
        return render(request, unit, "identity/log.html", page=lines, said_of=_said_of, **words())


def _said_of(name: str) -> str:
    """What an event is called by the person whom it concerns."""
    return LOG_SENTENCES.get(name) or said_of(name)


@router.get("/me/communities")
def communities_show(request: Request) -> Response:
    with read_unit(request) as unit:
        unit.signed_in()
        mine = community_queries.my_communities(unit.session, unit.actor, at=unit.now)
        return render(request, unit, "identity/communities.html", mine=mine)


@router.get("/me/tokens")
def tokens_show(request: Request) -> Response:
    with read_unit(request) as unit:
        return _tokens(request, unit)


def _tokens(request: Request, unit: Unit, refusal: Refused | None = None, made: str = "") -> Response:
    unit.signed_in()
    return render(
        request,
        unit,
        "identity/tokens.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        lines=queries.own_tokens(unit.session, unit.actor, at=unit.now),
        scopes=commands.SCOPES,
        most=TOKEN_DAYS,
        made=made,
    )


@router.post("/me/tokens")
def token_make(request: Request) -> Response:
    """The token's text is on this one page and nowhere else."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            commands.require_confirmed(unit.session, unit.actor, at=unit.now)
            require_fresh(unit.actor.confirmed_at, unit.now)
            made = commands.make_token(
                unit.session,
                unit.actor,
                name=form.get("name"),
                scopes=form.all("scopes"),
                days=form.integer("days", least=1, most=90) or TOKEN_DAYS["write"],
                at=unit.now,
            )
            cookie = commands.renew_cookie(unit.session, unit.actor, at=unit.now)
            return put_sign_in(request, _tokens(request, unit, made=made), cookie)
    except (Invalid, Conflict) as refusal:
        with read_unit(request) as unit:
            return _tokens(request, unit, refusal)


@router.post("/me/tokens/{id}/end")
def token_end(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        unit.signed_in()
        commands.end_token(unit.session, unit.actor, parse_id(id), at=unit.now)
        return unit.go_to("/me/tokens", said=N_("That token opens nothing any more."))
