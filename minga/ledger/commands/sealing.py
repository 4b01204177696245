"""The sealer: gives posted entries their numbers and puts them under seals; never the transaction that posts.

A seal is signed with the community's key. As long as no key log names one, it is derived from the node's secret.
"""

import base64
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select, update

from minga.communities.access import require
from minga.identity import Actor
from minga.kit.ciphers import ed25519
from minga.kit.db import Session
from minga.kit.dids import community_key as community_key
from minga.kit.ids import Id
from minga.kit.secrets import Secret
from minga.ledger.access import commons_book, root_of
from minga.ledger.access.rows import KEEP
from minga.ledger.models import IS_UNNUMBERED, Book, Entry, LedgerSeal
from minga.ledger.queries import sealed
from minga.ledger.rules import seals as rules

SEALED_AFTER = timedelta(minutes=5)
_ENTRY: Any = Entry.__table__
_NUMBER = update(_ENTRY).where(_ENTRY.c.id == bindparam("entry_id")).values(no=bindparam("number"))


def waiting_books(session: Session, *, at: datetime) -> list[Id]:
    """Books in which entries have waited five minutes for their seal, or a thousand wait."""
    waits = (
        select(Entry.book_id)
        .where(IS_UNNUMBERED)
        .group_by(Entry.book_id)
        .having((func.min(Entry.posted_at) <= at - SEALED_AFTER) | (func.count() >= rules.ENTRIES_MAX))
    )
    return list(session.scalars(waits))


def seal(
    session: Session, book_id: Id, key: "ed25519.Ed25519PrivateKey", *, at: datetime
) -> LedgerSeal | None:
    """Number up to a thousand posted entries in the order in which they were posted, and seal them.

    One sealer at a time works on a book. None when nothing waits.
    """
    session.execute(select(Book.id).where(Book.id == book_id).with_for_update(key_share=True))
    before = sealed.head(session, book_id)
    last = session.scalar(select(func.max(Entry.no)).where(Entry.book_id == book_id)) or 0
    waiting = session.scalars(
        select(Entry.id)
        .where(Entry.book_id == book_id, IS_UNNUMBERED)
        .order_by(Entry.posted_at, Entry.id)
        .limit(rules.ENTRIES_MAX)
    ).all()
    if waiting:
        numbers = [
            {"entry_id": entry_id, "number": no} for no, entry_id in enumerate(waiting, start=last + 1)
        ]
        session.connection().execute(_NUMBER, numbers)
    from_no = before.to_no + 1 if before else 1
    to_no = last + len(waiting)
    if to_no < from_no:
        return None
    return _signed(session, book_id, key, before, from_no, to_no, at)


def _signed(
    session: Session,
    book_id: Id,
    key: "ed25519.Ed25519PrivateKey",
    before: LedgerSeal | None,
    from_no: int,
    to_no: int,
    at: datetime,
) -> LedgerSeal:
    entries = sealed.numbered(session, book_id, from_no, to_no)
    made = LedgerSeal(
        book_id=book_id,
        n=before.n + 1 if before else 1,
        from_no=from_no,
        to_no=to_no,
        prev=before.hash if before else None,
        root=rules.merkle_root([rules.entry_digest(one) for one in entries]).hex(),
        at=max(at, before.at) if before else at,
        by=rules.did_key(key.public_key().public_bytes_raw()),
        key_no=0,
    )
    plain = sealed.plain(made)
    made.hash = rules.seal_hash(plain)
    made.signature = base64.b64encode(key.sign(rules.SEAL_CONTEXT + plain)).decode()
    session.add(made)
    session.flush()
    return made


def seal_now(
    session: Session, actor: Actor, community_id: Id, secret: Secret, *, at: datetime
) -> LedgerSeal | None:
    """Seal what waits without waiting for the clock; for whoever keeps the books, or has the machine."""
    root = root_of(session, community_id)
    if not actor.operator or actor.signed_in:
        require(session, actor, KEEP, root.id, at=at)
    book = commons_book(session, root.id)
    return seal(session, book.id, community_key(secret, root.id), at=at) if book else None
