"""A book as a journal of plain text accounting, for hledger and beancount, which can check it without us.

Accounts carry their codes, not their owners, and words stay here: a journal is pseudonymous.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import case, func, select

from minga.communities.access import require
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id
from minga.ledger.access import commons_book, root_of
from minga.ledger.access.rows import SEE
from minga.ledger.models import Account, Book, Entry, EntryLine, Period, Unit
from minga.ledger.queries import sealed
from minga.ledger.rules.kinds import AccountType, EntryState, Purpose
from minga.ledger.rules.seals import uuid_text

ROOTS = {
    AccountType.ASSET: "Assets",
    AccountType.LIABILITY: "Liabilities",
    AccountType.EQUITY: "Equity",
    AccountType.INCOME: "Income",
    AccountType.EXPENSE: "Expenses",
}
FOLDERS = {Purpose.MEMBER: "Members:", Purpose.COMMONS: "Commons:", Purpose.GENERAL: ""}


class Format(StrEnum):
    """Programs that read a journal."""

    HLEDGER = "hledger"
    BEANCOUNT = "beancount"


@dataclass(frozen=True)
class _Account:
    name: str
    unit: str
    opened_on: date


def commodity(unit: str) -> str:
    """A unit as both programs can name it; one that begins with a digit gets a letter before it.

    >>> commodity("TIME"), commodity("2ND")
    ('TIME', 'U2ND')
    """
    return unit if unit[0].isalpha() else f"U{unit}"


def account_name(type_: AccountType, purpose: Purpose, code: str) -> str:
    """An account as both programs can name it: letters, digits and hyphens, beginning with a capital or a digit.

    >>> account_name(AccountType.LIABILITY, Purpose.MEMBER, "M0042-TIME")
    'Liabilities:Members:M0042-TIME'
    >>> account_name(AccountType.ASSET, Purpose.GENERAL, "bank: caja 1")
    'Assets:Bank-caja-1'
    """
    plain = re.sub(r"[^A-Za-z0-9]+", "-", code).strip("-") or "Account"
    return f"{ROOTS[type_]}:{FOLDERS[purpose]}{plain[0].upper()}{plain[1:]}"


def amount_text(amount: int, exponent: int) -> str:
    """An amount with the unit's decimal places.

    >>> amount_text(-1205, 2), amount_text(90, 0), amount_text(-5, 3)
    ('-12.05', '90', '-0.005')
    """
    if exponent == 0:
        return str(amount)
    whole, part = divmod(abs(amount), 10**exponent)
    return f"{'-' if amount < 0 else ''}{whole}.{part:0{exponent}}"


def journal(
    session: Session, actor: Actor, community_id: Id, format_: Format, *, at: datetime
) -> Iterator[str]:
    """The lines of a community's journal, for whoever may read all of its book."""
    root = root_of(session, community_id)
    if not actor.operator or actor.signed_in:
        require(session, actor, SEE, root.id, at=at)
    book = commons_book(session, root.id)
    if book is None:
        raise NotFound()
    return journal_of(session, book, format_, at=at)


def journal_of(session: Session, book: Book, format_: Format, *, at: datetime) -> Iterator[str]:
    """The lines of a book's journal, in constant memory; asks nobody's rights."""
    accounts, exponents = _accounts(session, book), _exponents(session, book)
    head = sealed.head(session, book.id)
    yield f"; book {uuid_text(book.id)}, written {at.isoformat()}"
    yield f"; seal {head.n}: {head.hash}, up to no. {head.to_no}" if head else "; no seal yet"
    for unit in sorted({one.unit for one in accounts.values()}):
        if format_ is Format.BEANCOUNT:
            yield f"1970-01-01 commodity {commodity(unit)}"
        else:
            mark = "" if exponents.get(unit) else "."
            yield f"commodity {_hledger(1000 * 10 ** exponents.get(unit, 0), unit, exponents, mark)}"
    first = session.scalar(select(func.min(Entry.effective_on)).where(Entry.book_id == book.id))
    for one in accounts.values():
        opened = min(one.opened_on, first) if first else one.opened_on
        yield (
            f"{opened} open {one.name} {commodity(one.unit)}"
            if format_ is Format.BEANCOUNT
            else f"account {one.name}"
        )
    yield from _transactions(session, book, format_, accounts, exponents)
    yield from _assertions(session, book, format_, accounts, exponents)


