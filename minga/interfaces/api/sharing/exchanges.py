"""Asks, exchanges and loans by REST, with the rights and sentences of the pages."""

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from fastapi import Query, Request
from fastapi.responses import Response

from minga.interfaces.api import frame
from minga.interfaces.api.frame import limit, ok
from minga.interfaces.api.sharing.exchange_shapes import (
    AnswerIn,
    AskIn,
    AskShown,
    AsksShown,
    CancelIn,
    DepositAnswerIn,
    DoneIn,
    ExchangeShown,
    ExchangesShown,
    RenewalIn,
    ReturnIn,
    StartIn,
    ask_out,
    exchange_out,
    plain_of,
    wish_from,
)
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.interfaces.http.acting import EXCHANGES, acting
from minga.kit.ids import Id, new_id, parse_id
from minga.reputation import queries as reputation
from minga.sharing import commands, queries
from minga.sharing.rules.exchanges import ExchangeKind, ExchangeStatus, Side

router = frame.router("sharing")


def _ask(unit: Unit, ask_id: Id, status: int = 200) -> Response:
    view = queries.ask(unit.session, unit.actor, ask_id, at=unit.now)
    shown = reputation.shown_counts(unit.session, unit.actor, [view.id], at=unit.now)
    return ok(unit, ask_out(view, shown), status=status)


def exchange_answer(unit: Unit, exchange_id: Id, status: int = 200) -> Response:
    view = queries.exchange(unit.session, unit.actor, exchange_id, at=unit.now)
    plain: dict[str, Any] = msgspec.to_builtins(exchange_out(view.line), builtin_types=(datetime, date))
    history = [
        {"what": one.what, "at": one.at, "by_me": one.by_me, "words": one.words} for one in view.history
    ]
    around = queries.around(unit.session, unit.actor, exchange_id, at=unit.now)
    settling = queries.settling(unit.session, unit.actor, exchange_id, at=unit.now)
    more = {
        "history": history,
        "why": view.why,
        "by_silence": view.by_silence,
        "around": plain_of(around),
        "settling": plain_of(settling) if settling else None,
    }
    return ok(unit, {**plain, **more}, status=status)


@router.post("/listings/{id}/asks", status_code=201, response_model=AskShown)
@limit("write")
@acting(*EXCHANGES)
def send_ask(request: Request, id: str, body: AskIn) -> Response:
    """Ask for an offer, or say *I can* to a need. With an `Idempotency-Key` it is sent once."""
    with write_unit(request) as unit:
        unit.signed_in()
        form_id = request.headers.get("idempotency-key") or new_id()
        wish = wish_from(
            body,
            words=body.words,
            term=body.term,
            facts_shown=body.show_facts,
            counter_id=body.counter,
            amount=body.amount,
        )
        ask = commands.ask(unit.session, unit.actor, parse_id(id), wish, form_id=form_id, at=unit.now)
        return _ask(unit, ask.id, 201)


@router.get("/listings/{id}/asks", response_model=AsksShown)
@limit("read")
@acting(*EXCHANGES)
def listing_asks(request: Request, id: str, after: str | None = None, limit: int | None = None) -> Response:
    """The asks of one's own listing, newest first."""
    with read_unit(request) as unit:
        unit.signed_in()
        page = queries.asks_of_listing(
            unit.session, unit.actor, parse_id(id), at=unit.now, after=after, limit=limit
        )
        shown = reputation.shown_counts(unit.session, unit.actor, [one.id for one in page.items], at=unit.now)
        return ok(unit, {"items": [ask_out(one, shown) for one in page.items], "next": page.next})


@router.get("/asks/{id}", response_model=AskShown)
@limit("read")
@acting(*EXCHANGES)
def show_ask(request: Request, id: str) -> Response:
    """One ask, for its two sides."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _ask(unit, id)


@router.post("/asks/{id}/answer", response_model=AskShown)
@limit("write")
@acting(*EXCHANGES)
def answer_ask(request: Request, id: str, body: AnswerIn) -> Response:
    """Yes, no, another day, or passed on to another listing."""
    with write_unit(request) as unit:
        unit.signed_in()
        key = parse_id(id)
        if body.answer == "accept":
            mine = queries.ask(unit.session, unit.actor, key, at=unit.now).mine
            accept = commands.agree_to_proposal if mine else commands.accept
            accept(unit.session, unit.actor, key, at=unit.now)
        elif body.answer == "decline":
            commands.decline(unit.session, unit.actor, key, reason=body.reason, at=unit.now)
        elif body.answer == "pass_on":
            commands.pass_ask_on(unit.session, unit.actor, key, parse_id(body.to or ""), at=unit.now)
        else:
            commands.propose(unit.session, unit.actor, key, wish_from(body), at=unit.now)
        return _ask(unit, key)


@router.post("/asks/{id}/withdrawal", response_model=AskShown)
@limit("write")
@acting(*EXCHANGES)
def withdraw_ask(request: Request, id: str) -> Response:
    """Take one's ask back."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.withdraw(unit.session, unit.actor, parse_id(id), at=unit.now)
        return _ask(unit, id)


