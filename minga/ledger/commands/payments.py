"""What members do with hours themselves: give, thank, give to many, ask to be paid, answer such an ask."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.communities.access import require
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_text
from minga.ledger.access import root_of
from minga.ledger.access.asks import payment_ask_to_change
from minga.ledger.access.rows import KEEP, PAY
from minga.ledger.commands import entries
from minga.ledger.commands.accounts import commons_account
from minga.ledger.commands.books import commons, unit_known
from minga.ledger.commands.entries import Parties
from minga.ledger.commands.members import NO_MEMBER, follow_rules, is_member, member_account
from minga.ledger.commands.transfers import transfer
from minga.ledger.commands.writing import replayed
from minga.ledger.events import PaymentAskAnswered, PaymentAsked, PaymentAskEnded, PaymentAskEvent
from minga.ledger.models import Entry, PaymentAsk
from minga.ledger.queries.balances import counts_time
from minga.ledger.rules import TIME, Draft, EntryKind, Line, Transfer
from minga.ledger.rules.drafts import BAD_AMOUNT, NOT_TO_ONESELF, fingerprint
from minga.ledger.rules.kinds import AMOUNT_MAX, MEMO_MAX
from minga.ledger.rules.payments import ASK_OPEN, MANY_MAX, check_thanks, part_id

PAY_MANY = "credit.pay_many"
NOT_COUNTED = N_("{community} does not count hours. Stewards can switch that on, under Rules.")
ASK_OVER = N_("This was answered or taken back already.")
TOO_MANY_PAYEES = N_("At most {n} people at a time.")


def give(
    session: Session,
    actor: Actor,
    community_id: Id,
    payee_id: Id,
    amount: int,
    *,
    entry_id: Id,
    unit: str = TIME,
    words: str = "",
    thanks: bool = False,
    at: datetime,
) -> Entry:
    """Give hours, or another unit that is counted here, to another member; the same id twice gives once."""
    payer_id = _may_pay(session, actor, community_id, unit, at=at)
    said = clean_text(words, MEMO_MAX, field="words")
    if thanks:
        check_thanks(amount, unit, said)
    root = root_of(session, community_id)
    wish = Transfer(entry_id, root.id, payer_id, payee_id, unit, amount, said)
    return transfer(session, actor, wish, at=at)


def give_commons(
    session: Session,
    actor: Actor,
    community_id: Id,
    amount: int,
    *,
    entry_id: Id,
    unit: str = TIME,
    words: str = "",
    at: datetime,
) -> Entry:
    """Give to the community's own account."""
    payer_id = _may_pay(session, actor, community_id, unit, at=at)
    if amount <= 0:
        raise Invalid(BAD_AMOUNT, code="bad_number")
    said = clean_text(words, MEMO_MAX, field="words")
    root = root_of(session, community_id)
    wish = Transfer(entry_id, root.id, payer_id, root.id, unit, amount, said)
    request_hash = fingerprint("post", wish)
    found = replayed(session, entry_id, request_hash)
    if found is not None:
        return found
    book = commons(session, actor, root.id, at=at)
    payer = member_account(session, actor, book, payer_id, unit, at=at)
    follow_rules(session, actor, payer, payer_id, at=at)
    all_ours = commons_account(session, actor, book, unit, at=at)
    draft = Draft(
        id=entry_id,
        book_id=book.id,
        kind=EntryKind.TRANSFER,
        effective_on=entries.open_day(session, book, at=at),
        lines=(Line(payer.id, unit, amount), Line(all_ours.id, unit, -amount)),
        memo=said,
    )
    return entries.post_as(session, actor, draft, request_hash, Parties(payer_id, None), at=at)


def give_many(
    session: Session,
    actor: Actor,
    community_id: Id,
    amounts: Mapping[Id, int],
    *,
    batch_id: Id,
    unit: str = TIME,
    words: str = "",
    from_commons: bool = False,
    at: datetime,
) -> list[Entry]:
    """Give to many members at once, all or none, from one's own account or from the community's."""
    root = root_of(session, community_id)
    require(session, actor, PAY_MANY, root.id, at=at)
    payer_id = _may_pay(session, actor, community_id, unit, at=at)
    if not 1 <= len(amounts) <= MANY_MAX:
        raise Invalid(TOO_MANY_PAYEES, code="too_many_rows", n=MANY_MAX)
    said = clean_text(words, MEMO_MAX, field="words")
    made = []
    for payee_id, amount in amounts.items():
        wish = Transfer(part_id(batch_id, payee_id), root.id, payer_id, payee_id, unit, amount, said)
        if from_commons:
            made.append(_from_commons(session, actor, wish, at=at))
        else:
            made.append(transfer(session, actor, wish, at=at))
    return made


def _from_commons(session: Session, actor: Actor, wish: Transfer, *, at: datetime) -> Entry:
    request_hash = fingerprint("commons", wish)
    found = replayed(session, wish.id, request_hash)
    if found is not None:
        return found
    if wish.amount <= 0:
        raise Invalid(BAD_AMOUNT, code="bad_number")
    book = commons(session, actor, wish.community_id, at=at)
    payee = member_account(session, actor, book, wish.payee_id, wish.unit, at=at)
    all_ours = commons_account(session, actor, book, wish.unit, at=at)
    draft = Draft(
        id=wish.id,
        book_id=book.id,
        kind=EntryKind.GRANT,
        effective_on=entries.open_day(session, book, at=at),
        lines=(Line(all_ours.id, wish.unit, wish.amount), Line(payee.id, wish.unit, -wish.amount)),
        memo=wish.memo,
    )
    return entries.post_as(session, actor, draft, request_hash, Parties(None, wish.payee_id), at=at)


