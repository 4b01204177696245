"""Shapes of asks and exchanges in JSON: what may be sent, and how they are answered."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from pydantic import BaseModel, Field

from minga.interfaces.api.frame import In
from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.reputation.queries import Counts
from minga.sharing import commands, queries
from minga.sharing.queries import AskView, ExchangeLine, LoanView, Step
from minga.sharing.rules.exchanges import ExchangeKind, ExchangeStatus, Side

NAIVE = N_("Write instants with their zone, like 2026-11-22T18:00Z, or a day like 2026-11-22.")
Milli = Annotated[int, Field(gt=0, le=10**12)]


class AskIn(In):
    """An ask. `from` and `until` are days where the listing lives, or instants.

    `counter` is the listing that one gives in a swap; `amount` what one gives in the smallest part of the unit.
    """

    words: str = Field("", max_length=1_000)
    quantity_milli: Milli | None = None
    from_: date | datetime | None = Field(None, alias="from")
    until: date | datetime | None = None
    term: ExchangeKind | None = None
    counter: str | None = Field(None, max_length=64)
    amount: int | None = Field(None, ge=0, le=10**11)
    show_facts: bool = False


class AnswerIn(In):
    """The owner's answer; the asker accepts a proposal with `accept` too. `pass_on` names the listing in `to`."""

    answer: Literal["accept", "decline", "other_window", "pass_on"]
    reason: str = Field("", max_length=300)
    to: str | None = Field(None, max_length=64)
    quantity_milli: Milli | None = None
    from_: date | datetime | None = Field(None, alias="from")
    until: date | datetime | None = None


class StartIn(In):
    condition: int | None = Field(None, ge=1, le=5)


class DoneIn(In):
    """`not_yet` sends an effort back, with words."""

    answer: Literal["done", "not_yet"] = "done"
    words: str = Field("", max_length=1_000)


class CancelIn(In):
    """`no_harm` says of what the other called off late that it did no harm."""

    answer: Literal["cancel", "no_harm"] = "cancel"
    why: str = Field("", max_length=500)


class AmountIn(In):
    """Another amount to propose, or `agree` to the one that the other side proposed."""

    answer: Literal["propose", "agree"] = "propose"
    amount: int = Field(0, ge=0, le=10**11)


class RenewalIn(In):
    """The borrower's wish, or with `answer` the owner's word about it."""

    until: date | None = None
    answer: Literal["yes", "no"] | None = None


class ReturnIn(In):
    """`not_yet` says that it is not there although the borrower said so."""

    answer: Literal["here", "not_yet"] = "here"
    condition: int | None = Field(None, ge=1, le=5)
    words: str = Field("", max_length=1_000)
    returned_on: date | None = None
    keep_minor: int | None = Field(None, ge=1, le=9_007_199_254_740_991)


class DepositAnswerIn(In):
    """The borrower agrees that part is kept, or not; the lender lets it go with `false`."""

    agreed: bool


class PersonOut(msgspec.Struct, frozen=True):
    handle: str
    name: str


class AskOut(msgspec.Struct, frozen=True):
    """An ask as both sides read it."""

    id: Id
    listing: dict[str, str]
    direction: str
    asker: PersonOut
    owner_name: str
    words: str
    quantity_milli: int
    from_at: datetime | None
    until_at: datetime | None
    term: str
    state: str
    sent_at: datetime
    lapses_at: datetime
    proposed: dict[str, Any] | None
    answered_at: datetime | None
    reason: str
    exchange: str | None
    mine: bool
    may: dict[str, bool]
    facts: dict[str, int] | None = None


class ExchangeOut(msgspec.Struct, frozen=True):
    """An exchange as one of its sides reads it; `may` names what that side can do now."""

    id: Id
    url: str
    kind: ExchangeKind
    status: ExchangeStatus
    what: str
    listing: dict[str, str]
    quantity_milli: int
    role: Side
    other: PersonOut
    is_cross: bool
    agreed_at: datetime
    from_at: datetime | None
    until_at: datetime | None
    completed_at: datetime | None
    loan: dict[str, Any] | None
    may: dict[str, bool]


