"""Shapes of accounts, entries and payment asks in JSON."""

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from minga.interfaces.api.frame import In, ok
from minga.interfaces.http import Unit
from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.kit.ids import Id, is_id, new_id, parse_id
from minga.ledger import queries
from minga.ledger.rules import EntryKind, EntryState

NOBODY = N_("No member here has that short name.")


class AmountShown(BaseModel):
    """An amount: the unit's code and how many of its smallest part."""

    unit: str
    minor: int


class AccountShown(BaseModel):
    """An account; amounts are natural, a debt is negative."""

    id: str
    code: str
    unit: str
    name: str
    handle: str | None
    balance: AmountShown
    available: AmountShown | None
    held_out: AmountShown
    held_in: AmountShown
    floor: AmountShown | None
    ceiling: AmountShown | None
    may_spend: bool
    may_receive: bool
    closed_on: date | None


class AccountsShown(BaseModel):
    items: list[AccountShown]
    next: str | None


class StatementLineShown(BaseModel):
    """One movement, and what stood afterwards."""

    entry_id: str
    no: int | None
    kind: EntryKind
    effective_on: date
    amount: AmountShown
    after: AmountShown
    words: str | None
    other: str | None
    reverses: str | None
    reversed: bool


class StatementShown(BaseModel):
    """Opening, lines, closing; the lines add up to the difference."""

    account_id: str
    from_on: date | None
    until_on: date | None
    opening: AmountShown
    closing: AmountShown
    lines: list[StatementLineShown]


class LineShown(BaseModel):
    account_id: str
    code: str
    name: str
    handle: str | None
    amount: AmountShown
    mine: bool


class EntryShown(BaseModel):
    """An entry; amounts of its lines are what each account gained."""

    id: str
    no: int | None
    kind: EntryKind
    state: EntryState
    effective_on: date
    posted_at: datetime | None
    words: str | None
    source: str | None
    reverses: str | None
    reversed_by: str | None
    lines: list[LineShown]


class BreachShown(BaseModel):
    code: str
    ids: list[str]


class VerificationShown(BaseModel):
    """What recounting a book found."""

    well: bool
    entries: int
    lines: int
    numbered: int
    seals: int
    head: str | None
    breaches: list[BreachShown]


class PaymentIn(In):
    """So much to a member of that handle, or with `commons` to the community. `id` makes sending it twice safe."""

    to: str = Field(default="", max_length=60)
    commons: bool = False
    unit: str = Field(default="TIME", pattern="^[A-Z0-9]{2,12}$")
    amount: int = Field(ge=1, le=9_007_199_254_740_991)
    words: str = Field(default="", max_length=500)
    thanks: bool = False
    id: str | None = Field(default=None, max_length=36)


class ReversalIn(In):
    """Why it is undone; `id` makes sending it twice safe."""

    reason: str = Field(min_length=1, max_length=500)
    id: str | None = Field(default=None, max_length=36)


class PaymentAskIn(In):
    """So much from a member of that handle."""

    to: str = Field(max_length=60)
    unit: str = Field(default="TIME", pattern="^[A-Z0-9]{2,12}$")
    amount: int = Field(ge=1, le=9_007_199_254_740_991)
    words: str = Field(default="", max_length=500)
    id: str | None = Field(default=None, max_length=36)


class CollectingIn(In):
    """The same from each member of these handles."""

    to: list[Annotated[str, Field(max_length=60)]] = Field(min_length=1, max_length=200)
    unit: str = Field(default="TIME", pattern="^[A-Z0-9]{2,12}$")
    amount: int = Field(ge=1, le=9_007_199_254_740_991)
    words: str = Field(default="", max_length=500)
    id: str | None = Field(default=None, max_length=36)


class PaymentAnswerIn(In):
    """Whether it is paid."""

    accepted: bool


class PaymentAskShown(BaseModel):
    id: str
    mine: bool
    asker: str
    payer: str
    amount: AmountShown
    words: str
    state: str
    asked_at: datetime
    expires_at: datetime


class PaymentAsksShown(BaseModel):
    items: list[PaymentAskShown]


def amount_out(amount: int | None, unit: str) -> dict[str, Any] | None:
    """An amount as JSON."""
    return None if amount is None else {"unit": unit, "minor": amount}


def account_out(one: queries.AccountLine) -> dict[str, Any]:
    """An account as JSON."""
    return {
        "id": one.id,
        "code": one.code,
        "unit": one.unit,
        "name": one.name,
        "handle": one.handle,
        "balance": amount_out(one.amount, one.unit),
        "available": amount_out(one.available, one.unit),
        "held_out": amount_out(one.held_out, one.unit),
        "held_in": amount_out(one.held_in, one.unit),
        "floor": amount_out(one.floor, one.unit),
        "ceiling": amount_out(one.ceiling, one.unit),
        "may_spend": one.may_spend,
        "may_receive": one.may_receive,
        "closed_on": one.closed_on,
    }


def entry_answer(unit: Unit, entry_id: Id, status: int = 200) -> Response:
    """An entry, answered."""
    view = queries.entry(unit.session, unit.actor, entry_id, at=unit.now)
    plain: dict[str, Any] = msgspec.to_builtins(view, builtin_types=(datetime, date))
    for left_out in ("community_id", "community_slug", "recorded_at", "expires_at"):
        plain.pop(left_out)
    plain["lines"] = [
        {
            "account_id": one.account_id,
            "code": one.code,
            "name": one.name,
            "handle": one.handle,
            "amount": amount_out(one.amount, one.unit),
            "mine": one.mine,
        }
        for one in view.lines
    ]
    return ok(unit, plain, status=status)


def ask_out(view: queries.PaymentAskView) -> dict[str, Any]:
    """A payment ask as JSON."""
    return {
        "id": view.id,
        "mine": view.mine,
        "asker": view.asker_handle,
        "payer": view.payer_handle,
        "amount": amount_out(view.amount, view.unit),
        "words": view.words,
        "state": view.state.value,
        "asked_at": view.asked_at,
        "expires_at": view.expires_at,
    }


def key_of(request: Request, wanted: str | None) -> Id:
    """The id of what is made: given by the caller, or by its `Idempotency-Key`."""
    if wanted:
        return parse_id(wanted)
    key = request.headers.get("idempotency-key", "").replace("-", "").lower()
    return key if is_id(key) else new_id()


def person_of(unit: Unit, community_id: Id, handle: str) -> Id:
    """The member of that handle; refused at its field when there is none."""
    found = queries.payee(unit.session, unit.actor, community_id, handle, at=unit.now)
    if found is None:
        raise Invalid(NOBODY, code="no_payee", fields={"to": NOBODY})
    return found.person_id
