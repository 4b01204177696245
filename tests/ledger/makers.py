"""Makers for tests of the ledger: hours that move between neighbours."""

from datetime import date
from typing import Any

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id, new_id
from minga.ledger import commands
from minga.ledger.access import account_of, account_row, commons_book
from minga.ledger.models import Book, Entry
from minga.ledger.rules import Draft, EntryKind, Line, Transfer
from tests.village import Village

DAY = date(2026, 11, 16)


def given(village: Village, payer: str, payee: str, amount: int, **more: Any) -> Transfer:
    """A transfer in Valley, in minutes unless it is said otherwise."""
    wish: dict[str, Any] = {"id": new_id(), "community_id": village.valley, "unit": "TIME", **more}
    return Transfer(payer_id=village.people[payer], payee_id=village.people[payee], amount=amount, **wish)


def pay(village: Village, payer: str, payee: str, amount: int, **more: Any) -> Id:
    """Give so many minutes, in a unit of its own; answers the entry's id."""
    with village.database.write() as session:
        wish = given(village, payer, payee, amount, **more)
        return commands.transfer(session, village.actor(payer), wish, at=village.clock()).id


def stands(session: Session, village: Village, name: str, unit: str = "TIME") -> int:
    """What stands in a neighbour's account, natural."""
    book = commons_book(session, village.valley)
    account = account_of(session, book.id, village.people[name], unit) if book else None
    return account_row(session, account.id).natural if account else 0


def account_id(session: Session, village: Village, name: str, unit: str = "TIME") -> Id:
    """A neighbour's account, opened when there is none."""
    actor = Actor.machine()
    book = commands.commons(session, actor, village.valley, at=village.clock())
    return commands.member_account(session, actor, book, village.people[name], unit, at=village.clock()).id


def drafted(session: Session, village: Village, debit: Id, credit: Id, amount: int, **more: Any) -> Draft:
    """A draft of two lines."""
    book = commands.commons(session, Actor.machine(), village.valley, at=village.clock())
    unit = more.pop("unit", "TIME")
    fields: dict[str, Any] = {"id": new_id(), "kind": EntryKind.TRANSFER, "effective_on": DAY, **more}
    return Draft(book_id=book.id, lines=(Line(debit, unit, amount), Line(credit, unit, -amount)), **fields)


def valley_book(session: Session, village: Village) -> Book:
    book = commons_book(session, village.valley)
    assert book is not None
    return book


def entry(session: Session, entry_id: Id) -> Entry:
    return session.get_one(Entry, entry_id, populate_existing=True)
