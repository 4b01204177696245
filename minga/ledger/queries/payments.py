"""Payment asks, whom one can pay, single entries, and what waits for somebody in the ledger."""

from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from minga.communities.access import may, require
from minga.communities.models import Community, Membership
from minga.communities.rules.decisions import Rule
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.ledger.access import commons_book, entry_to_see, root_of
from minga.ledger.access.asks import payment_ask_to_see
from minga.ledger.access.rows import KEEP, SEE
from minga.ledger.models import (
    Account,
    AccountOwner,
    Book,
    Entry,
    EntryLine,
    LedgerCheck,
    Memo,
    PaymentAsk,
    Unit,
)
from minga.ledger.rules.kinds import EntryKind, EntryState, OwnerKind
from minga.ledger.rules.payments import AskState

PAYEES_MAX = 300


class Payee(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who can be paid."""

    person_id: Id
    handle: str
    name: str


class PaymentAskView(msgspec.Struct, frozen=True, kw_only=True):
    """A payment ask as its two sides see it."""

    id: Id
    community_id: Id
    community_slug: str
    mine: bool
    asker: str
    asker_handle: str
    payer: str
    payer_handle: str
    unit: str
    exponent: int
    amount: int
    words: str
    state: AskState
    asked_at: datetime
    expires_at: datetime


class EntryLineView(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an entry: whose account, and what it gained (natural)."""

    account_id: Id
    code: str
    name: str
    handle: str | None
    unit: str
    exponent: int
    amount: int
    mine: bool


class EntryView(msgspec.Struct, frozen=True, kw_only=True):
    """An entry with its lines; a reversed one names the entry that undid it."""

    id: Id
    community_id: Id
    community_slug: str
    no: int | None
    kind: EntryKind
    state: EntryState
    effective_on: date
    recorded_at: datetime
    posted_at: datetime | None
    expires_at: datetime | None
    words: str | None
    source: str | None
    reverses: Id | None
    reversed_by: Id | None
    lines: tuple[EntryLineView, ...]


def payees(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[Payee]:
    """The members whom one can pay, by name."""
    root = root_of(session, community_id)
    require(session, actor, "member.see_list", root.id, at=at)
    rows = session.execute(
        select(Person.id, Person.handle, Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.community_id == root.id,
            Membership.ended_on.is_(None),
            Person.id != actor.person_id,
        )
        .order_by(func.lower(Person.name), Person.id)
        .limit(PAYEES_MAX)
    )
    return [Payee(person_id=person_id, handle=handle, name=name) for person_id, handle, name in rows]


def payee(session: Session, actor: Actor, community_id: Id, handle: str, *, at: datetime) -> Payee | None:
    """The member of that handle, or of that name where only one has it."""
    root = root_of(session, community_id)
    require(session, actor, "member.see_list", root.id, at=at)
    typed = " ".join(handle.split()).lstrip("@")[:120]
    rows = session.execute(
        select(Person.id, Person.handle, Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.community_id == root.id,
            Membership.ended_on.is_(None),
            or_(Person.handle == typed.lower(), func.lower(Person.name) == typed.lower()),
        )
        .limit(2)
    ).all()
    exact = [row for row in rows if row.handle == typed.lower()] or rows
    if len(exact) != 1:
        return None
    return Payee(person_id=exact[0].id, handle=exact[0].handle, name=exact[0].name)


def payment_asks(
    session: Session, actor: Actor, community_id: Id, *, limit: int = 50, at: datetime
) -> list[PaymentAskView]:
    """The actor's open payment asks in a community, made and received, newest first."""
    root = root_of(session, community_id)
    require(session, actor, "community.see", root.id, at=at)
    question = asks_question().where(
        PaymentAsk.community_id == root.id,
        or_(PaymentAsk.asker_id == actor.person_id, PaymentAsk.payer_id == actor.person_id),
        *open_asks(at),
    )
    rows = session.execute(question.order_by(PaymentAsk.id.desc()).limit(limit))
    return [ask_view(row, actor, at) for row in rows]


def payment_ask(session: Session, actor: Actor, ask_id: Id, *, at: datetime) -> PaymentAskView:
    """One payment ask, for its two sides."""
    found = payment_ask_to_see(session, actor, ask_id, at=at)
    return ask_view(session.execute(asks_question().where(PaymentAsk.id == found.id)).one(), actor, at)


def entry(session: Session, actor: Actor, entry_id: Id, *, at: datetime) -> EntryView:
    """One entry, for those whose accounts it touches and for who may read the book."""
    found = entry_to_see(session, actor, entry_id, at=at)
    slug, community_id = session.execute(
        select(Community.slug, Community.id)
        .join(Book, Book.community_id == Community.id)
        .where(Book.id == found.book_id)
    ).one()
    return EntryView(
        id=found.id,
        community_id=community_id,
        community_slug=slug,
        no=found.no,
        kind=found.kind,
        state=found.state,
        effective_on=found.effective_on,
        recorded_at=found.recorded_at,
        posted_at=found.posted_at,
        expires_at=found.expires_at,
        words=session.scalar(select(Memo.text).where(Memo.id == found.memo_id)),
        source=found.source_ref,
        reverses=found.reverses,
        reversed_by=session.scalar(select(Entry.id).where(Entry.reverses == found.id)),
        lines=tuple(
            EntryLineView(
                account_id=row.id,
                code=row.code,
                name=row.person or row.name or row.code,
                handle=row.handle,
                unit=row.unit,
                exponent=row.exponent,
                amount=row.sign * row.amount,
                mine=row.person_id is not None and row.person_id == actor.person_id,
            )
            for row in _entry_lines(session, found.id, community_id)
        ),
    )


def _entry_lines(session: Session, entry_id: Id, community_id: Id) -> Any:
    return session.execute(
        select(
            Account.id,
            Account.code,
            Account.name,
            Account.sign,
            Person.id.label("person_id"),
            Person.name.label("person"),
            Person.handle,
            EntryLine.unit,
            EntryLine.amount,
            Unit.exponent,
        )
        .join(Account, Account.id == EntryLine.account_id)
        .join(
            Unit,
            and_(
                Unit.code == Account.unit,
                Unit.community_id.is_(None) | (Unit.community_id == community_id),
            ),
        )
        .outerjoin(AccountOwner, AccountOwner.account_id == Account.id)
        .outerjoin(
            Person, and_(Person.id == AccountOwner.owner_id, AccountOwner.owner_kind == OwnerKind.PERSON)
        )
        .where(EntryLine.entry_id == entry_id)
        .order_by(EntryLine.n)
        .limit(200)
    )


def may_undo(session: Session, actor: Actor, entry_id: Id, *, at: datetime) -> bool:
    """Whether the actor may undo an entry, or would after confirming that it is them."""
    view = entry(session, actor, entry_id, at=at)
    if view.state is not EntryState.POSTED or view.reverses or view.reversed_by:
        return False
    mine = actor.person_id if any(line.mine for line in view.lines) else None
    said = may(session, actor, KEEP, view.community_id, concerning=mine, at=at)
    return bool(said) or said.rule == Rule.CONFIRM


def newest_check(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> LedgerCheck | None:
    """What the newest recount of a community's book found, for who may read it."""
    root = root_of(session, community_id)
    require(session, actor, SEE, root.id, at=at)
    book = commons_book(session, root.id)
    return session.get(LedgerCheck, book.id) if book else None


def open_asks(at: datetime) -> tuple[Any, ...]:
    """Asks that can still be answered."""
    return (
        PaymentAsk.answered_at.is_(None),
        PaymentAsk.withdrawn_at.is_(None),
        PaymentAsk.lapsed_at.is_(None),
        PaymentAsk.expires_at > at,
    )


def asks_question() -> Any:
    """Asks with the names of both sides; whoever calls says which."""
    asker, payer = aliased(Person), aliased(Person)
    return (
        select(
            PaymentAsk,
            Community.slug,
            asker.name.label("asker"),
            asker.handle.label("asker_handle"),
            payer.name.label("payer"),
            payer.handle.label("payer_handle"),
            Unit.exponent,
        )
        .join(Community, Community.id == PaymentAsk.community_id)
        .join(asker, asker.id == PaymentAsk.asker_id)
        .join(payer, payer.id == PaymentAsk.payer_id)
        .join(
            Unit,
            and_(
                Unit.code == PaymentAsk.unit,
                Unit.community_id.is_(None) | (Unit.community_id == PaymentAsk.community_id),
            ),
        )
    )


def ask_view(row: Any, actor: Actor, at: datetime) -> PaymentAskView:
    ask: PaymentAsk = row.PaymentAsk
    if ask.answered_at is not None:
        state = AskState.ACCEPTED if ask.accepted else AskState.REFUSED
    elif ask.withdrawn_at is not None:
        state = AskState.WITHDRAWN
    else:
        state = AskState.EXPIRED if ask.lapsed_at or ask.expires_at <= at else AskState.ASKED
    return PaymentAskView(
        id=ask.id,
        community_id=ask.community_id,
        community_slug=row.slug,
        mine=ask.asker_id == actor.person_id,
        asker=row.asker,
        asker_handle=row.asker_handle,
        payer=row.payer,
        payer_handle=row.payer_handle,
        unit=ask.unit,
        exponent=row.exponent,
        amount=ask.amount,
        words=ask.words,
        state=state,
        asked_at=ask.asked_at,
        expires_at=ask.expires_at,
    )
