"""Accounts in lists: one's own, and all of a book for who keeps it."""

from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import aliased

from minga.communities.access import may, require
from minga.communities.rules.decisions import Rule
from minga.communities.rules.time import today
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of
from minga.ledger.access import account_to_see, root_of
from minga.ledger.access.rows import SEE, SET_LIMIT
from minga.ledger.models import (
    Account,
    AccountOwner,
    Balance,
    Book,
    Entry,
    EntryLine,
    LimitChange,
    Period,
    Unit,
)
from minga.ledger.queries import sealed
from minga.ledger.queries.balances import shows_balances
from minga.ledger.rules import TIME
from minga.ledger.rules.kinds import AccountType, EntryState, LimitKind, OwnerKind, Purpose

SHOWN_MAX = 500


class AccountLine(msgspec.Struct, frozen=True, kw_only=True):
    """An account and what stands in it, natural; `name` and `handle` are its owner's."""

    id: Id
    book_id: Id
    community_id: Id
    code: str
    type: AccountType
    purpose: Purpose
    unit: str
    exponent: int
    name: str
    handle: str | None
    amount: int
    held_out: int
    held_in: int
    floor: int | None
    ceiling: int | None
    follows: bool
    may_spend: bool
    may_receive: bool
    closed_on: date | None
    lines: int

    @property
    def available(self) -> int | None:
        """How much may still be spent; None without a limit."""
        return None if self.floor is None else self.amount - self.held_out - self.floor

    def is_near(self, percent: int) -> bool:
        """Whether it is close to its lower limit: that share of the way from zero is used."""
        if self.floor is None or self.floor >= 0:
            return False
        return (self.amount - self.held_out) * 100 <= self.floor * percent


class LimitLine(msgspec.Struct, frozen=True, kw_only=True):
    """One change of a limit: what, before and after, why, and by whom (nobody: the community's rules)."""

    what: LimitKind
    before: int | None
    after: int | None
    reason: str
    by: str | None
    at: datetime


