"""Accounts, statements, entries and recounting by REST, with the rights and sentences of the pages."""

from datetime import date
from typing import Annotated, Any

import msgspec
from fastapi import Query, Request
from fastapi.responses import Response

from minga.communities.access import community_to_read
from minga.interfaces.api import frame
from minga.interfaces.api.frame import limit, ok
from minga.interfaces.api.ledger.shapes import (
    AccountShown,
    AccountsShown,
    EntryShown,
    PaymentIn,
    ReversalIn,
    StatementShown,
    VerificationShown,
    account_out,
    amount_out,
    entry_answer,
    key_of,
    person_of,
)
from minga.interfaces.http import read_unit, write_unit
from minga.ledger import commands, queries

router = frame.router("ledger")


@router.get("/communities/{c}/accounts", response_model=AccountsShown)
@limit("read")
def list_accounts(
    request: Request,
    c: str,
    everybody: bool = False,
    after: str | None = None,
    limit: int | None = None,
) -> Response:
    """One's own accounts; with `everybody=true` all of the book, for who may read it."""
    with read_unit(request) as unit:
        unit.signed_in()
        here = community_to_read(unit.session, unit.actor, c, at=unit.now)
        if everybody:
            page = queries.accounts(unit.session, unit.actor, here.id, after=after, limit=limit, at=unit.now)
            return ok(unit, {"items": [account_out(one) for one in page.items], "next": page.next})
        own = queries.own_accounts(unit.session, unit.actor, here.id, at=unit.now)
        return ok(unit, {"items": [account_out(one) for one in own], "next": None})


@router.get("/accounts/{id}", response_model=AccountShown)
@limit("read")
def show_account(request: Request, id: str) -> Response:
    """One account, for its owner and for who may read the book."""
    with read_unit(request) as unit:
        unit.signed_in()
        return ok(unit, account_out(queries.account(unit.session, unit.actor, id, at=unit.now)))


@router.get("/accounts/{id}/statement", response_model=StatementShown)
@limit("read")
def show_statement(
    request: Request,
    id: str,
    from_on: Annotated[date | None, Query(alias="from")] = None,
    until_on: Annotated[date | None, Query(alias="until")] = None,
) -> Response:
    """What stood there, what moved, what stands."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = queries.statement(
            unit.session, unit.actor, id, from_on=from_on, until_on=until_on, at=unit.now
        )
        lines = [
            {
                "entry_id": one.entry_id,
                "no": one.no,
                "kind": one.kind.value,
                "effective_on": one.effective_on,
                "amount": amount_out(one.amount, found.unit),
                "after": amount_out(one.after, found.unit),
                "words": one.words,
                "other": one.other_handle,
                "reverses": one.reverses,
                "reversed": one.reversed,
            }
            for one in found.lines
        ]
        body = {
            "account_id": found.account_id,
            "from_on": found.from_on,
            "until_on": found.until_on,
            "opening": amount_out(found.opening, found.unit),
            "closing": amount_out(found.closing, found.unit),
            "lines": lines,
        }
        return ok(unit, body)


@router.post("/communities/{c}/entries", status_code=201, response_model=EntryShown)
@limit("pay")
def pay(request: Request, c: str, body: PaymentIn) -> Response:
    """Give to a member, or to the community."""
    with write_unit(request) as unit:
        unit.signed_in()
        here = community_to_read(unit.session, unit.actor, c, at=unit.now)
        key = key_of(request, body.id)
        if body.commons:
            made = commands.give_commons(
                unit.session,
                unit.actor,
                here.id,
                body.amount,
                entry_id=key,
                unit=body.unit,
                words=body.words,
                at=unit.now,
            )
        else:
            made = commands.give(
                unit.session,
                unit.actor,
                here.id,
                person_of(unit, here.id, body.to),
                body.amount,
                entry_id=key,
                unit=body.unit,
                words=body.words,
                thanks=body.thanks,
                at=unit.now,
            )
        return entry_answer(unit, made.id, 201)


@router.get("/entries/{id}", response_model=EntryShown)
@limit("read")
def show_entry(request: Request, id: str) -> Response:
    """One entry, for those whose accounts it touches and for who may read the book."""
    with read_unit(request) as unit:
        unit.signed_in()
        return entry_answer(unit, id)


@router.post("/entries/{id}/reversal", status_code=201, response_model=EntryShown)
@limit("write")
def undo_entry(request: Request, id: str, body: ReversalIn) -> Response:
    """Undo an entry by its mirror image."""
    with write_unit(request) as unit:
        unit.signed_in()
        view = queries.entry(unit.session, unit.actor, id, at=unit.now)
        key = key_of(request, body.id)
        made = commands.undo(unit.session, unit.actor, view.id, key, body.reason, at=unit.now)
        return entry_answer(unit, made.id, 201)


@router.get("/communities/{c}/ledger/verification", response_model=VerificationShown)
@limit("export")
def verify_ledger(request: Request, c: str) -> Response:
    """Recount the book of a community, for who may read it."""
    with read_unit(request) as unit:
        unit.signed_in()
        here = community_to_read(unit.session, unit.actor, c, at=unit.now)
        report = queries.verification(unit.session, unit.actor, here.id, at=unit.now)
        if report is None:
            nothing = dict.fromkeys(("entries", "lines", "numbered", "seals"), 0)
            return ok(unit, {"well": True, **nothing, "head": None, "breaches": []})
        plain: dict[str, Any] = msgspec.to_builtins(report)
        plain.pop("book_id")
        return ok(unit, {"well": report.well, **plain})
