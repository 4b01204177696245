"""The first entries of a book whose community came from another one: what each account stood at there."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from minga.identity import Actor
from minga.identity.commands import require_operator
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.ledger.access import commons_book
from minga.ledger.commands.accounts import commons_account
from minga.ledger.commands.entries import open_day, post
from minga.ledger.models import Account
from minga.ledger.rules.drafts import Draft, Line
from minga.ledger.rules.kinds import EntryKind
from minga.ledger.rules.payments import part_id


def open_with(
    session: Session, actor: Actor, community_id: Id, balances: Mapping[Id, int], *, at: datetime
) -> int:
    """One opening entry a unit; what those who stayed had is taken from the commons. Answers how many entries."""
    require_operator(actor)
    book = commons_book(session, community_id)
    if book is None or not balances:
        return 0
    by_unit = defaultdict[str, list[Line]](list)
    accounts = select(Account.id, Account.unit).where(
        Account.id.in_(list(balances)), Account.book_id == book.id
    )
    for row in session.execute(accounts.order_by(Account.id)):
        by_unit[row.unit].append(Line(row.id, row.unit, balances[row.id]))
    machine = Actor.machine()
    for unit, lines in sorted(by_unit.items()):
        ours = commons_account(session, machine, book, unit, at=at)
        rest = -sum(line.amount for line in lines if line.account_id != ours.id)
        whole = [line for line in lines if line.account_id != ours.id]
        if rest:
            whole.append(Line(ours.id, unit, rest))
        draft = Draft(
            id=part_id(book.id, f"opening {unit}"),
            book_id=book.id,
            kind=EntryKind.OPENING,
            effective_on=open_day(session, book, at=at),
            lines=tuple(whole),
        )
        post(session, machine, draft, at=at)
    return len(by_unit)
