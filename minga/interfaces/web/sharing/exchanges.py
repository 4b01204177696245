"""Pages of exchanges: what was agreed, the next step as the one main action, and all that is mine."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.communication import queries as communication
from minga.communities import queries as communities
from minga.interfaces.http import Form, Unit, read_form, read_unit, write_unit
from minga.interfaces.http.acting import EXCHANGES, SHARING
from minga.interfaces.web.intelligence.suggestions import for_me
from minga.interfaces.web.page import PageRouter, render
from minga.interfaces.web.sharing.asks import read_amount, read_day, words_of
from minga.interfaces.web.sharing.calendars import LESSON_WORDS, RESERVATION_WORDS
from minga.interfaces.web.sharing.saying import Saying
from minga.interfaces.web.sharing.verified import skills_for
from minga.kit.errors import Invalid, Refused
from minga.kit.i18n import N_
from minga.kit.ids import parse_id
from minga.kit.refs import Ref
from minga.kit.typed import read_minutes, read_number
from minga.ledger.rules import TIME
from minga.sharing import commands, queries
from minga.sharing.queries import ExchangeView
from minga.sharing.rules import CONDITION_WORDS
from minga.sharing.rules import STATE_WORDS as LISTING_STATES
from minga.sharing.rules.contact_shares import SHARE_WORDS, THEIR_WORDS
from minga.sharing.rules.disputes import ABOUT_WORDS
from minga.sharing.rules.exchanges import ExchangeKind, ExchangeStatus, LegWhat, Side
from minga.sharing.rules.feedback import MARK_WORDS
from minga.sharing.rules.loans import LoanState

router = PageRouter()
STATUS_WORDS = {
    ExchangeStatus.PENDING: (N_("Agreed"), "sky"),
    ExchangeStatus.ACTIVE: (N_("Under way"), "sun"),
    ExchangeStatus.COMPLETED: (N_("Done"), "leaf"),
    ExchangeStatus.RETURNED: (N_("Back"), "leaf"),
    ExchangeStatus.CANCELLED: (N_("Called off"), ""),
    ExchangeStatus.DISPUTED: (N_("Talked over"), "plum"),
}
KIND_WORDS = {
    ExchangeKind.LOAN: N_("To borrow"),
    ExchangeKind.GIFT: N_("Gift"),
    ExchangeKind.SWAP: N_("Swap"),
    ExchangeKind.PAYMENT: N_("For money"),
    ExchangeKind.TIME_CREDIT: N_("For time"),
}
HAPPENED = {
    "agreed": (N_("Agreed."), N_("Agreed."), N_("Agreed.")),
    "began": (N_("You said that it has begun."), N_("{name} said that it has begun."), ""),
    "handed_over": (N_("You handed it over."), N_("{name} handed it over."), ""),
    "provider_done": (N_("You said that it is done."), N_("{name} said that it is done."), ""),
    "receiver_done": (N_("You said that you have it."), N_("{name} confirmed it."), ""),
    "brought_back": (N_("You said that you brought it back."), N_("{name} said that it is back."), ""),
    "taken_back": (N_("You took it back."), N_("{name} has it again."), ""),
    "lost": (N_("You said that it is lost."), N_("{name} said that it is lost."), ""),
    "completed": (N_("Complete."), N_("Complete."), N_("Complete.")),
    "cancelled": (N_("You called it off."), N_("{name} called it off."), ""),
    "renewed": (N_("You renewed it."), N_("{name} renewed it."), ""),
    "renewal_asked": (N_("You asked to keep it longer."), N_("{name} asked to keep it longer."), ""),
    "renewal_declined": (N_("You asked to keep it longer; not this time."), N_("Not longer this time."), ""),
    "sent_back": (N_("You said “not yet”:"), N_("{name} said “not yet”:"), ""),
}


@router.get("/exchanges/{id}", limit="read", acting=EXCHANGES)
def show_exchange(request: Request, id: str) -> Response:
    """One exchange: what, with whom, what is done, what comes next, and the conversation about it."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _show(request, unit, id, None)


