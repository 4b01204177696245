"""The page of one case and its buttons: who looks after it, whom they called and asked, who helps, one need or two."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.communities.access import community_to_read
from minga.interfaces.http import Form, Unit, read_form, read_unit, write_unit
from minga.interfaces.web.page import PageRouter, render
from minga.interfaces.web.sharing.dispatch import LAST_WORDS, TONES
from minga.kit.errors import Invalid, Refused
from minga.kit.i18n import N_
from minga.kit.ids import is_id, parse_id
from minga.sharing import commands, queries
from minga.sharing.rules import CloseReason
from minga.sharing.rules.dispatch import ASKED_USUALLY, CONTACT_WORDS, STEP_WORDS, ContactKind, RoundAnswer
from minga.sharing.rules.kinds import URGENCY_WORDS

router = PageRouter()
ANSWER_WORDS = {
    RoundAnswer.YES: N_("Yes"),
    RoundAnswer.NO: N_("No"),
    RoundAnswer.NOT_NOW: N_("Not now"),
}
NO_SUCH_NUMBER = N_("No open need of this list has that number.")


@router.get("/listings/{id}/case", limit="read")
def show_case(request: Request, id: str) -> Response:
    """One need as its dispatchers see it."""
    with read_unit(request) as unit:
        return _page(request, unit, id, None)


def _page(request: Request, unit: Unit, id: str, refusal: Refused | None) -> Response:
    unit.signed_in()
    case = queries.case(unit.session, unit.actor, parse_id(id), at=unit.now)
    community = community_to_read(unit.session, unit.actor, case.community_id, at=unit.now)
    open_ = not case.closed
    people = queries.candidates(unit.session, unit.actor, case.row.id, at=unit.now) if open_ else []
    return render(
        request,
        unit,
        "sharing/case.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=community,
        case=case,
        row=case.row,
        here=f"/listings/{case.row.id}",
        people=people,
        suggested=[one.person_id for one in people[:ASKED_USUALLY]],
        step_word=STEP_WORDS[case.row.step],
        last_words=LAST_WORDS,
        urgency_words={one.value: word for one, word in URGENCY_WORDS.items()},
        tone=TONES.get(case.row.urgency, ""),
        contact_words=[(one.value, word) for one, word in CONTACT_WORDS.items()],
        contact_word={one.value: word for one, word in CONTACT_WORDS.items()},
        answer_words={one.value: word for one, word in ANSWER_WORDS.items()},
    )


def _act(request: Request, id: str, act: Callable[[Unit, Form], str], *, to: str = "") -> Response:
    """One button of a case; a fault at a field comes back on its page."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            said = act(unit, form)
            return unit.go_to(to or f"/listings/{parse_id(id)}/case", said=said)
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _page(request, unit, id, refusal)


@router.post("/listings/{id}/case-owner", limit="write")
def hand_case_over(request: Request, id: str) -> Response:
    """Take a case, hand it to somebody, or leave it to nobody."""

    def act(unit: Unit, form: Form) -> str:
        to = form.get("to")
        wanted = unit.actor.person_id if to == "me" else to if is_id(to) else None
        commands.hand_over(unit.session, unit.actor, parse_id(id), wanted, at=unit.now)
        return N_("You look after it now.") if to == "me" else N_("Handed over.")

    return _act(request, id, act)


@router.post("/listings/{id}/contacts", limit="write")
def log_contact(request: Request, id: str) -> Response:
    """Write down a call or a message."""

    def act(unit: Unit, form: Form) -> str:
        kind = form.get("kind", "call")
        if kind not in set(ContactKind):
            wrong = N_("Choose one from the list.")
            raise Invalid(wrong, fields={"kind": wrong})
        note = form.get("note")
        commands.log_contact(unit.session, unit.actor, parse_id(id), ContactKind(kind), note, at=unit.now)
        return N_("Written down. Notes are erased after 90 days.")

    return _act(request, id, act)


@router.post("/listings/{id}/assignment", limit="write")
def assign(request: Request, id: str) -> Response:
    """Arrange it with a member who said yes by telephone."""

    def act(unit: Unit, form: Form) -> str:
        commands.assign(unit.session, unit.actor, parse_id(id), form.get("member"), at=unit.now)
        return N_("Arranged. Both are told.")

    return _act(request, id, act)


@router.post("/listings/{id}/rounds", limit="write")
def ask_people(request: Request, id: str) -> Response:
    """Ask some people whether they can."""

    def act(unit: Unit, form: Form) -> str:
        chosen = tuple(parse_id(one) for one in form.all("people"))
        commands.ask_people(unit.session, unit.actor, parse_id(id), chosen, at=unit.now)
        return N_("Asked. You are told as soon as somebody says yes.")

    return _act(request, id, act)


