"""Minutes and money of an exchange: set aside when it is agreed, posted once when the payer says done, undone once."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.communities.models import Community
from minga.identity import Actor
from minga.kit.db import Session, new_id
from minga.kit.errors import Conflict, Forbidden, Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.refs import Ref
from minga.ledger import commands as ledger
from minga.ledger.rules import TIME
from minga.sharing.access.exchanges import Running, exchange_to_change
from minga.sharing.commands.counters import Counter
from minga.sharing.commands.telling import tell
from minga.sharing.events.exchanges import (
    AmountChanged,
    AmountEvent,
    AmountProposed,
    CreditPosted,
    CreditReturned,
)
from minga.sharing.models.amounts import ExchangeAmount
from minga.sharing.models.exchanges import Exchange
from minga.sharing.rules import amounts as rules
from minga.sharing.rules.exchanges import still_running
from minga.sharing.rules.terms import AMOUNT_MAX

CALLED_OFF = "called off"
ANOTHER_AMOUNT = "another amount"
NOT_YOURS = N_("Only the two of you can change the amount.")


def set_aside(
    session: Session, actor: Actor, exchange: Exchange, counter: Counter, *, at: datetime
) -> ExchangeAmount | None:
    """The amount leg of a new exchange; hours are held until it is done, money changes hands by hand."""
    if counter.unit is None:
        return None
    return _agreed(session, actor, exchange, counter.unit, counter.amount, at)


def _agreed(
    session: Session, actor: Actor, exchange: Exchange, unit: str, amount: int, at: datetime
) -> ExchangeAmount:
    root_id = session.get_one(Community, exchange.community_id).root_id
    new = ExchangeAmount(
        id=new_id(),
        exchange_id=exchange.id,
        community_id=root_id,
        payer_id=exchange.receiver_id,
        payee_id=exchange.provider_id,
        unit=unit,
        amount=amount,
        agreed_at=at,
        held=unit == TIME,
    )
    session.add(new)
    session.flush()
    if new.held:
        ledger.hold_transfer(session, actor, _transfer(new), expires_at=at + rules.HOLD_FOR, at=at)
    return new


def _transfer(one: ExchangeAmount) -> ledger.Transfer:
    return ledger.Transfer(
        id=one.id,
        community_id=one.community_id,
        payer_id=one.payer_id,
        payee_id=one.payee_id,
        unit=one.unit,
        amount=one.amount,
        source=Ref("exchange", one.exchange_id),
    )


def live_amount(session: Session, exchange_id: Id) -> ExchangeAmount | None:
    """The amount that counts for an exchange, if anything is given in return."""
    return session.scalar(
        select(ExchangeAmount)
        .where(ExchangeAmount.exchange_id == exchange_id, ExchangeAmount.ended_at.is_(None))
        .execution_options(populate_existing=True)
    )


def pay(session: Session, actor: Actor, exchange: Exchange, *, at: datetime) -> None:
    """Post what is given in return; the payer has said done. The leg's id is the entry's, so twice is once."""
    one = live_amount(session, exchange.id)
    if one is None or one.posted_at is not None:
        return
    if one.held:
        entry = ledger.settle_transfer(session, actor, one.id, at=at)
    else:
        entry = ledger.memorandum(session, actor, _transfer(one), at=at)
    one.posted_at, one.entry_id = at, entry.id
    one.proposed = one.proposed_by_id = None
    _tell(session, actor, exchange, one, CreditPosted, at, entry_id=entry.id)


def give_back(
    session: Session, actor: Actor, exchange: Exchange, *, reason: str = CALLED_OFF, at: datetime
) -> None:
    """Free what was set aside, or undo what was posted by its mirror image; twice changes nothing."""
    one = live_amount(session, exchange.id)
    if one is None or one.reversal_id is not None:
        return
    if one.posted_at is None:
        if one.held:
            ledger.void(session, actor, one.id, reason, at=at)
        one.ended_at = at
        return
    entry = ledger.reverse(session, actor, one.entry_id or one.id, new_id(), reason, at=at)
    one.reversal_id = entry.id
    _tell(session, actor, exchange, one, CreditReturned, at, entry_id=entry.id)


def propose_amount(
    session: Session, actor: Actor, exchange_id: Id, amount: int, *, at: datetime
) -> ExchangeAmount:
    """Propose another amount before anything is settled; the same again changes nothing."""
    running, one = _changing(session, actor, exchange_id, at)
    if not 0 < amount <= AMOUNT_MAX:
        raise Refused(rules.TOO_MUCH, code="bad_number", fields={"amount": rules.TOO_MUCH})
    if (one.proposed, one.proposed_by_id) == (amount, actor.person_id):
        return one
    if amount == one.amount:
        one.proposed = one.proposed_by_id = None
        return one
    one.proposed, one.proposed_by_id = amount, actor.person_id
    facts = {"amount": amount}
    _tell(session, actor, running.exchange, one, AmountProposed, at, **facts)
    return one


def agree_to_amount(session: Session, actor: Actor, exchange_id: Id, *, at: datetime) -> ExchangeAmount:
    """Say yes to the other amount: the one before ends, and what was set aside for it is free."""
    running, one = _changing(session, actor, exchange_id, at)
    if one.proposed is None:
        raise Conflict(rules.NOTHING_PROPOSED, code="nothing_proposed")
    if one.proposed_by_id == actor.person_id:
        raise Forbidden(rules.OWN_AMOUNT, code="not_your_side")
    amount = one.proposed
    if one.held:
        ledger.void(session, actor, one.id, ANOTHER_AMOUNT, at=at)
    one.ended_at = at
    session.flush()
    new = _agreed(session, actor, running.exchange, one.unit, amount, at)
    _tell(session, actor, running.exchange, new, AmountChanged, at)
    return new


def _changing(
    session: Session, actor: Actor, exchange_id: Id, at: datetime
) -> tuple[Running, ExchangeAmount]:
    running = exchange_to_change(session, actor, exchange_id, at=at)
    still_running(running.dates.status)
    if running.side is None:
        raise Forbidden(NOT_YOURS, code="not_your_side")
    one = live_amount(session, running.exchange.id)
    if one is None:
        raise Conflict(rules.NO_AMOUNT, code="no_amount")
    if one.posted_at is not None:
        raise Conflict(rules.PAID, code="already_settled")
    return running, one


def _tell(
    session: Session,
    actor: Actor,
    exchange: Exchange,
    one: ExchangeAmount,
    event: type[AmountEvent],
    at: datetime,
    **facts: Any,
) -> None:
    said = {
        "amount_id": one.id,
        "unit": one.unit,
        "amount": one.amount,
        "payer_id": one.payer_id,
        "payee_id": one.payee_id,
        **facts,
    }
    tell(session, actor, exchange, event, at=at, **said)