@router.get("/exchanges", response_model=ExchangesShown)
@limit("read")
@acting(*EXCHANGES)
def list_exchanges(
    request: Request,
    status: ExchangeStatus | None = None,
    role: Annotated[Side | None, Query()] = None,
    after: str | None = None,
    limit: int | None = None,
) -> Response:
    """The exchanges one takes part in, newest first."""
    with read_unit(request) as unit:
        unit.signed_in()
        page = queries.exchanges(
            unit.session, unit.actor, status=status, role=role, at=unit.now, after=after, limit=limit
        )
        return ok(unit, {"items": [exchange_out(one) for one in page.items], "next": page.next})


@router.get("/exchanges/{id}", response_model=ExchangeShown)
@limit("read")
@acting(*EXCHANGES)
def show_exchange(request: Request, id: str) -> Response:
    """One exchange with all that happened."""
    with read_unit(request) as unit:
        unit.signed_in()
        return exchange_answer(unit, id)


@router.post("/exchanges/{id}/start", response_model=ExchangeShown)
@limit("write")
@acting(*EXCHANGES)
def start_exchange(request: Request, id: str, body: StartIn | None = None) -> Response:
    """Handed over, or begun."""
    with write_unit(request) as unit:
        unit.signed_in()
        key = parse_id(id)
        kind = queries.exchange(unit.session, unit.actor, key, at=unit.now).line.kind
        if kind is ExchangeKind.LOAN:
            condition = body.condition if body else None
            commands.lend(unit.session, unit.actor, key, condition=condition, at=unit.now)
        else:
            commands.begin(unit.session, unit.actor, key, at=unit.now)
        return exchange_answer(unit, key)


@router.post("/exchanges/{id}/done", response_model=ExchangeShown)
@limit("write")
@acting(*EXCHANGES)
def finish_exchange(request: Request, id: str, body: DoneIn | None = None) -> Response:
    """Done by one side, or *not yet* by who receives it."""
    with write_unit(request) as unit:
        unit.signed_in()
        key = parse_id(id)
        if body and body.answer == "not_yet":
            commands.not_yet(unit.session, unit.actor, key, body.words, at=unit.now)
        else:
            commands.done(unit.session, unit.actor, key, at=unit.now)
        return exchange_answer(unit, key)


@router.post("/exchanges/{id}/cancellation", response_model=ExchangeShown)
@limit("write")
@acting(*EXCHANGES)
def cancel_exchange(request: Request, id: str, body: CancelIn | None = None) -> Response:
    """Call it off, alone or with the other."""
    with write_unit(request) as unit:
        unit.signed_in()
        if body and body.answer == "no_harm":
            commands.no_harm(unit.session, unit.actor, parse_id(id), at=unit.now)
        else:
            commands.cancel(unit.session, unit.actor, parse_id(id), why=body.why if body else "", at=unit.now)
        return exchange_answer(unit, id)


def _of_loan(unit: Unit, loan_id: str) -> Response:
    return exchange_answer(unit, queries.exchange_of_loan(unit.session, unit.actor, loan_id, at=unit.now))


@router.post("/loans/{id}/renewal", response_model=ExchangeShown)
@limit("write")
@acting(*EXCHANGES)
def renew_loan(request: Request, id: str, body: RenewalIn | None = None) -> Response:
    """Keep it longer, or answer who would like to."""
    with write_unit(request) as unit:
        unit.signed_in()
        said = body or RenewalIn.model_validate({})
        if said.answer is not None:
            yes = said.answer == "yes"
            commands.answer_renewal(unit.session, unit.actor, parse_id(id), yes=yes, at=unit.now)
        else:
            commands.renew(unit.session, unit.actor, parse_id(id), until_on=said.until, at=unit.now)
        return _of_loan(unit, id)


@router.post("/loans/{id}/brought-back", response_model=ExchangeShown)
@limit("write")
@acting(*EXCHANGES)
def bring_loan_back(request: Request, id: str) -> Response:
    """The borrower's word that it is back."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.bring_back(unit.session, unit.actor, parse_id(id), at=unit.now)
        return _of_loan(unit, id)


@router.post("/loans/{id}/return", response_model=ExchangeShown)
@limit("write")
@acting(*EXCHANGES)
def take_loan_back(request: Request, id: str, body: ReturnIn | None = None) -> Response:
    """The owner has it again, or says that it is not there yet."""
    with write_unit(request) as unit:
        unit.signed_in()
        said = body or ReturnIn.model_validate({})
        if said.answer == "not_yet":
            commands.not_back(unit.session, unit.actor, parse_id(id), at=unit.now)
        else:
            commands.take_back(
                unit.session,
                unit.actor,
                parse_id(id),
                condition=said.condition,
                words=said.words,
                returned_on=said.returned_on,
                keep_minor=said.keep_minor,
                at=unit.now,
            )
        return _of_loan(unit, id)


@router.post("/loans/{id}/deposit", response_model=ExchangeShown)
@limit("write")
@acting(*EXCHANGES)
def answer_deposit(request: Request, id: str, body: DepositAnswerIn) -> Response:
    """Answer what the lender would like to keep of the deposit."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.answer_deposit(unit.session, unit.actor, parse_id(id), agreed=body.agreed, at=unit.now)
        return _of_loan(unit, id)


@router.post("/loans/{id}/loss", response_model=ExchangeShown)
@limit("write")
@acting(*EXCHANGES)
def lose_loan(request: Request, id: str) -> Response:
    """Either side says that it is lost."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.lose(unit.session, unit.actor, parse_id(id), at=unit.now)
        return _of_loan(unit, id)