def _show(request: Request, unit: Unit, id: str, refusal: Refused | None) -> Response:
    view = queries.exchange(unit.session, unit.actor, id, at=unit.now)
    line, saying = view.line, Saying.of(request, unit)
    ref = Ref("ask", view.ask_id) if view.ask_id else Ref("exchange", line.id)
    return render(
        request,
        unit,
        "sharing/exchange.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        view=view,
        entered_by=communities.entered_by(unit.session, unit.actor, line.id, at=unit.now),
        contacts=queries.contact_shares(unit.session, unit.actor, line.id, at=unit.now),
        their_words={field.value: word for field, word in THEIR_WORDS.items()},
        share_words={field.value: word for field, word in SHARE_WORDS.items()},
        caller=queries.caller_of(unit.session, unit.actor, line.id, at=unit.now),
        line=line,
        steps=[step.value for step in view.steps],
        path_words=[saying.say(word) for word in path_of(view)],
        at_step=_at_step(view),
        happened=[_said(saying, view, one) for one in view.history],
        status_word=STATUS_WORDS[line.status],
        condition_words=CONDITION_WORDS,
        condition_options=[(str(n), saying.say(word)) for n, word in sorted(CONDITION_WORDS.items())],
        done_words=saying.say(_done_words(line)),
        what_words=" · ".join(filter(None, (saying.say(KIND_WORDS[line.kind]), saying.amount_of(line)))),
        thread=communication.thread(unit.session, unit.actor, ref, at=unit.now),
        dispute_id=queries.dispute_of(unit.session, unit.actor, line.id, at=unit.now),
        about_options=[(one.value, saying.say(word)) for one, word in ABOUT_WORDS.items()],
        deposit=_deposit(unit, saying, line),
        settling=queries.settling(unit.session, unit.actor, line.id, at=unit.now),
        around=queries.around(unit.session, unit.actor, line.id, at=unit.now),
        mark_words={mark.value: word for mark, word in MARK_WORDS.items()},
        mark_options=[(mark.value, saying.say(word)) for mark, word in MARK_WORDS.items()],
        **words_of(saying),
    )


def _said(saying: Saying, view: ExchangeView, one: queries.Happened) -> dict[str, Any]:
    what = "handed_over" if one.what == "began" and view.line.loan else one.what
    text = saying.say(HAPPENED[what][_whose(one.by_me)], name=view.line.other_name)
    return {"at": one.at, "text": text, "who": one.words if one.what == "sent_back" else None}


def _done_words(line: queries.ExchangeLine) -> str:
    if line.what is LegWhat.EFFORT:
        return N_("It is done")
    return N_("I gave it") if line.side is Side.PROVIDER else N_("I have it")


def _whose(by_me: bool | None) -> int:
    return 2 if by_me is None else 0 if by_me else 1


def path_of(view: ExchangeView) -> list[str]:
    """The steps of its kind from agreement to the end."""
    if view.line.kind is ExchangeKind.LOAN:
        return [N_("Agreed"), N_("Handed over"), N_("Back")]
    if view.line.what is LegWhat.EFFORT:
        return [N_("Agreed"), N_("Done"), N_("Accepted")]
    return [N_("Agreed"), N_("Given"), N_("Complete")]


def _at_step(view: ExchangeView) -> int:
    """How many of these steps are behind."""
    dates, loan = view.line.dates, view.line.loan
    if dates.apart.over:
        return 3
    if view.line.kind is ExchangeKind.LOAN:
        return 1 if loan is None else 2
    return 2 if dates.provider_done_at or dates.receiver_done_at else 1


