"""Statements: what stood in an account, what moved, what stands; opening and lines add up to the closing."""

from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import aliased

from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of
from minga.ledger.access import AccountRow, account_to_see
from minga.ledger.models import Account, AccountOwner, Entry, EntryLine, Memo
from minga.ledger.rules.kinds import EntryKind, EntryState, OwnerKind

LINES_MAX = 10_000


class StatementLine(msgspec.Struct, frozen=True, kw_only=True):
    """One movement of an account, natural: with whom, why, and what stood afterwards."""

    entry_id: Id
    n: int
    no: int | None
    kind: EntryKind
    effective_on: date
    posted_at: datetime
    amount: int
    after: int
    words: str | None
    source: str | None
    reverses: Id | None
    reversed: bool
    other: str | None
    other_handle: str | None


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """An account from a day to a day."""

    account_id: Id
    unit: str
    from_on: date | None
    until_on: date | None
    opening: int
    closing: int
    given: int
    received: int
    lines: tuple[StatementLine, ...]


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """What was given and received in a month."""

    month: str
    given: int
    received: int


def statement(
    session: Session,
    actor: Actor,
    account_id: Id,
    *,
    from_on: date | None = None,
    until_on: date | None = None,
    at: datetime,
) -> Statement:
    """All lines of a span of days, oldest first; opening + lines = closing, or it is our fault."""
    row = account_to_see(session, actor, account_id, at=at)
    opening = _sum(session, row, (Entry.effective_on < from_on,)) if from_on else 0
    span = [Entry.effective_on >= from_on] if from_on else []
    span += [Entry.effective_on <= until_on] if until_on else []
    closing = _sum(session, row, (Entry.effective_on <= until_on,) if until_on else ())
    rows = session.execute(
        _lines(row).where(*span).order_by(Entry.effective_on, Entry.id, EntryLine.n).limit(LINES_MAX + 1)
    ).all()
    lines, stands = [], opening
    for one in rows[:LINES_MAX]:
        stands += one.amount
        lines.append(_line(one, stands))
    if len(rows) <= LINES_MAX and stands != closing:
        raise AssertionError(
            f"account {row.account.id}: {opening} and its lines make {stands}, not {closing}"
        )
    return Statement(
        account_id=row.account.id,
        unit=row.account.unit,
        from_on=from_on,
        until_on=until_on,
        opening=opening,
        closing=closing if len(rows) <= LINES_MAX else stands,
        given=-sum(one.amount for one in lines if one.amount < 0),
        received=sum(one.amount for one in lines if one.amount > 0),
        lines=tuple(lines),
    )


def movements(
    session: Session,
    actor: Actor,
    account_id: Id,
    *,
    from_on: date | None = None,
    until_on: date | None = None,
    after: str | None = None,
    limit: int | None = None,
    at: datetime,
) -> Page[StatementLine]:
    """The lines of an account, newest first, a page at a time."""
    row = account_to_see(session, actor, account_id, at=at)
    most = limit_of(limit)
    question = _lines(row).order_by(Entry.effective_on.desc(), Entry.id.desc(), EntryLine.n.desc())
    if from_on:
        question = question.where(Entry.effective_on >= from_on)
    if until_on:
        question = question.where(Entry.effective_on <= until_on)
    if after:
        cursor = Cursor.decode(after, date, str, int)
        question = question.where(
            beyond((Entry.effective_on, Entry.id, EntryLine.n), cursor, descending=True)
        )
    found = session.execute(question.limit(most + 1)).all()
    stands = row.natural
    if found:
        first = found[0]
        newer = _sum(
            session,
            row,
            (
                or_(
                    Entry.effective_on > first.effective_on,
                    and_(Entry.effective_on == first.effective_on, Entry.id > first.entry_id),
                    and_(Entry.id == first.entry_id, EntryLine.n > first.n),
                ),
            ),
        )
        stands -= newer
    lines = []
    for one in found:
        lines.append(_line(one, stands))
        stands -= one.amount
    return page_of(lines, most, lambda one: (one.effective_on, one.entry_id, one.n))


def months(session: Session, actor: Actor, account_id: Id, *, limit: int = 24, at: datetime) -> list[Month]:
    """What was given and received, by month, newest first."""
    row = account_to_see(session, actor, account_id, at=at)
    found: dict[str, list[int]] = {}
    rows = session.execute(
        select(
            Entry.effective_on,
            func.sum(case((EntryLine.amount > 0, EntryLine.amount), else_=0)),
            func.sum(case((EntryLine.amount < 0, -EntryLine.amount), else_=0)),
        )
        .join(Entry, Entry.id == EntryLine.entry_id)
        .where(EntryLine.account_id == row.account.id, Entry.state == EntryState.POSTED)
        .group_by(Entry.effective_on)
        .order_by(Entry.effective_on.desc())
    )
    for day, debits, credits_ in rows:
        given, received = (debits, credits_) if row.account.sign < 0 else (credits_, debits)
        sums = found.setdefault(f"{day:%Y-%m}", [0, 0])
        if len(found) > limit:
            found.popitem()
            break
        sums[0] += int(given)
        sums[1] += int(received)
    return [Month(month=month, given=given, received=received) for month, (given, received) in found.items()]


def _sum(session: Session, row: AccountRow, conditions: tuple[Any, ...]) -> int:
    total = session.scalar(
        select(func.sum(EntryLine.amount))
        .join(Entry, Entry.id == EntryLine.entry_id)
        .where(EntryLine.account_id == row.account.id, Entry.state == EntryState.POSTED, *conditions)
    )
    return row.account.sign * int(total or 0)


def _lines(row: AccountRow) -> Any:
    """The lines of one account with the member at the other end, when there is exactly one."""
    other, owner, back = aliased(EntryLine), aliased(AccountOwner), aliased(Entry)
    others = and_(other.entry_id == Entry.id, other.account_id != row.account.id)
    alone = select(func.count()).select_from(other).where(others).correlate(Entry).scalar_subquery()
    who = (
        select(owner.owner_id)
        .join(other, other.account_id == owner.account_id)
        .where(others, owner.owner_kind == OwnerKind.PERSON, alone == 1)
        .correlate(Entry)
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(
            Entry.id.label("entry_id"),
            EntryLine.n,
            Entry.no,
            Entry.kind,
            Entry.effective_on,
            Entry.posted_at,
            (Account.sign * EntryLine.amount).label("amount"),
            Memo.text.label("words"),
            Entry.source_ref,
            Entry.reverses,
            back.id.label("reversed_by"),
            Person.name.label("other"),
            Person.handle.label("other_handle"),
        )
        .select_from(EntryLine)
        .join(Entry, Entry.id == EntryLine.entry_id)
        .join(Account, Account.id == EntryLine.account_id)
        .outerjoin(Memo, Memo.id == Entry.memo_id)
        .outerjoin(back, back.reverses == Entry.id)
        .outerjoin(Person, Person.id == who)
        .where(EntryLine.account_id == row.account.id, Entry.state == EntryState.POSTED)
    )


def _line(one: Any, after: int) -> StatementLine:
    return StatementLine(
        entry_id=one.entry_id,
        n=one.n,
        no=one.no,
        kind=one.kind,
        effective_on=one.effective_on,
        posted_at=one.posted_at,
        amount=one.amount,
        after=after,
        words=one.words,
        source=one.source_ref,
        reverses=one.reverses,
        reversed=one.reversed_by is not None,
        other=one.other,
        other_handle=one.other_handle,
    )
