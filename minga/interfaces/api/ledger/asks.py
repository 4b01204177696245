"""Payment asks by REST, with the rights and sentences of the pages."""

from fastapi import Request
from fastapi.responses import Response

from minga.communities.access import community_to_read
from minga.interfaces.api import frame
from minga.interfaces.api.frame import limit, ok
from minga.interfaces.api.ledger.shapes import (
    CollectingIn,
    PaymentAnswerIn,
    PaymentAskIn,
    PaymentAskShown,
    PaymentAsksShown,
    ask_out,
    key_of,
    person_of,
)
from minga.interfaces.http import read_unit, write_unit
from minga.kit.ids import parse_id
from minga.ledger import commands, queries

router = frame.router("ledger")


@router.get("/communities/{c}/payment-asks", response_model=PaymentAsksShown)
@limit("read")
def list_payment_asks(request: Request, c: str) -> Response:
    """One's open payment asks, made and received."""
    with read_unit(request) as unit:
        unit.signed_in()
        here = community_to_read(unit.session, unit.actor, c, at=unit.now)
        found = queries.payment_asks(unit.session, unit.actor, here.id, at=unit.now)
        return ok(unit, {"items": [ask_out(one) for one in found]})


@router.post("/communities/{c}/payment-asks", status_code=201, response_model=PaymentAskShown)
@limit("pay")
def ask_for_payment(request: Request, c: str, body: PaymentAskIn) -> Response:
    """Ask a member to pay."""
    with write_unit(request) as unit:
        unit.signed_in()
        here = community_to_read(unit.session, unit.actor, c, at=unit.now)
        made = commands.ask_payment(
            unit.session,
            unit.actor,
            here.id,
            person_of(unit, here.id, body.to),
            body.amount,
            ask_id=key_of(request, body.id),
            unit=body.unit,
            words=body.words,
            at=unit.now,
        )
        view = queries.payment_ask(unit.session, unit.actor, made.id, at=unit.now)
        return ok(unit, ask_out(view), status=201)


@router.post("/communities/{c}/payment-asks/many", status_code=201, response_model=PaymentAsksShown)
@limit("pay")
def collect(request: Request, c: str, body: CollectingIn) -> Response:
    """Ask each of several members for the same, all or none."""
    with write_unit(request) as unit:
        unit.signed_in()
        here = community_to_read(unit.session, unit.actor, c, at=unit.now)
        made = commands.ask_many(
            unit.session,
            unit.actor,
            here.id,
            [person_of(unit, here.id, one) for one in body.to],
            body.amount,
            batch_id=key_of(request, body.id),
            unit=body.unit,
            words=body.words,
            at=unit.now,
        )
        shown = [queries.payment_ask(unit.session, unit.actor, one.id, at=unit.now) for one in made]
        return ok(unit, {"items": [ask_out(one) for one in shown]}, status=201)


@router.get("/payment-asks/{id}", response_model=PaymentAskShown)
@limit("read")
def show_payment_ask(request: Request, id: str) -> Response:
    """One payment ask, for its two sides."""
    with read_unit(request) as unit:
        unit.signed_in()
        return ok(unit, ask_out(queries.payment_ask(unit.session, unit.actor, id, at=unit.now)))


@router.post("/payment-asks/{id}/answer", response_model=PaymentAskShown)
@limit("pay")
def answer_payment_ask(request: Request, id: str, body: PaymentAnswerIn) -> Response:
    """Pay it, or refuse."""
    with write_unit(request) as unit:
        unit.signed_in()
        ask = commands.answer_payment_ask(
            unit.session, unit.actor, parse_id(id), accepted=body.accepted, at=unit.now
        )
        return ok(unit, ask_out(queries.payment_ask(unit.session, unit.actor, ask.id, at=unit.now)))


@router.post("/payment-asks/{id}/withdrawal", response_model=PaymentAskShown)
@limit("write")
def withdraw_payment_ask(request: Request, id: str) -> Response:
    """Take one's own ask back."""
    with write_unit(request) as unit:
        unit.signed_in()
        ask = commands.withdraw_payment_ask(unit.session, unit.actor, parse_id(id), at=unit.now)
        return ok(unit, ask_out(queries.payment_ask(unit.session, unit.actor, ask.id, at=unit.now)))
