"""What is done on the page of a proposal: opening the discussion, seconding, amending, advising, withdrawing."""

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response

from minga.governance.commands import discussing, writing
from minga.interfaces.http import Form, Unit, read_form, read_unit, write_unit
from minga.interfaces.web.governance.forms import renamed
from minga.interfaces.web.governance.proposals import show
from minga.interfaces.web.page import PageRouter
from minga.kit.errors import Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id

router = PageRouter()


def act(
    request: Request,
    id: str,
    do: Callable[[Unit, Form, Id], object],
    said: str,
    part: str = "",
    names: Mapping[str, str] | None = None,
) -> Response:
    """One small form of the page; what does not fit is said there, with all that was typed."""
    form, proposal_id = read_form(request), parse_id(id)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            do(unit, form, proposal_id)
            return unit.go_to(f"/proposals/{proposal_id}{part}", said=said)
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return show(request, unit, proposal_id, renamed(refusal, names or {}))


@router.post("/proposals/{id}/discussion", limit="proposal")
def open_discussion(request: Request, id: str) -> Response:
    """From here on members read and discuss it."""

    def do(unit: Unit, form: Form, proposal_id: Id) -> object:
        return writing.submit_proposal(unit.session, unit.actor, proposal_id, at=unit.now)

    return act(request, id, do, N_("The discussion is open."))


@router.post("/proposals/{id}/withdrawal", limit="write")
def withdraw(request: Request, id: str) -> Response:
    """The proposer takes it back; once somebody has voted, with a reason."""

    def do(unit: Unit, form: Form, proposal_id: Id) -> object:
        return writing.withdraw_proposal(
            unit.session, unit.actor, proposal_id, form.get("reason"), at=unit.now
        )

    return act(request, id, do, N_("It is withdrawn."))


@router.post("/proposals/{id}/support", limit="write")
def support(request: Request, id: str) -> Response:
    """Wish that it is put to the vote, or take that back."""

    def do(unit: Unit, form: Form, proposal_id: Id) -> object:
        change = writing.unsecond_proposal if form.get("answer") == "no" else writing.second_proposal
        return change(unit.session, unit.actor, proposal_id, at=unit.now)

    taken_back = read_form(request).get("answer") == "no"
    said = N_("Your name stands there no more.") if taken_back else N_("Thank you. Your name stands there.")
    return act(request, id, do, said, "#support")


@router.post("/proposals/{id}/proposers", limit="write")
def ask_to_join(request: Request, id: str) -> Response:
    """Ask somebody to make the proposal together; or say yes to being asked."""

    def do(unit: Unit, form: Form, proposal_id: Id) -> object:
        if form.get("answer") == "yes":
            return writing.agree_to_propose(unit.session, unit.actor, proposal_id, at=unit.now)
        who = form.get("handle").lstrip("@")
        return writing.ask_co_proposer(unit.session, unit.actor, proposal_id, who, at=unit.now)

    agreed = read_form(request).get("answer") == "yes"
    return act(request, id, do, N_("You make it together now.") if agreed else N_("They are asked."), "#who")


@router.post("/proposals/{id}/amendments", limit="write")
def amend(request: Request, id: str) -> Response:
    """Say what should read otherwise."""

    def do(unit: Unit, form: Form, proposal_id: Id) -> object:
        return discussing.propose_amendment(
            unit.session, unit.actor, proposal_id, form.get("amendment"), at=unit.now
        )

    return act(request, id, do, N_("The proposer is told."), "#amendments", {"words": "amendment"})


@router.post("/amendments/{id}/answer", limit="write")
def answer_amendment(request: Request, id: str) -> Response:
    """The proposer says whether it is taken up."""
    form = read_form(request)
    with write_unit(request) as unit:
        unit.signed_in()
        found = discussing.answer_amendment(
            unit.session,
            unit.actor,
            parse_id(id),
            accept=form.get("accept") == "yes",
            answer=form.get("answer"),
            at=unit.now,
        )
        return unit.go_to(f"/proposals/{found.proposal_id}#amendments", said=N_("Answered."))


@router.post("/proposals/{id}/advice", limit="write")
def advise(request: Request, id: str) -> Response:
    """Ask somebody affected for advice, or give it when asked."""

    def do(unit: Unit, form: Form, proposal_id: Id) -> object:
        if form.get("handle"):
            who = form.get("handle").lstrip("@")
            return discussing.ask_advice(unit.session, unit.actor, proposal_id, who, at=unit.now)
        return discussing.give_advice(unit.session, unit.actor, proposal_id, form.get("advice"), at=unit.now)

    asked = bool(read_form(request).get("handle"))
    return act(
        request, id, do, N_("They are asked.") if asked else N_("Thank you for your advice."), "#advice"
    )


@router.post("/advice/{id}/answer", limit="write")
def answer_advice(request: Request, id: str) -> Response:
    """The proposer says what became of an advice."""
    form = read_form(request)
    with write_unit(request) as unit:
        unit.signed_in()
        found = discussing.answer_advice(
            unit.session, unit.actor, parse_id(id), form.get("answer"), at=unit.now
        )
        return unit.go_to(f"/proposals/{found.proposal_id}#advice", said=N_("Answered. They are told."))


@router.post("/proposals/{id}/statement", limit="write")
def state_outcome(request: Request, id: str) -> Response:
    """What was decided after the advice: that ends it."""

    def do(unit: Unit, form: Form, proposal_id: Id) -> object:
        return discussing.state_outcome(
            unit.session, unit.actor, proposal_id, form.get("statement"), at=unit.now
        )

    return act(request, id, do, N_("It stands among the decisions."))
