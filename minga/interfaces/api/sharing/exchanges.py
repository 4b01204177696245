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
    DoneIn,
    ExchangeShown,
    ExchangesShown,
    RenewalIn,
    ReturnIn,
    StartIn,
    ask_out,
    exchange_out,
    wish_from,
)
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.kit.ids import Id, new_id, parse_id
from minga.sharing import commands, queries
from minga.sharing.rules.exchanges import ExchangeKind, ExchangeStatus, Side

router = frame.router("sharing")


def _ask(unit: Unit, ask_id: Id, status: int = 200) -> Response:
    return ok(unit, ask_out(queries.ask(unit.session, unit.actor, ask_id, at=unit.now)), status=status)


def _exchange(unit: Unit, exchange_id: Id, status: int = 200) -> Response:
    view = queries.exchange(unit.session, unit.actor, exchange_id, at=unit.now)
    plain: dict[str, Any] = msgspec.to_builtins(exchange_out(view.line), builtin_types=(datetime, date))
    history = [
        {"what": one.what, "at": one.at, "by_me": one.by_me, "words": one.words} for one in view.history
    ]
    return ok(
        unit, {**plain, "history": history, "why": view.why, "by_silence": view.by_silence}, status=status
    )


@router.post("/listings/{id}/asks", status_code=201, response_model=AskShown)
@limit("write")
def send_ask(request: Request, id: str, body: AskIn) -> Response:
    """Ask for an offer, or say *I can* to a need. With an `Idempotency-Key` it is sent once."""
    with write_unit(request) as unit:
        unit.signed_in()
        form_id = request.headers.get("idempotency-key") or new_id()
        wish = wish_from(body, words=body.words, term=body.term)
        ask = commands.ask(unit.session, unit.actor, parse_id(id), wish, form_id=form_id, at=unit.now)
        return _ask(unit, ask.id, 201)


@router.get("/listings/{id}/asks", response_model=AsksShown)
@limit("read")
def listing_asks(request: Request, id: str, after: str | None = None, limit: int | None = None) -> Response:
    """The asks of one's own listing, newest first."""
    with read_unit(request) as unit:
        unit.signed_in()
        page = queries.asks_of_listing(
            unit.session, unit.actor, parse_id(id), at=unit.now, after=after, limit=limit
        )
        return ok(unit, {"items": [ask_out(one) for one in page.items], "next": page.next})


@router.get("/asks/{id}", response_model=AskShown)
@limit("read")
def show_ask(request: Request, id: str) -> Response:
    """One ask, for its two sides."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _ask(unit, id)


@router.post("/asks/{id}/answer", response_model=AskShown)
@limit("write")
def answer_ask(request: Request, id: str, body: AnswerIn) -> Response:
    """Yes, no, or another day."""
    with write_unit(request) as unit:
        unit.signed_in()
        key = parse_id(id)
        if body.answer == "accept":
            mine = queries.ask(unit.session, unit.actor, key, at=unit.now).mine
            accept = commands.agree_to_proposal if mine else commands.accept
            accept(unit.session, unit.actor, key, at=unit.now)
        elif body.answer == "decline":
            commands.decline(unit.session, unit.actor, key, reason=body.reason, at=unit.now)
        else:
            commands.propose(unit.session, unit.actor, key, wish_from(body), at=unit.now)
        return _ask(unit, key)


@router.post("/asks/{id}/withdrawal", response_model=AskShown)
@limit("write")
def withdraw_ask(request: Request, id: str) -> Response:
    """Take one's ask back."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.withdraw(unit.session, unit.actor, parse_id(id), at=unit.now)
        return _ask(unit, id)


@router.get("/exchanges", response_model=ExchangesShown)
@limit("read")
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
def show_exchange(request: Request, id: str) -> Response:
    """One exchange with all that happened."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _exchange(unit, id)


@router.post("/exchanges/{id}/start", response_model=ExchangeShown)
@limit("write")
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
        return _exchange(unit, key)


@router.post("/exchanges/{id}/done", response_model=ExchangeShown)
@limit("write")
def finish_exchange(request: Request, id: str, body: DoneIn | None = None) -> Response:
    """Done by one side, or *not yet* by who receives it."""
    with write_unit(request) as unit:
        unit.signed_in()
        key = parse_id(id)
        if body and body.answer == "not_yet":
            commands.not_yet(unit.session, unit.actor, key, body.words, at=unit.now)
        else:
            commands.done(unit.session, unit.actor, key, at=unit.now)
        return _exchange(unit, key)


@router.post("/exchanges/{id}/cancellation", response_model=ExchangeShown)
@limit("write")
def cancel_exchange(request: Request, id: str, body: CancelIn | None = None) -> Response:
    """Call it off, alone or with the other."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.cancel(unit.session, unit.actor, parse_id(id), why=body.why if body else "", at=unit.now)
        return _exchange(unit, id)


def _of_loan(unit: Unit, loan_id: str) -> Response:
    return _exchange(unit, queries.exchange_of_loan(unit.session, unit.actor, loan_id, at=unit.now))


@router.post("/loans/{id}/renewal", response_model=ExchangeShown)
@limit("write")
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
def bring_loan_back(request: Request, id: str) -> Response:
    """The borrower's word that it is back."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.bring_back(unit.session, unit.actor, parse_id(id), at=unit.now)
        return _of_loan(unit, id)


@router.post("/loans/{id}/return", response_model=ExchangeShown)
@limit("write")
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
                at=unit.now,
            )
        return _of_loan(unit, id)


@router.post("/loans/{id}/loss", response_model=ExchangeShown)
@limit("write")
def lose_loan(request: Request, id: str) -> Response:
    """Either side says that it is lost."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.lose(unit.session, unit.actor, parse_id(id), at=unit.now)
        return _of_loan(unit, id)
