"""What follows when the ledger speaks: whoever it concerns is told. Read from top to bottom."""

from datetime import datetime
from typing import Any

from minga.communication import commands as communication
from minga.communication.rules import NoticeClass
from minga.identity import Actor, Via
from minga.kit.db import Session
from minga.kit.delivery import on
from minga.kit.errors import NotFound
from minga.kit.events import Event
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.refs import Ref
from minga.ledger import queries
from minga.ledger.events import (
    EntryPosted,
    EntryReversed,
    LimitChanged,
    PaymentAskAnswered,
    PaymentAsked,
    PaymentAskEnded,
)
from minga.ledger.rules import said_amount
from minga.ledger.rules.kinds import LimitKind


@on(EntryPosted, name="communication.tell_payee")
def tell_payee(session: Session, event: EntryPosted, *, at: datetime) -> None:
    """Of gifts and thanks; what belongs to an exchange is told by the exchange."""
    if event.payee_id is None or event.payee_id == event.actor_id:
        return
    try:
        entry = queries.entry(session, Actor(event.payee_id, Via.WORKER), event.entry_id, at=at)
    except NotFound:
        return
    if entry.source is not None:
        return
    payer = next((line.name for line in entry.lines if not line.mine), "")
    facts = {"name": payer, "amount": said_amount(event.amount, event.unit, entry.lines[0].exponent)}
    sentence = N_("{name} gave you {amount}.")
    _tell(session, event, event.payee_id, Ref("entry", event.entry_id), sentence, facts, at)


@on(EntryReversed, name="communication.tell_of_undoing")
def tell_of_undoing(session: Session, event: EntryReversed, *, at: datetime) -> None:
    for person_id in (event.payer_id, event.payee_id):
        if person_id and person_id != event.actor_id:
            facts = {"amount": said_amount(event.amount, event.unit)}
            sentence = N_("An entry of {amount} was undone.")
            _tell(session, event, person_id, Ref("entry", event.entry_id), sentence, facts, at)


@on(LimitChanged, name="communication.tell_of_limit")
def tell_of_limit(session: Session, event: LimitChanged, *, at: datetime) -> None:
    """When somebody changed it; what follows from the community's rules is read with the rules."""
    if event.actor_id is None or event.what == LimitKind.FOLLOWING:
        return
    owner = queries.owner_of(session, event.account_id)
    if owner and owner != event.actor_id:
        sentence = N_("How far your account may go was changed.")
        _tell(session, event, owner, Ref("account", event.account_id), sentence, {}, at)


@on(PaymentAsked, name="communication.tell_payer")
def tell_payer(session: Session, event: PaymentAsked, *, at: datetime) -> None:
    _tell_of_ask(session, event, event.payer_id, N_("{name} asks you for {amount}."), at)


@on(PaymentAskAnswered, name="communication.tell_asker_of_payment")
def tell_asker(session: Session, event: PaymentAskAnswered, *, at: datetime) -> None:
    sentence = (
        N_("{name} paid what you asked for.") if event.accepted else N_("{name} did not pay: not this time.")
    )
    _tell_of_ask(session, event, event.asker_id, sentence, at)


@on(PaymentAskEnded, name="communication.tell_of_silence_about_payment")
def tell_of_silence(session: Session, event: PaymentAskEnded, *, at: datetime) -> None:
    if event.lapsed:
        _tell_of_ask(session, event, event.asker_id, N_("{name} did not answer in thirty days."), at)


def _tell_of_ask(
    session: Session,
    event: PaymentAsked | PaymentAskAnswered | PaymentAskEnded,
    person_id: Id,
    sentence: str,
    at: datetime,
) -> None:
    try:
        ask = queries.payment_ask(session, Actor(person_id, Via.WORKER), event.payment_ask_id, at=at)
    except NotFound:
        return
    other = ask.payer if ask.mine else ask.asker
    facts = {"name": other, "amount": said_amount(ask.amount, ask.unit, ask.exponent)}
    _tell(session, event, person_id, Ref("payment_ask", ask.id), sentence, facts, at)


def _tell(
    session: Session,
    event: Event,
    person_id: Id,
    ref: Ref,
    sentence: str,
    facts: dict[str, Any],
    at: datetime,
) -> None:
    communication.notify(
        session,
        person_id,
        event_id=event.event_id,
        notice_class=NoticeClass.ANSWER,
        ref=ref,
        sentence=sentence,
        facts=facts,
        community_id=event.community_id,
        at=at,
    )