def own_accounts(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[AccountLine]:
    """The actor's accounts in a community, one for each unit that they have used."""
    root = root_of(session, community_id)
    require(session, actor, "community.see", root.id, at=at)
    question = _accounts().where(
        Book.community_id == root.id,
        AccountOwner.owner_kind == OwnerKind.PERSON,
        AccountOwner.owner_id == actor.person_id,
    )
    return [_line(row) for row in session.execute(question.order_by(Account.unit))]


def accounts(
    session: Session,
    actor: Actor,
    community_id: Id,
    *,
    after: str | None = None,
    limit: int | None = None,
    at: datetime,
) -> Page[AccountLine]:
    """All accounts of a community's book, for who may read it."""
    root = root_of(session, community_id)
    if not actor.operator or actor.signed_in:
        require(session, actor, SEE, root.id, at=at)
    most = limit_of(limit)
    question = _accounts().where(Book.community_id == root.id)
    if after:
        question = question.where(beyond((Account.code, Account.id), Cursor.decode(after, str, str)))
    rows = session.execute(question.order_by(Account.code, Account.id).limit(most + 1)).all()
    return page_of([_line(row) for row in rows], most, lambda one: (one.code, one.id))


def shown_balances(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[AccountLine]:
    """Members' balances of hours, where the community shows them to those who see it; nothing elsewhere."""
    root = root_of(session, community_id)
    require(session, actor, "community.see", root.id, at=at)
    if not shows_balances(session, root.id, at=at):
        return []
    question = _accounts().where(
        Book.community_id == root.id,
        Account.purpose == Purpose.MEMBER,
        Account.unit == TIME,
        Account.closed_on.is_(None),
    )
    rows = session.execute(question.order_by(func.lower(Person.name), Account.id).limit(SHOWN_MAX))
    return [_line(row) for row in rows]


def account(session: Session, actor: Actor, account_id: Id, *, at: datetime) -> AccountLine:
    """One account, for its owner and for who may read its book."""
    found = account_to_see(session, actor, account_id, at=at)
    return _line(session.execute(_accounts().where(Account.id == found.account.id)).one())


def owner_of(session: Session, account_id: Id) -> Id | None:
    """The person whose account it is; asks nobody's rights."""
    return session.scalar(
        select(AccountOwner.owner_id).where(
            AccountOwner.account_id == account_id, AccountOwner.owner_kind == OwnerKind.PERSON
        )
    )


def limit_changes(session: Session, actor: Actor, account_id: Id, *, at: datetime) -> list[LimitLine]:
    """The newest changes of an account's limits."""
    found = account_to_see(session, actor, account_id, at=at)
    rows = session.execute(
        select(
            LimitChange.what,
            LimitChange.before,
            LimitChange.after,
            LimitChange.reason,
            Person.name,
            LimitChange.at,
        )
        .outerjoin(Person, Person.id == LimitChange.by_id)
        .where(LimitChange.account_id == found.account.id)
        .order_by(LimitChange.id.desc())
        .limit(20)
    )
    return [
        LimitLine(what=what, before=before, after=after, reason=reason, by=by, at=when)
        for what, before, after, reason, by, when in rows
    ]


def keeps_books(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> bool:
    """Whether the actor may read all accounts of a community."""
    return bool(may(session, actor, SEE, root_of(session, community_id).id, at=at))


def may_set_limits(session: Session, actor: Actor, account_id: Id, *, at: datetime) -> bool:
    """Whether the actor may change the limits of an account, or would after confirming that it is them."""
    found = account_to_see(session, actor, account_id, at=at)
    owner = found.owner_id if found.owner_kind is OwnerKind.PERSON else None
    said = may(session, actor, SET_LIMIT, found.book.community_id, concerning=owner, at=at)
    return bool(said) or said.rule == Rule.CONFIRM


class UnitSum(msgspec.Struct, frozen=True, kw_only=True):
    """All members' accounts of a unit together: debts, savings, and what is set aside."""

    unit: str
    exponent: int
    accounts: int
    owed: int
    saved: int
    held: int


def unit_sums(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[UnitSum]:
    """What members owe and have together, by unit, for who may read the book."""
    root = root_of(session, community_id)
    require(session, actor, SEE, root.id, at=at)
    stands = Account.sign * Balance.posted
    rows = session.execute(
        select(
            Account.unit,
            func.count(),
            func.sum(case((stands < 0, stands), else_=0)),
            func.sum(case((stands > 0, stands), else_=0)),
            func.sum(Balance.held_out),
            func.max(Unit.exponent),
        )
        .join(Book, Book.id == Account.book_id)
        .join(Balance, Balance.account_id == Account.id)
        .join(Unit, _unit_of_account())
        .where(Book.community_id == root.id, Account.purpose == Purpose.MEMBER)
        .group_by(Account.unit)
        .order_by(Account.unit)
    )
    return [
        UnitSum(
            unit=unit,
            exponent=exponent,
            accounts=count,
            owed=int(owed or 0),
            saved=int(saved or 0),
            held=int(held or 0),
        )
        for unit, count, owed, saved, held, exponent in rows
    ]


def given_received(session: Session, actor: Actor, account_id: Id, *, at: datetime) -> tuple[int, int]:
    """How many times an account gave and received, what was undone left out."""
    found = account_to_see(session, actor, account_id, at=at)
    undone = aliased(Entry)
    natural = found.account.sign * EntryLine.amount
    row = session.execute(
        select(
            func.sum(case((natural < 0, 1), else_=0)),
            func.sum(case((natural > 0, 1), else_=0)),
        )
        .join(Entry, Entry.id == EntryLine.entry_id)
        .outerjoin(undone, undone.reverses == Entry.id)
        .where(
            EntryLine.account_id == found.account.id,
            Entry.state == EntryState.POSTED,
            Entry.reverses.is_(None),
            undone.id.is_(None),
        )
    ).one()
    return int(row[0] or 0), int(row[1] or 0)


class PeriodLine(msgspec.Struct, frozen=True, kw_only=True):
    """A period of a book; `over`: it could be closed, when all before it are."""

    id: Id
    from_on: date
    to_on: date
    closed_on: date | None
    over: bool


def periods(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[PeriodLine]:
    """The periods of a community's book, newest first, for who may read it."""
    root = root_of(session, community_id)
    require(session, actor, SEE, root.id, at=at)
    rows = session.scalars(
        select(Period)
        .join(Book, Book.id == Period.book_id)
        .where(Book.community_id == root.id)
        .order_by(Period.from_on)
        .limit(100)
    ).all()
    day, before_closed, found = today(at, root.zone), True, []
    for row in rows:
        found.append(
            PeriodLine(
                id=row.id,
                from_on=row.from_on,
                to_on=row.to_on,
                closed_on=row.closed_at.date() if row.closed_at else None,
                over=row.closed_at is None and before_closed and row.to_on < day,
            )
        )
        before_closed = before_closed and row.closed_at is not None
    return found[::-1]


class SealHead(msgspec.Struct, frozen=True, kw_only=True):
    """The newest seal of a book."""

    n: int
    to_no: int
    hash: str
    at: datetime


def seal_head(session: Session, actor: Actor, account_id: Id, *, at: datetime) -> SealHead | None:
    """The newest seal of the book that an account belongs to."""
    found = account_to_see(session, actor, account_id, at=at)
    head = sealed.head(session, found.book.id)
    return SealHead(n=head.n, to_no=head.to_no, hash=head.hash, at=head.at) if head else None


def _accounts() -> Any:
    return (
        select(
            Account.id,
            Account.book_id,
            Book.community_id,
            Account.code,
            Account.type,
            Account.purpose,
            Account.unit,
            Unit.exponent,
            Account.name,
            Person.name.label("person"),
            Person.handle,
            Account.sign,
            Balance.posted,
            Balance.held_out,
            Balance.held_in,
            Account.min_balance,
            Account.max_balance,
            Account.follows,
            Account.may_spend,
            Account.may_receive,
            Account.closed_on,
            Balance.lines,
        )
        .join(Book, Book.id == Account.book_id)
        .join(Balance, Balance.account_id == Account.id)
        .join(
            Unit,
            _unit_of_account(),
        )
        .outerjoin(AccountOwner, AccountOwner.account_id == Account.id)
        .outerjoin(
            Person, and_(Person.id == AccountOwner.owner_id, AccountOwner.owner_kind == OwnerKind.PERSON)
        )
    )


def _unit_of_account() -> Any:
    return and_(
        Unit.code == Account.unit,
        Unit.community_id.is_(None) | (Unit.community_id == Book.community_id),
    )


def _line(row: Any) -> AccountLine:
    return AccountLine(
        id=row.id,
        book_id=row.book_id,
        community_id=row.community_id,
        code=row.code,
        type=row.type,
        purpose=row.purpose,
        unit=row.unit,
        exponent=row.exponent,
        name=row.person or row.name or row.code,
        handle=row.handle,
        amount=row.sign * row.posted,
        held_out=row.held_out,
        held_in=row.held_in,
        floor=row.min_balance,
        ceiling=row.max_balance,
        follows=row.follows,
        may_spend=row.may_spend,
        may_receive=row.may_receive,
        closed_on=row.closed_on,
        lines=row.lines,
    )
