"""What people say about each other: endorsements, papers, skills, connections."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import access as communities
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.page import PageRouter, render
from minga.interfaces.web.reputation.wording import words
from minga.interfaces.web.sharing.asks import read_day
from minga.kit.errors import Forbidden, Invalid, Refused
from minga.kit.i18n import N_
from minga.kit.ids import parse_id
from minga.reputation import commands, queries
from minga.reputation.access import ENDORSE, VERIFY
from minga.reputation.rules.endorsing import Wish

router = PageRouter()
BAD_WISH = N_("Choose whether you can, teach or would like to learn it.")
KEPT = N_("Said. They read it first, and decide whether it is shown.")


def said_of(unit: Unit, handle: str) -> dict[str, Any]:
    """What stands about skills and connections on a person's page, and what the reader may add."""
    nothing: dict[str, Any] = {
        "skill_lines": (),
        "said_lines": (),
        "near": None,
        "badge_lines": (),
        "contribution_in": (),
        "may_say": False,
        "may_verify": (),
        **words(),
    }
    session, actor, at = unit.session, unit.actor, unit.now
    if not actor.signed_in:
        return nothing
    card = queries.person_seen(session, actor, handle, at=at)
    if card is None:
        return nothing
    places = communities.places_of(session, actor, at=at)
    common = [places[one] for one in card.communities]
    return {
        **nothing,
        "skill_lines": card.skills,
        "said_lines": card.said,
        "near": card.near,
        "badge_lines": card.badges,
        "contribution_in": queries.contribution_shown(session, actor, handle, at=at),
        "may_say": not card.mine and any(ENDORSE.name in one.capabilities for one in common),
        "may_verify": () if card.mine else [one for one in common if VERIFY.name in one.capabilities],
    }


@router.post("/people/{handle}/endorsements", limit="write")
def endorse(request: Request, handle: str) -> Response:
    """Say what somebody can."""
    form = read_form(request)
    with write_unit(request) as unit:
        unit.signed_in()
        commands.endorse(unit.session, unit.actor, handle, form.get("skill"), form.get("words"), at=unit.now)
        return unit.go_to(f"/people/{handle}", said=KEPT)


@router.post("/endorsements/{id}/acceptance", limit="write")
def accept_endorsement(request: Request, id: str) -> Response:
    """Let it be shown, or not."""
    accept = read_form(request).get("answer") == "yes"
    with write_unit(request) as unit:
        unit.signed_in()
        commands.accept_endorsement(unit.session, unit.actor, parse_id(id), accept=accept, at=unit.now)
        return unit.go_to("/me/reputation", said=N_("It is shown.") if accept else N_("It is not shown."))


@router.post("/endorsements/{id}/end", limit="write")
def end_endorsement(request: Request, id: str) -> Response:
    """Take it back, or take it down."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.end_endorsement(unit.session, unit.actor, parse_id(id), at=unit.now)
        return unit.go_to("/me/reputation", said=N_("Taken back."))


@router.post("/people/{handle}/skill-proofs", limit="write")
def note_paper(request: Request, handle: str) -> Response:
    """Note that a paper was seen."""
    form = read_form(request)
    with write_unit(request) as unit:
        unit.signed_in()
        community = communities.community_to_see(unit.session, unit.actor, form.get("community"), at=unit.now)
        commands.note_paper(
            unit.session,
            unit.actor,
            community.id,
            handle,
            skill=form.get("skill"),
            paper=form.get("paper"),
            last4=form.get("last4"),
            valid_until=read_day(unit, form, "valid_until"),
            at=unit.now,
        )
        return unit.go_to(f"/people/{handle}", said=N_("Noted. No copy is kept."))


@router.post("/skill-proofs/{id}/end", limit="write")
def end_paper(request: Request, id: str) -> Response:
    """A paper counts no more."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.end_paper(unit.session, unit.actor, parse_id(id), at=unit.now)
        return unit.go_to("/me/reputation", said=N_("It counts no more."))


@router.get("/me/skills", limit="read")
def own_skills(request: Request) -> Response:
    """What one can, teaches and would like to learn."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _skills(request, unit, None)


def _skills(request: Request, unit: Unit, refusal: Refused | None) -> Response:
    return render(
        request,
        unit,
        "reputation/skills.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        stated=queries.own_skills(unit.session, unit.actor),
        teachers=queries.teachers(unit.session, unit.actor, at=unit.now),
        **words(),
    )


@router.post("/me/skills", limit="write")
def change_skills(request: Request) -> Response:
    """Add a skill, or take one off."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            if form.get("wish") not in list(Wish):
                raise Invalid(BAD_WISH, fields={"wish": BAD_WISH})
            wish = Wish(form.get("wish"))
            if form.has("drop"):
                commands.drop_skill(unit.session, unit.actor, form.get("skill"), wish)
            else:
                commands.state_skill(unit.session, unit.actor, form.get("skill"), wish, at=unit.now)
            return unit.go_to("/me/skills", said=N_("Kept."))
    except Invalid as refusal:
        with read_unit(request) as unit:
            if not unit.actor.signed_in:
                raise Forbidden() from None
            return _skills(request, unit, refusal)


@router.get("/me/connections", limit="read")
def near_people(request: Request) -> Response:
    """Who lies within one, two or three steps of trust."""
    said = request.query_params.get("steps", "2")
    with read_unit(request) as unit:
        unit.signed_in()
        steps = int(said) if said.isdecimal() and len(said) == 1 else 0
        found = queries.people_near(unit.session, unit.actor, steps=steps, at=unit.now)
        return render(request, unit, "reputation/near.html", near=found, steps=steps)


@router.post("/people/{handle}/connection", limit="write")
def connect(request: Request, handle: str) -> Response:
    """Ask somebody to be connected."""
    form = read_form(request)
    with write_unit(request) as unit:
        unit.signed_in()
        commands.connect(
            unit.session,
            unit.actor,
            handle,
            form.all("purposes"),
            weight=form.integer("weight", least=1, most=3) or 1,
            named=form.has("named"),
            at=unit.now,
        )
        return unit.go_to(f"/people/{handle}", said=N_("Asked. You are connected once they agree."))


@router.post("/connections/{id}/agreement", limit="write")
def agree_to_connect(request: Request, id: str) -> Response:
    """Agree to be connected."""
    named = read_form(request).has("named")
    with write_unit(request) as unit:
        unit.signed_in()
        commands.agree_to_connect(unit.session, unit.actor, parse_id(id), named=named, at=unit.now)
        return unit.go_to("/me/reputation#connections", said=N_("You are connected."))


@router.post("/connections/{id}/end", limit="write")
def end_connection(request: Request, id: str) -> Response:
    """End a connection, or say no."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.end_connection(unit.session, unit.actor, parse_id(id), at=unit.now)
        return unit.go_to("/me/reputation#connections", said=N_("Ended."))


@router.post("/connections/{id}/hiding", limit="write")
def hide_connection(request: Request, id: str) -> Response:
    """Hide a connection from others, or show it again."""
    hidden = read_form(request).get("hidden") != "no"
    with write_unit(request) as unit:
        unit.signed_in()
        commands.hide_connection(unit.session, unit.actor, parse_id(id), hidden=hidden)
        said = N_("Others do not see it.") if hidden else N_("Others may see it.")
        return unit.go_to("/me/reputation#connections", said=said)
