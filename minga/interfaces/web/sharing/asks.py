"""Pages of asking: the asks of a listing, one ask with its conversation, and the buttons that answer it."""

from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.communication import queries as communication
from minga.communities import queries as communities
from minga.interfaces.http import Form, Unit, read_form, read_unit, write_unit
from minga.interfaces.http.acting import EXCHANGES
from minga.interfaces.web.page import PageRouter, go_to, render
from minga.interfaces.web.sharing.calendars import calendar_words
from minga.interfaces.web.sharing.saying import Saying
from minga.kit.errors import Invalid, Refused
from minga.kit.formats import zone_of
from minga.kit.i18n import N_
from minga.kit.ids import is_id, parse_id
from minga.kit.refs import Ref
from minga.kit.typed import read_date, read_minutes, read_number
from minga.ledger.rules.units import exponent_of
from minga.reputation import queries as reputation
from minga.sharing import commands, queries
from minga.sharing.rules import TERM_WORDS
from minga.sharing.rules.asks import AskState, Reason
from minga.sharing.rules.exchanges import ExchangeKind

router = PageRouter()
STATE_WORDS = {
    AskState.SENT: (N_("Waits for an answer"), "sun"),
    AskState.OTHER_WINDOW: (N_("Another day is proposed"), "sun"),
    AskState.ACCEPTED: (N_("Agreed"), "leaf"),
    AskState.DECLINED: (N_("Not this time"), ""),
    AskState.GIVEN_ELSEWHERE: (N_("Given to somebody else"), ""),
    AskState.LISTING_CLOSED: (N_("No longer offered"), ""),
    AskState.PASSED_ON: (N_("Passed on"), ""),
    AskState.WITHDRAWN: (N_("Taken back"), ""),
    AskState.LAPSED: (N_("Lapsed"), ""),
}
REASON_WORDS = {
    Reason.NOT_THIS_TIME: N_("Not this time"),
    Reason.NEEDED_MYSELF: N_("I need it myself"),
    Reason.ALREADY_PROMISED: N_("It is promised already"),
    Reason.TOO_LONG: N_("That is too long"),
    Reason.TOO_FAR: N_("That is too far"),
    Reason.OTHER: N_("Another reason"),
}
TAKEN = frozenset({"somebody_has_it", "just_gone", "taken_then"})
"""Refusals after which there is something else to do: other days, or the queue."""
BAD_TERM = N_("Choose one of the ways it is offered.")
CHOOSE_ONE = N_("Choose the listing to pass it on to.")
BAD_ANSWER = N_("Say yes, no, or another day.")


def words_of(saying: Saying) -> dict[str, Any]:
    """The words that pages about asks share."""
    return {
        "state_words": {state.value: word for state, word in STATE_WORDS.items()},
        "reason_words": {reason.value: word for reason, word in REASON_WORDS.items()},
        "reason_options": [(reason.value, saying.say(word)) for reason, word in REASON_WORDS.items()],
        "term_words": {kind.value: word for kind, word in TERM_WORDS.items()},
        "when_of": saying.when_of,
        "amount_of": saying.amount_of,
        "worth": saying.worth,
        "proposal_of": saying.proposal_of,
        "tone_of": lambda ask: STATE_WORDS[ask.state][1],
    }


@router.post("/listings/{id}/asks", limit="write", acting=EXCHANGES)
def send_ask(request: Request, id: str) -> Response:
    """Ask for an offer, or say *I can* to a need. What was typed comes back with what does not fit."""
    form = read_form(request)
    listing_id = parse_id(id)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            wish = read_wish(unit, form)
            ask = commands.ask(unit.session, unit.actor, listing_id, wish, form_id=form.form_id, at=unit.now)
            if ask.answered_at is None:
                said = N_("Sent. You are told as soon as there is an answer.")
                return unit.go_to(f"/asks/{ask.id}", said=said)
            seen = queries.ask(unit.session, unit.actor, ask.id, at=unit.now)
            return unit.go_to(f"/exchanges/{seen.exchange_id}", said=N_("Agreed at once. Arrange it now."))
    except Refused as refusal:
        if not refusal.fields and refusal.name not in TAKEN:
            raise
        with read_unit(request) as unit:
            found = queries.listing(unit.session, unit.actor, listing_id, at=unit.now)
            block = queries.ask_block(unit.session, unit.actor, listing_id, at=unit.now)
            saying = Saying.of(request, unit)
            calendar = queries.calendar(unit.session, unit.actor, listing_id, at=unit.now)
            return render(
                request,
                unit,
                "sharing/ask_again.html",
                refusal.status,
                refusal=refusal,
                queue=queries.queue_block(unit.session, unit.actor, listing_id, at=unit.now),
                **calendar_words(saying, calendar),
                card=found.card,
                asking=block,
                to_show=reputation.counts_to_show(unit.session, unit.actor, listing_id, at=unit.now),
                **words_of(saying),
            )


def read_wish(unit: Unit, form: Form) -> commands.Wish:
    """The fields of an ask: days as people write them, an amount, a way of sharing."""
    term = form.get("term")
    if term and term not in {kind.value for kind in ExchangeKind}:
        raise Invalid(BAD_TERM, fields={"term": BAD_TERM})
    return commands.Wish(
        words=form.get("words"),
        quantity_milli=_quantity(form.get("quantity")),
        from_on=read_day(unit, form, "from"),
        until_on=read_day(unit, form, "until"),
        term=ExchangeKind(term) if term else None,
        counter_id=form.get("counter") or None,
        amount=read_amount(form),
        facts_shown=form.has("show_facts"),
    )