def act_on(request: Request, exchange_id: str, act: Callable[[Unit, Form], str]) -> Response:
    """One button of an exchange; a fault at a field comes back on its page."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            said = act(unit, form)
            return unit.go_to(f"/exchanges/{exchange_id}", said=said)
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _show(request, unit, exchange_id, refusal)


@router.post("/exchanges/{id}/start", limit="write", acting=EXCHANGES)
def start_exchange(request: Request, id: str) -> Response:
    """Handed over, or begun."""
    key = parse_id(id)

    def act(unit: Unit, form: Form) -> str:
        line = queries.exchange(unit.session, unit.actor, key, at=unit.now).line
        if line.kind is ExchangeKind.LOAN:
            condition = form.integer("condition", least=1, most=5)
            skills = skills_for(unit, line.listing_id, line.other_id)
            commands.lend(unit.session, unit.actor, key, condition=condition, skills=skills, at=unit.now)
            return N_("It is out.")
        commands.begin(unit.session, unit.actor, key, at=unit.now)
        return N_("Begun.")

    return act_on(request, key, act)


@router.post("/exchanges/{id}/done", limit="write", acting=EXCHANGES)
def finish_exchange(request: Request, id: str) -> Response:
    """Done by one side, or *not yet* by who receives it."""
    key = parse_id(id)

    def act(unit: Unit, form: Form) -> str:
        if form.get("answer") == "not_yet":
            commands.not_yet(unit.session, unit.actor, key, form.get("words"), at=unit.now)
            return N_("Sent back with your words.")
        found = commands.done(unit.session, unit.actor, key, at=unit.now)
        mine = found.provider_done_at if found.provider_id == unit.actor.person_id else found.receiver_done_at
        if mine is None:
            return N_("One of the two things is not free now, so nothing has moved. Both of you are told.")
        return N_("Done. Thank you.") if found.completed_at else N_("Noted. The other side confirms it now.")

    return act_on(request, key, act)


@router.post("/exchanges/{id}/amount", limit="write", acting=EXCHANGES)
def change_amount(request: Request, id: str) -> Response:
    """Propose another amount, or say yes to it."""
    key = parse_id(id)

    def act(unit: Unit, form: Form) -> str:
        if form.get("answer") == "agree":
            commands.agree_to_amount(unit.session, unit.actor, key, at=unit.now)
            return N_("Agreed.")
        amount = read_amount(form)
        commands.propose_amount(unit.session, unit.actor, key, amount or 0, at=unit.now)
        return N_("Proposed. You are told as soon as there is an answer.")

    return act_on(request, key, act)


@router.post("/exchanges/{id}/cancellation", limit="write", acting=EXCHANGES)
def cancel_exchange(request: Request, id: str) -> Response:
    """Call it off, alone or with the other."""
    key = parse_id(id)

    def act(unit: Unit, form: Form) -> str:
        if form.get("answer") == "no_harm":
            commands.no_harm(unit.session, unit.actor, key, at=unit.now)
            return N_("Noted. It does not count.")
        found = commands.cancel(unit.session, unit.actor, key, why=form.get("why"), at=unit.now)
        return N_("Called off.") if found.cancelled_at else N_("The other side is asked.")

    return act_on(request, key, act)


def _loan(request: Request, id: str, act: Callable[[Unit, Form], str]) -> Response:
    """One button of a loan, and back to its exchange."""
    with read_unit(request) as unit:
        unit.signed_in()
        exchange_id = queries.exchange_of_loan(unit.session, unit.actor, parse_id(id), at=unit.now)
    return act_on(request, exchange_id, act)


@router.post("/loans/{id}/renewal", limit="write", acting=EXCHANGES)
def renew_loan(request: Request, id: str) -> Response:
    """Keep it longer, or answer who would like to."""

    def act(unit: Unit, form: Form) -> str:
        answer = form.get("answer")
        if answer in ("yes", "no"):
            yes = answer == "yes"
            commands.answer_renewal(unit.session, unit.actor, parse_id(id), yes=yes, at=unit.now)
            return N_("It may stay longer.") if yes else N_("Your answer is on its way.")
        wish = commands.renew(
            unit.session, unit.actor, parse_id(id), until_on=read_day(unit, form, "until"), at=unit.now
        )
        return N_("Renewed.") if wish.agreed_at else N_("Its owner is asked.")

    return _loan(request, id, act)


@router.post("/loans/{id}/brought-back", limit="write", acting=EXCHANGES)
def bring_loan_back(request: Request, id: str) -> Response:
    """The borrower's word that it is back."""

    def act(unit: Unit, _form: Form) -> str:
        commands.bring_back(unit.session, unit.actor, parse_id(id), at=unit.now)
        return N_("Noted. Its owner looks and confirms it.")

    return _loan(request, id, act)


@router.post("/loans/{id}/return", limit="write", acting=EXCHANGES)
def take_loan_back(request: Request, id: str) -> Response:
    """The owner has it again, or says that it is not there yet."""

    def act(unit: Unit, form: Form) -> str:
        if form.get("answer") == "not_yet":
            commands.not_back(unit.session, unit.actor, parse_id(id), at=unit.now)
            return N_("Noted. It counts as out.")
        commands.take_back(
            unit.session,
            unit.actor,
            parse_id(id),
            condition=form.integer("condition", least=1, most=5),
            words=form.get("words"),
            returned_on=read_day(unit, form, "returned_on"),
            keep_minor=_kept(form),
            at=unit.now,
        )
        return N_("It is back.")

    return _loan(request, id, act)