class AskShown(BaseModel):
    """An ask as it is answered."""

    id: str
    listing: dict[str, str]
    direction: str
    asker: dict[str, str]
    owner_name: str
    words: str
    quantity_milli: int
    from_at: datetime | None
    until_at: datetime | None
    term: str
    state: str
    sent_at: datetime
    lapses_at: datetime
    proposed: dict[str, Any] | None
    answered_at: datetime | None
    reason: str
    exchange: str | None
    mine: bool
    may: dict[str, bool]
    facts: dict[str, int] | None = None


class AsksShown(BaseModel):
    items: list[AskShown]
    next: str | None


class ExchangeShown(BaseModel):
    """An exchange as it is answered; single ones carry their `history` too."""

    id: str
    url: str
    kind: ExchangeKind
    status: ExchangeStatus
    what: str
    listing: dict[str, str]
    quantity_milli: int
    role: Side
    other: dict[str, str]
    is_cross: bool
    agreed_at: datetime
    from_at: datetime | None
    until_at: datetime | None
    completed_at: datetime | None
    loan: dict[str, Any] | None
    may: dict[str, bool]
    history: list[dict[str, Any]] = []
    why: str = ""
    by_silence: bool = False
    around: dict[str, Any] | None = None
    settling: dict[str, Any] | None = None


class ExchangesShown(BaseModel):
    items: list[ExchangeShown]
    next: str | None


def ask_out(ask: AskView, shown: Mapping[Id, Counts]) -> AskOut:
    """An ask as JSON wants it, with the counts that its sender shows."""
    counts = shown.get(ask.id)
    proposal = {
        "quantity_milli": ask.proposed_quantity_milli,
        "from_at": ask.proposed_from_at,
        "until_at": ask.proposed_until_at,
    }
    waits, proposed = ask.state.open, ask.state.value == "other_window"
    return AskOut(
        id=ask.id,
        listing={"id": ask.listing_id, "title": ask.title},
        direction=ask.direction.value,
        asker=PersonOut(ask.asker_handle, ask.asker_name),
        owner_name=ask.owner_name,
        words=ask.words,
        quantity_milli=ask.quantity_milli,
        from_at=ask.from_at,
        until_at=ask.until_at,
        term=ask.term.value,
        state=ask.state.value,
        sent_at=ask.sent_at,
        lapses_at=ask.lapses_at,
        proposed=proposal if proposed else None,
        answered_at=ask.answered_at,
        reason=ask.reason,
        exchange=ask.exchange_id,
        mine=ask.mine,
        may={
            "accept": waits and (proposed if ask.mine else True),
            "decline": waits and not ask.mine,
            "withdraw": waits and ask.mine,
        },
        facts={"kept": counts.kept, "of": counts.of} if counts else None,
    )


def exchange_out(line: ExchangeLine) -> ExchangeOut:
    """An exchange as JSON wants it."""
    steps = queries.steps_of(line)
    return ExchangeOut(
        id=line.id,
        url=f"/exchanges/{line.id}",
        kind=line.kind,
        status=line.status,
        what=line.what.value,
        listing={"id": line.listing_id, "title": line.title},
        quantity_milli=line.quantity_milli,
        role=line.side,
        other=PersonOut(line.other_handle, line.other_name),
        is_cross=line.is_cross,
        agreed_at=line.agreed_at,
        from_at=line.from_at,
        until_at=line.until_at,
        completed_at=line.completed_at,
        loan=loan_out(line.loan) if line.loan else None,
        may={step.value: step in steps for step in Step},
    )


def plain_of(around: queries.Around | queries.Settling) -> dict[str, Any]:
    """What stands around an exchange, as JSON wants it."""
    plain: dict[str, Any] = msgspec.to_builtins(around, builtin_types=(datetime,))
    return plain


def loan_out(loan: LoanView) -> dict[str, Any]:
    """A loan as JSON wants it."""
    plain: dict[str, Any] = {name: getattr(loan, name) for name in LoanView.__dataclass_fields__}
    return plain


def wish_from(body: AskIn | AnswerIn, **more: Any) -> commands.Wish:
    """What is wished: days stay days, instants need their zone."""
    days: dict[str, Any] = {}
    for name, value in (("from", body.from_), ("until", body.until)):
        if isinstance(value, datetime):
            if value.tzinfo is None:
                raise Invalid(NAIVE, fields={name: NAIVE})
            days[f"{name}_at"] = value
        elif value is not None:
            days[f"{name}_on"] = value
    return commands.Wish(quantity_milli=body.quantity_milli, **days, **more)