def _accounts(session: Session, book: Book) -> dict[Id, _Account]:
    found: dict[Id, _Account] = {}
    taken: set[str] = set()
    for one in session.scalars(select(Account).where(Account.book_id == book.id).order_by(Account.code)):
        name = account_name(one.type, one.purpose, one.code)
        if name in taken:
            name = f"{name}-{one.id[-8:]}"
        taken.add(name)
        found[one.id] = _Account(name, one.unit, one.opened_on)
    return found


def _exponents(session: Session, book: Book) -> dict[str, int]:
    rows = session.execute(
        select(Unit.code, Unit.exponent).where(
            Unit.community_id.is_(None) | (Unit.community_id == book.community_id)
        )
    )
    return {row.code: row.exponent for row in rows}


def _transactions(
    session: Session, book: Book, format_: Format, accounts: dict[Id, _Account], exponents: dict[str, int]
) -> Iterator[str]:
    for row in _posted_lines(session, book):
        if row.n == 1:
            yield ""
            number = row.no if row.no is not None else "unsealed"
            if format_ is Format.BEANCOUNT:
                yield f'{row.effective_on} * "{row.kind.value}"'
                yield f'  no: "{number}"'
                yield f'  id: "{uuid_text(row.id)}"'
            else:
                yield f"{row.effective_on} * ({number}) {row.kind.value}  ; id: {uuid_text(row.id)}"
        yield f"    {accounts[row.account_id].name}    {_amount(format_, row.amount, row.unit, exponents)}"


def _posted_lines(session: Session, book: Book) -> Iterator[Any]:
    """All lines of posted entries by day and number, a month at a time."""
    posted = (Entry.book_id == book.id, Entry.state == EntryState.POSTED)
    first, last = session.execute(
        select(func.min(Entry.effective_on), func.max(Entry.effective_on)).where(*posted)
    ).one()
    while first is not None and first <= last:
        until = first + timedelta(days=30)
        yield from session.execute(
            select(
                Entry.id,
                Entry.no,
                Entry.kind,
                Entry.effective_on,
                EntryLine.n,
                EntryLine.account_id,
                EntryLine.unit,
                EntryLine.amount,
            )
            .join(EntryLine, EntryLine.entry_id == Entry.id)
            .where(*posted, Entry.effective_on.between(first, until))
            .order_by(
                Entry.effective_on,
                case((Entry.no.is_(None), 1), else_=0),
                Entry.no,
                Entry.posted_at,
                Entry.id,
                EntryLine.n,
            )
        )
        first = until + timedelta(days=1)


def _assertions(
    session: Session, book: Book, format_: Format, accounts: dict[Id, _Account], exponents: dict[str, int]
) -> Iterator[str]:
    """What stands in every account at the end of every period; the other program counts it again."""
    sums: dict[Id, int] = {}
    for period in session.scalars(select(Period).where(Period.book_id == book.id).order_by(Period.from_on)):
        within = (
            Entry.book_id == book.id,
            Entry.state == EntryState.POSTED,
            Entry.effective_on.between(period.from_on, period.to_on),
        )
        for account_id, total in session.execute(
            select(EntryLine.account_id, func.sum(EntryLine.amount))
            .join(Entry, Entry.id == EntryLine.entry_id)
            .where(*within)
            .group_by(EntryLine.account_id)
        ):
            sums[account_id] = sums.get(account_id, 0) + int(total)
        yield ""
        if format_ is Format.HLEDGER and sums:
            yield f"{period.to_on} * balances"
        for account_id in sorted(sums, key=lambda one: accounts[one].name):
            account = accounts[account_id]
            stands = _amount(format_, sums[account_id], account.unit, exponents)
            if format_ is Format.BEANCOUNT:
                yield f"{period.to_on + timedelta(days=1)} balance {account.name} {stands}"
            else:
                nothing = _amount(format_, 0, account.unit, exponents)
                yield f"    {account.name}    {nothing} = {stands}"


def _amount(format_: Format, amount: int, unit: str, exponents: dict[str, int]) -> str:
    if format_ is Format.HLEDGER:
        return _hledger(amount, unit, exponents)
    return f"{amount_text(amount, exponents.get(unit, 0))} {commodity(unit)}"


def _hledger(amount: int, unit: str, exponents: dict[str, int], mark: str = "") -> str:
    """hledger wants quotes round a commodity with digits, and a decimal mark in its declaration."""
    name = commodity(unit)
    said = name if name.isalpha() else f'"{name}"'
    return f"{amount_text(amount, exponents.get(unit, 0))}{mark} {said}"