def _kept(form: Form) -> int | None:
    """How much of the deposit the lender would like to keep, in what it is counted in."""
    typed = form.get("keep")
    if not typed:
        return None
    try:
        return read_minutes(typed) if form.get("keep_unit") == TIME else read_number(typed, 2)
    except Invalid as fault:
        raise Invalid(fault.text, fields={"keep": fault}, **fault.facts) from None


def _deposit(unit: Unit, saying: Saying, line: queries.ExchangeLine) -> dict[str, Any] | None:
    """What stands about the deposit, in words."""
    found = queries.deposit(unit.session, unit.actor, line.id, at=unit.now) if line.loan else None
    if found is None:
        return None
    return {
        "of": found,
        "all": deposit_words(saying, found.amount_minor, found.unit),
        "wished": deposit_words(saying, found.wished_minor or 0, found.unit),
        "kept": deposit_words(saying, found.kept_minor or 0, found.unit),
    }


def deposit_words(saying: Saying, minor: int, unit: str) -> str:
    """So much of a deposit, as the reader's language writes it."""
    return saying.formats.minutes(minor) if unit == TIME else saying.formats.money(minor, unit)


@router.post("/loans/{id}/deposit", limit="write", acting=EXCHANGES)
def answer_deposit(request: Request, id: str) -> Response:
    """The borrower agrees that part of the deposit is kept, or not; the lender lets it go."""

    def act(unit: Unit, form: Form) -> str:
        agreed = form.get("answer") == "yes"
        commands.answer_deposit(unit.session, unit.actor, parse_id(id), agreed=agreed, at=unit.now)
        return N_("Settled.") if agreed else N_("Noted. Talk about it here, if you do not agree.")

    return _loan(request, id, act)


@router.post("/loans/{id}/loss", limit="write", acting=EXCHANGES)
def lose_loan(request: Request, id: str) -> Response:
    """Either side says that it is lost."""

    def act(unit: Unit, _form: Form) -> str:
        commands.lose(unit.session, unit.actor, parse_id(id), at=unit.now)
        return N_("Noted as lost. Talk about how to make it good.")

    return _loan(request, id, act)


@router.get("/me/sharing", limit="read", acting=SHARING)
def show_mine(request: Request) -> Response:
    """What I have from others, what others have from me, my asks, my listings, what I gave and received."""
    with read_unit(request) as unit:
        unit.signed_in()
        running = queries.running_exchanges(unit.session, unit.actor, at=unit.now)
        asks = queries.open_asks_of(unit.session, unit.actor)
        gave, received = queries.given_and_received(unit.session, unit.actor, at=unit.now)
        out = [
            line
            for line in running
            if line.loan and line.loan.state in (LoanState.OUT, LoanState.BROUGHT_BACK)
        ]
        return render(
            request,
            unit,
            "sharing/mine.html",
            with_me=[line for line in out if line.side is Side.RECEIVER],
            from_me=[line for line in out if line.side is Side.PROVIDER],
            agreed=[line for line in running if line not in out],
            to_answer=[ask for ask in asks if not ask.mine],
            sent=[ask for ask in asks if ask.mine],
            past=queries.exchanges(unit.session, unit.actor, at=unit.now, limit=10, over=True).items,
            reservations=queries.reservations_of(unit.session, unit.actor, at=unit.now),
            queues=queries.holds_of(unit.session, unit.actor, at=unit.now),
            lessons=queries.my_lessons(unit.session, unit.actor, at=unit.now),
            lesson_words=LESSON_WORDS,
            reservation_words=RESERVATION_WORDS,
            exemptions=queries.exemptions_of(unit.session, unit.actor, at=unit.now),
            rule_words=commands.EXEMPTION_WORDS,
            listings=queries.mine(unit.session, unit.actor, at=unit.now).items,
            gave=gave,
            received=received,
            status_words={status.value: word for status, word in STATUS_WORDS.items()},
            listing_states={state.value: word for state, word in LISTING_STATES.items()},
            **for_me(request, unit),
            **words_of(Saying.of(request, unit)),
        )