@router.post("/listings/{id}/round-end", limit="write")
def stop_round(request: Request, id: str) -> Response:
    """Ask nobody further; those who have not answered are thanked."""

    def act(unit: Unit, form: Form) -> str:
        commands.stop_round(unit.session, unit.actor, parse_id(id), at=unit.now)
        return N_("Nobody else is asked.")

    return _act(request, id, act)


@router.post("/listings/{id}/still-needed", limit="write")
def ask_whether_still_needed(request: Request, id: str) -> Response:
    """Ask a member whether the need still stands."""

    def act(unit: Unit, form: Form) -> str:
        commands.ask_whether_still_needed(unit.session, unit.actor, parse_id(id), at=unit.now)
        return N_("Asked. Without an answer to two questions it is closed.")

    return _act(request, id, act)


@router.post("/listings/{id}/case-closure", limit="write")
def close_case(request: Request, id: str) -> Response:
    """Close what a dispatcher took in."""

    def act(unit: Unit, form: Form) -> str:
        reason = CloseReason.FULFILLED if form.get("reason") == "fulfilled" else CloseReason.WITHDRAWN
        commands.close_case(unit.session, unit.actor, parse_id(id), reason, at=unit.now)
        return N_("Closed.")

    return _act(request, id, act)


@router.post("/listings/{id}/merge", limit="write")
def merge(request: Request, id: str) -> Response:
    """Say that it is the same as another one, by the number on the list."""

    def act(unit: Unit, form: Form) -> str:
        commands.merge(unit.session, unit.actor, parse_id(id), _numbered(unit, id, form), at=unit.now)
        return N_("Merged. It goes on in the other one; both histories are kept.")

    return _act(request, id, act)


def _numbered(unit: Unit, id: str, form: Form) -> Any:
    typed = form.get("into").lstrip("#")
    found = queries.case_numbered(unit.session, unit.actor, parse_id(id), typed, at=unit.now)
    if found is None:
        raise Invalid(NO_SUCH_NUMBER, fields={"into": NO_SUCH_NUMBER})
    return found


@router.post("/listings/{id}/split", limit="write")
def split(request: Request, id: str) -> Response:
    """Let a part stand on its own."""

    def act(unit: Unit, form: Form) -> str:
        commands.split(unit.session, unit.actor, parse_id(id), form.get("what"), at=unit.now)
        return N_("Split. The part stands on the list now.")

    return _act(request, id, act)


@router.get("/questions/{id}", limit="read")
def show_question(request: Request, id: str) -> Response:
    """A question of a dispatcher, for whom it was put to."""
    with read_unit(request) as unit:
        unit.signed_in()
        asked = queries.question(unit.session, unit.actor, id, at=unit.now)
        community = community_to_read(unit.session, unit.actor, asked.community_id, at=unit.now)
        return render(
            request,
            unit,
            "sharing/question.html",
            community=community,
            asked=asked,
            urgency_words={one.value: word for one, word in URGENCY_WORDS.items()},
            answer_words={one.value: word for one, word in ANSWER_WORDS.items()},
        )


@router.post("/questions/{id}", limit="write")
def answer_question(request: Request, id: str) -> Response:
    """Yes, no, or not now."""
    said = read_form(request).get("answer")
    if said not in set(RoundAnswer):
        raise Invalid(N_("Say yes, no or not now."))
    with write_unit(request) as unit:
        unit.signed_in()
        answer = RoundAnswer(said)
        done = commands.answer_question(unit.session, unit.actor, parse_id(id), answer, at=unit.now)
        if done.exchange is not None:
            return unit.go_to(f"/exchanges/{done.exchange.id}", said=N_("Thank you. Arrange it now."))
        return unit.go_to(f"/questions/{parse_id(id)}", said=N_("Thank you for answering."))


@router.post("/questions/{id}/asking", limit="write")
def be_asked(request: Request, id: str) -> Response:
    """Whether one wants to be asked in this community again."""
    wants = read_form(request).get("asked") == "yes"
    with write_unit(request) as unit:
        unit.signed_in()
        asked = queries.question(unit.session, unit.actor, id, at=unit.now)
        commands.be_asked(unit.session, unit.actor, asked.community_id, asked=wants, at=unit.now)
        said = N_("You are asked again when something fits.") if wants else N_("You are not asked any more.")
        return unit.go_to(f"/questions/{parse_id(id)}", said=said)
