"""Pages of what went wrong: say it, talk, propose an end, choose who helps, decide, appeal."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from minga.communication import queries as communication
from minga.interfaces.http import Form, Unit, read_form, read_unit, write_unit
from minga.interfaces.web.page import PageRouter, render
from minga.interfaces.web.sharing.asks import read_amount
from minga.interfaces.web.sharing.exchanges import act_on
from minga.interfaces.web.sharing.saying import Saying
from minga.kit.errors import Invalid, Refused
from minga.kit.i18n import N_
from minga.kit.ids import parse_id
from minga.kit.refs import Ref
from minga.sharing import commands, queries
from minga.sharing.rules.disputes import (
    ABOUT_WORDS,
    EFFECT_WORDS,
    STATE_WORDS,
    About,
    DisputeState,
    Effect,
    End,
    read_end,
)

router = PageRouter()
CHOOSE_ABOUT = N_("Say what it is about.")
TONES = {DisputeState.CLOSED: "leaf", DisputeState.DECIDED: "sun"}


@router.post("/exchanges/{id}/disputes", limit="write")
def open_dispute(request: Request, id: str) -> Response:
    """Say that something went wrong; from now on nothing moves by itself."""
    key = parse_id(id)

    def act(unit: Unit, form: Form) -> str:
        about = form.get("about")
        if about not in {one.value for one in About}:
            raise Invalid(CHOOSE_ABOUT, fields={"about": CHOOSE_ABOUT})
        commands.open_dispute(unit.session, unit.actor, key, About(about), form.get("wrong"), at=unit.now)
        return N_("Noted. Nothing moves by itself until this is settled. Talk it over first.")

    return act_on(request, key, act)


@router.get("/disputes/{id}", limit="read")
def show_dispute(request: Request, id: str) -> Response:
    """One dispute: what is frozen, the conversation, what was proposed, who helps."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _show(request, unit, id, None)


def _show(request: Request, unit: Unit, id: str, refusal: Refused | None) -> Response:
    view = queries.dispute(unit.session, unit.actor, id, at=unit.now)
    saying = Saying.of(request, unit)
    return render(
        request,
        unit,
        "sharing/dispute.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        view=view,
        about=saying.say(ABOUT_WORDS[view.about]),
        state_word=saying.say(STATE_WORDS[view.state]),
        state_tone=TONES.get(view.state, "plum"),
        effect_options=[(one.value, saying.say(word)) for one, word in EFFECT_WORDS.items()],
        end_words=lambda end: _end_words(saying, end, view.unit),
        thread=communication.thread(unit.session, unit.actor, Ref("dispute", view.id), at=unit.now),
    )


def _end_words(saying: Saying, end: End, unit: str) -> str:
    said = []
    for one in end.effects:
        more = f": {saying.worth(end.amount, unit)}" if one is Effect.PAY else ""
        said.append(f"{saying.say(EFFECT_WORDS[one])}{more}")
    return " · ".join(said)


def _act(request: Request, id: str, act: Callable[[Unit, Form], str]) -> Response:
    form, key = read_form(request), parse_id(id)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            said = act(unit, form)
            left = form.get("answer") == "no" and form.get("person") == unit.actor.person_id
            return unit.go_to("/me/mediations" if left else f"/disputes/{key}", said=said)
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _show(request, unit, key, refusal)


def _end(form: Form) -> End:
    return read_end(form.all("effects"), read_amount(form) or 0)


@router.post("/disputes/{id}/proposals", limit="write")
def propose_end(request: Request, id: str) -> Response:
    """Propose how it shall end."""

    def act(unit: Unit, form: Form) -> str:
        commands.propose_end(unit.session, unit.actor, id, _end(form), form.get("words"), at=unit.now)
        return N_("Proposed. The other side agrees, or proposes something else.")

    return _act(request, id, act)


@router.post("/disputes/{id}/agreement", limit="write")
def agree(request: Request, id: str) -> Response:
    """Say yes to what was proposed, or, for the second who looks at it again, to what was decided."""

    def act(unit: Unit, form: Form) -> str:
        chosen = form.get("decision") == "1"
        agree_to = commands.agree_to_decision if chosen else commands.agree_to_end
        agree_to(unit.session, unit.actor, id, form.get("end"), at=unit.now)
        return N_("Settled.")

    return _act(request, id, act)


@router.post("/disputes/{id}/mediation", limit="write")
def mediation(request: Request, id: str) -> Response:
    """Ask for help, name somebody, or answer about somebody who was named."""

    def act(unit: Unit, form: Form) -> str:
        answer, person = form.get("answer"), form.get("person")
        if answer in ("yes", "no"):
            commands.answer_mediator(unit.session, unit.actor, id, person, yes=answer == "yes", at=unit.now)
            return N_("Your answer is on its way.")
        if person:
            commands.propose_mediator(unit.session, unit.actor, id, person, at=unit.now)
            return N_("Asked. It takes the other side's yes and theirs.")
        commands.ask_for_mediation(unit.session, unit.actor, id, at=unit.now)
        return N_("Now choose somebody together who helps.")

    return _act(request, id, act)


@router.post("/disputes/{id}/decision", limit="write")
def decide(request: Request, id: str) -> Response:
    """Who mediates decides."""

    def act(unit: Unit, form: Form) -> str:
        commands.decide(unit.session, unit.actor, id, _end(form), form.get("words"), at=unit.now)
        return N_("Decided. Both sides are told.")

    return _act(request, id, act)


@router.post("/disputes/{id}/appeal", limit="write")
def appeal(request: Request, id: str) -> Response:
    """Ask two others to look at it again."""

    def act(unit: Unit, _form: Form) -> str:
        commands.appeal(unit.session, unit.actor, id, at=unit.now)
        return N_("Two others look at it again. Choose them together.")

    return _act(request, id, act)


@router.get("/me/mediations", limit="read")
def show_mediations(request: Request) -> Response:
    """Where one was asked to help."""
    with read_unit(request) as unit:
        unit.signed_in()
        lines = queries.my_mediations(unit.session, unit.actor, at=unit.now)
        return render(request, unit, "sharing/mediations.html", lines=lines)