def undo(session: Session, actor: Actor, entry_id: Id, new_id: Id, reason: str, *, at: datetime) -> Entry:
    """Undo an entry, for who keeps the books; never one that concerns themselves."""
    from_entry = session.get(Entry, entry_id)
    if from_entry is None:
        raise NotFound()
    parties = entries.parties_of(session, entry_id)
    own = actor.person_id in (parties.payer_id, parties.payee_id)
    book_community = entries.community_of(session, from_entry)
    require(session, actor, KEEP, book_community, concerning=actor.person_id if own else None, at=at)
    return entries.reverse(session, actor, entry_id, new_id, reason, at=at)


def ask_payment(
    session: Session,
    actor: Actor,
    community_id: Id,
    payer_id: Id,
    amount: int,
    *,
    ask_id: Id,
    unit: str = TIME,
    words: str = "",
    at: datetime,
) -> PaymentAsk:
    """Ask another member to pay; they have 30 days to answer. The same id twice is one ask."""
    asker_id = _may_pay(session, actor, community_id, unit, at=at)
    root = root_of(session, community_id)
    found = session.get(PaymentAsk, ask_id)
    if found is not None:
        if (found.asker_id, found.payer_id, found.amount) == (asker_id, payer_id, amount):
            return found
        raise Conflict(ASK_OVER, code="id_reused")
    if payer_id == asker_id:
        raise Invalid(NOT_TO_ONESELF, code="same_account")
    if not 0 < amount <= AMOUNT_MAX:
        raise Invalid(BAD_AMOUNT, code="bad_number")
    if not is_member(session, root.id, payer_id):
        raise Invalid(NO_MEMBER, code="no_member")
    unit_known(session, root.id, unit, at=at)
    made = PaymentAsk(
        id=ask_id,
        community_id=root.id,
        asker_id=asker_id,
        payer_id=payer_id,
        unit=unit,
        amount=amount,
        words=clean_text(words, MEMO_MAX, field="words"),
        asked_at=at,
        expires_at=at + ASK_OPEN,
    )
    session.add(made)
    session.flush()
    event = PaymentAsked(
        payment_ask_id=made.id, asker_id=asker_id, payer_id=payer_id, unit=unit, amount=amount
    )
    emit(session, actor, event, at=at, community_id=root.id, person_id=payer_id)
    return made


def answer_payment_ask(
    session: Session, actor: Actor, ask_id: Id, *, accepted: bool, at: datetime
) -> PaymentAsk:
    """Pay what somebody asked for, or refuse. The same answer twice changes nothing."""
    ask = payment_ask_to_change(session, actor, ask_id, at=at)
    if ask.payer_id != actor.person_id:
        raise Forbidden(N_("Whoever is asked answers this."), code="not_payer")
    if ask.answered_at is not None and ask.accepted == accepted:
        return ask
    if ask.answered_at or ask.withdrawn_at or ask.lapsed_at or ask.expires_at <= at:
        raise Conflict(ASK_OVER, code="ask_over")
    if accepted:
        give(
            session,
            actor,
            ask.community_id,
            ask.asker_id,
            ask.amount,
            entry_id=ask.id,
            unit=ask.unit,
            words=ask.words,
            at=at,
        )
    ask.answered_at, ask.accepted = at, accepted
    _tell(session, actor, ask, PaymentAskAnswered, ask.asker_id, at, accepted=accepted)
    return ask


def withdraw_payment_ask(session: Session, actor: Actor, ask_id: Id, *, at: datetime) -> PaymentAsk:
    """Take one's own payment ask back. Twice changes nothing."""
    ask = payment_ask_to_change(session, actor, ask_id, at=at)
    if ask.asker_id != actor.person_id:
        raise Forbidden(N_("Whoever asked can take this back."), code="not_asker")
    if ask.withdrawn_at is not None:
        return ask
    if ask.answered_at or ask.lapsed_at:
        raise Conflict(ASK_OVER, code="ask_over")
    ask.withdrawn_at = at
    _tell(session, actor, ask, PaymentAskEnded, ask.payer_id, at, lapsed=False)
    return ask


def lapse_payment_asks(session: Session, *, at: datetime, limit: int = 200) -> int:
    """End the asks whose thirty days are over; answers how many."""
    over = session.scalars(
        select(PaymentAsk)
        .where(
            PaymentAsk.expires_at <= at,
            PaymentAsk.answered_at.is_(None),
            PaymentAsk.withdrawn_at.is_(None),
            PaymentAsk.lapsed_at.is_(None),
        )
        .order_by(PaymentAsk.expires_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for ask in over:
        ask.lapsed_at = at
        _tell(session, Actor.machine(), ask, PaymentAskEnded, ask.asker_id, at, lapsed=True)
    return len(over)


def _may_pay(session: Session, actor: Actor, community_id: Id, unit: str, *, at: datetime) -> Id:
    root = root_of(session, community_id)
    require(session, actor, PAY, root.id, at=at)
    if unit == TIME and not counts_time(session, root.id, at=at):
        raise Forbidden(NOT_COUNTED, code="switched_off", community=root.name, lifted_by=("steward",))
    assert actor.person_id is not None
    return actor.person_id


def _tell(
    session: Session,
    actor: Actor,
    ask: PaymentAsk,
    kind: type[PaymentAskEvent],
    person_id: Id,
    at: datetime,
    **facts: Any,
) -> None:
    event = kind(payment_ask_id=ask.id, asker_id=ask.asker_id, payer_id=ask.payer_id, **facts)
    emit(session, actor, event, at=at, community_id=ask.community_id, person_id=person_id)