def read_amount(form: Form) -> int | None:
    """What is given in return: money where money is chosen, else a length of time; a fault stands at its field."""
    minutes, money = form.get("minutes"), form.get("money")
    wants_money = form.get("term") == ExchangeKind.PAYMENT.value or not minutes
    name, typed = ("money", money) if money and wants_money else ("minutes", minutes)
    if not typed or form.get("term") in ("loan", "gift", "swap"):
        return None
    try:
        return read_number(typed, exponent_of(form.get("unit"))) if name == "money" else read_minutes(typed)
    except Invalid as fault:
        raise Invalid(fault.text, fields={"amount": fault}, **fault.facts) from None


def _quantity(typed: str) -> int | None:
    if not typed:
        return None
    try:
        return read_number(typed, 3)
    except Invalid as fault:
        raise Invalid(fault.text, fields={"quantity": fault}, **fault.facts) from None


def read_day(unit: Unit, form: Form, name: str) -> date | None:
    """A day in the reader's own calendar; a fault stands at its field."""
    typed = form.get(name)
    if not typed:
        return None
    here = unit.now.astimezone(zone_of(unit.me.zone if unit.me else "UTC")).date()
    try:
        return read_date(typed, here, language=unit.me.language if unit.me else "en")
    except Invalid as fault:
        raise Invalid(fault.text, fields={name: fault}, **fault.facts) from None


@router.get("/listings/{id}/asks", limit="read", acting=EXCHANGES)
def show_asks(request: Request, id: str) -> Response:
    """Who asks for a listing, for its owner."""
    with read_unit(request) as unit:
        unit.signed_in()
        listing = queries.listing(unit.session, unit.actor, parse_id(id), at=unit.now)
        page = queries.asks_of_listing(
            unit.session, unit.actor, parse_id(id), at=unit.now, after=request.query_params.get("after")
        )
        return render(
            request,
            unit,
            "sharing/asks.html",
            card=listing.card,
            asks=page.items,
            shown=reputation.shown_counts(
                unit.session, unit.actor, [ask.id for ask in page.items], at=unit.now
            ),
            next=page.next,
            **words_of(Saying.of(request, unit)),
        )


@router.get("/asks/{id}", limit="read", acting=EXCHANGES)
def show_ask(request: Request, id: str) -> Response:
    """One ask with its conversation, for its two sides; what is agreed goes on as an exchange."""
    with read_unit(request) as unit:
        unit.signed_in()
        ask = queries.ask(unit.session, unit.actor, id, at=unit.now)
        if ask.exchange_id is not None:
            return go_to(request, f"/exchanges/{ask.exchange_id}")
        return _show(request, unit, ask, None)


def _show(request: Request, unit: Unit, ask: queries.AskView, refusal: Refused | None) -> Response:
    thread = communication.thread(unit.session, unit.actor, Ref("ask", ask.id), at=unit.now)
    return render(
        request,
        unit,
        "sharing/ask.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        ask=ask,
        entered_by=communities.entered_by(unit.session, unit.actor, ask.id, at=unit.now),
        shown=reputation.shown_counts(unit.session, unit.actor, [ask.id], at=unit.now),
        thread=thread,
        in_return=queries.in_return(unit.session, unit.actor, ask.id, at=unit.now),
        fits=queries.listings_that_fit(unit.session, unit.actor, ask.id, at=unit.now),
        **words_of(Saying.of(request, unit)),
    )


@router.post("/asks/{id}/answer", limit="write", acting=EXCHANGES)
def answer_ask(request: Request, id: str) -> Response:
    """Yes, no, or another day; for the asker, yes to the day that was proposed."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            return _answer(unit, form, parse_id(id))
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _show(request, unit, queries.ask(unit.session, unit.actor, id, at=unit.now), refusal)


def _answer(unit: Unit, form: Form, id: str) -> Response:
    answer = form.get("answer")
    if answer == "accept":
        mine = queries.ask(unit.session, unit.actor, id, at=unit.now).mine
        accept = commands.agree_to_proposal if mine else commands.accept
        exchange = accept(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/exchanges/{exchange.id}", said=N_("Agreed."))
    if answer == "decline":
        reason = form.get("reason_words") or form.get("reason") or Reason.NOT_THIS_TIME
        ask = commands.decline(unit.session, unit.actor, id, reason=reason, at=unit.now)
        return unit.go_to(f"/listings/{ask.listing_id}/asks", said=N_("Your answer is on its way."))
    if answer == "other_window":
        ask = commands.propose(unit.session, unit.actor, id, read_wish(unit, form), at=unit.now)
        return unit.go_to(f"/asks/{ask.id}", said=N_("Proposed. You are told as soon as there is an answer."))
    if answer == "pass_on":
        chosen = form.get("to")
        if not is_id(chosen):
            raise Invalid(CHOOSE_ONE, fields={"to": CHOOSE_ONE})
        commands.pass_ask_on(unit.session, unit.actor, id, chosen, at=unit.now)
        return unit.go_to(f"/asks/{id}", said=N_("Passed on. They are told, and so is its owner."))
    raise Invalid(BAD_ANSWER)


@router.post("/asks/{id}/withdrawal", limit="write", acting=EXCHANGES)
def withdraw_ask(request: Request, id: str) -> Response:
    """Take one's ask back."""
    with write_unit(request) as unit:
        unit.signed_in()
        ask = commands.withdraw(unit.session, unit.actor, parse_id(id), at=unit.now)
        return unit.go_to(f"/asks/{ask.id}", said=N_("Taken back."))
