"""When a kept person and an account of their own become one: what stands in the one's accounts goes to the other's."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.merging import Merge, merges
from minga.ledger.commands.entries import open_day, post
from minga.ledger.models import Account, AccountOwner, Balance, Book
from minga.ledger.rules.drafts import Draft, Line
from minga.ledger.rules.kinds import EntryKind, OwnerKind
from minga.ledger.rules.payments import part_id

HELD = N_("Something is still held on an account of theirs. It is settled or lapses first.")


def _merge(session: Session, merge: Merge, at: datetime) -> Mapping[str, Any]:
    """An account becomes the other's where they have none of the kind; else one entry carries over what stands in it."""
    rows = session.execute(
        select(AccountOwner, Balance.posted, Balance.held_out, Balance.held_in)
        .join(Balance, Balance.account_id == AccountOwner.account_id)
        .where(AccountOwner.owner_kind == OwnerKind.PERSON, AccountOwner.owner_id == merge.from_id)
        .order_by(AccountOwner.account_id)
    ).all()
    if any(row.held_out or row.held_in for row in rows):
        raise Conflict(HELD, code="held")
    turned, carried = [], []
    for owner, posted, _out, _in in rows:
        theirs = session.scalar(
            select(AccountOwner.account_id).where(
                AccountOwner.owner_kind == OwnerKind.PERSON,
                AccountOwner.owner_id == merge.into_id,
                AccountOwner.book_id == owner.book_id,
                AccountOwner.unit == owner.unit,
            )
        )
        if theirs is None:
            owner.owner_id = merge.into_id
            turned.append(owner.account_id)
        elif posted:
            _carry(session, f"merge {merge.id}", owner.account_id, theirs, posted, at)
            carried.append([owner.account_id, theirs, posted])
    session.flush()
    return {"turned": turned, "carried": carried}


def _part(session: Session, merge: Merge, noted: Mapping[str, Any], at: datetime) -> None:
    """Accounts go back, and as much as was carried over; what was given or got since stays with who did it."""
    for account_id in noted.get("turned", ()):
        owner = session.get(AccountOwner, account_id)
        if owner is not None and owner.owner_id == merge.into_id:
            owner.owner_id = merge.from_id
    for account_id, theirs, posted in noted.get("carried", ()):
        _carry(session, f"parting {merge.id}", theirs, account_id, posted, at)
    session.flush()


def _carry(session: Session, why: str, source: Id, target: Id, posted: int, at: datetime) -> None:
    account = session.get_one(Account, source)
    book = session.get_one(Book, account.book_id)
    draft = Draft(
        id=part_id(source, why),
        book_id=book.id,
        kind=EntryKind.ADJUSTMENT,
        effective_on=open_day(session, book, at=at),
        lines=(Line(source, account.unit, -posted), Line(target, account.unit, posted)),
    )
    post(session, Actor.machine(), draft, at=at)


merges("ledger", _merge, _part)
