"""Sign-ins that wait, from the side of those whose word counts. The number is on one page, for one person."""

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import access as communities
from minga.communities import commands as community_commands
from minga.communities import queries
from minga.identity import commands
from minga.identity.rules.sign_ins import REASON_MAX, spoken
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.identity.browser import span_of
from minga.interfaces.web.page import PageRouter, go_to, render
from minga.kit.errors import Conflict, Invalid, Refused
from minga.kit.i18n import N_
from minga.kit.ids import parse_id

router = PageRouter()
HOW = (
    ("in_person", N_("In person: they stand beside me")),
    ("voice", N_("By voice, on a number I knew before")),
    ("video", N_("By video, and I know their face")),
)


@router.get("/c/{c}/sign-ins")
def sign_ins_index(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        community = communities.community_to_see(unit.session, unit.actor, c, at=unit.now)
        lines = queries.waiting_in(unit.session, unit.actor, community.id, at=unit.now)
        return render(request, unit, "identity/sign_ins.html", community=community, lines=lines)


@router.get("/sign-ins/{id}")
def sign_in_answer(request: Request, id: str) -> Response:
    with read_unit(request) as unit:
        unit.signed_in()
        return _page(request, unit, parse_id(id))


@router.post("/sign-ins/{id}/number")
def number_show(request: Request, id: str) -> Response:
    sign_in_id, form = parse_id(id), read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            if form.has("without"):
                community_commands.let_in_person(
                    unit.session,
                    unit.actor,
                    sign_in_id,
                    how_known=form.get("how_known"),
                    span=span_of(unit.node),
                    at=unit.now,
                )
                return unit.go_to("/", said=N_("They are in. All stewards can read that you let them in."))
            community_commands.confirm_person(
                unit.session,
                unit.actor,
                sign_in_id,
                how_known=form.get("how_known"),
                secret=unit.settings.secret,
                at=unit.now,
            )
            return unit.go_to(f"/sign-ins/{sign_in_id}")
    except (Invalid, Conflict) as refusal:
        return _again(request, sign_in_id, refusal)


@router.post("/sign-ins/{id}/refusal")
def sign_in_refuse(request: Request, id: str) -> Response:
    sign_in_id, form = parse_id(id), read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            community_commands.refuse_person(
                unit.session, unit.actor, sign_in_id, reason=form.get("reason"), at=unit.now
            )
            return unit.go_to("/", said=N_("That sign-in is over. Thank you for looking closely."))
    except Invalid as refusal:
        return _again(request, sign_in_id, refusal)


@router.post("/sign-ins/{id}/end")
def sign_in_end(request: Request, id: str) -> Response:
    """One's own sign-in elsewhere: "that is not me", or simply no longer needed."""
    sign_in_id = parse_id(id)
    with write_unit(request) as unit:
        unit.signed_in()
        commands.not_me(unit.session, unit.actor, sign_in_id, at=unit.now)
        if sign_in_id == unit.actor.sign_in_id:
            return go_to(request, "/sign-in", said=N_("You are signed out."))
        return unit.go_to("/me/means", said=N_("That sign-in is over."))


def _again(request: Request, sign_in_id: str, refusal: Refused) -> Response:
    with read_unit(request) as unit:
        return _page(request, unit, sign_in_id, refusal)


def _page(request: Request, unit: Unit, sign_in_id: str, refusal: Refused | None = None) -> Response:
    line = queries.waiting_one(unit.session, unit.actor, sign_in_id, at=unit.now)
    shown = commands.open_number(
        unit.session, unit.actor, sign_in_id, secret=unit.settings.secret, at=unit.now
    )
    return render(
        request,
        unit,
        "identity/sign_in_answer.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        line=line,
        number=spoken(shown[0]) if shown else None,
        until=shown[1] if shown else None,
        how=HOW,
        reason_max=REASON_MAX,
    )
