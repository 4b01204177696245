"""Entries as seals cover them, and the seals of a book; read by the sealer and by whoever checks it."""

import base64
import binascii
from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import select

from minga.kit.ciphers import ed25519, exceptions
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.ledger.models import Entry, EntryLine, LedgerSeal, Memo
from minga.ledger.rules import seals as rules
from minga.ledger.rules.seals import Sealed


def numbered(session: Session, book_id: Id, from_no: int, to_no: int) -> list[Sealed]:
    """The entries of a book with these numbers, in their order."""
    lines: dict[Id, list[tuple[Id, str, int]]] = defaultdict(list)
    within = (Entry.book_id == book_id, Entry.no >= from_no, Entry.no <= to_no)
    for entry_id, account_id, unit, amount in session.execute(
        select(EntryLine.entry_id, EntryLine.account_id, EntryLine.unit, EntryLine.amount)
        .join(Entry, Entry.id == EntryLine.entry_id)
        .where(*within)
        .order_by(EntryLine.entry_id, EntryLine.n)
    ):
        lines[entry_id].append((account_id, unit, amount))
    rows = session.execute(
        select(
            Entry.id, Entry.no, Entry.kind, Entry.effective_on, Entry.posted_at, Entry.reverses, Memo.digest
        )
        .outerjoin(Memo, Memo.id == Entry.memo_id)
        .where(*within)
        .order_by(Entry.no)
    )
    return [
        Sealed(
            id=row.id,
            book_id=book_id,
            no=row.no,
            kind=row.kind,
            effective_on=row.effective_on,
            posted_at=row.posted_at,
            memo_digest=row.digest,
            reverses=row.reverses,
            lines=tuple(lines[row.id]),
        )
        for row in rows
        if row.no is not None and row.posted_at is not None
    ]


def head(session: Session, book_id: Id) -> LedgerSeal | None:
    """The newest seal of a book."""
    return session.scalars(
        select(LedgerSeal).where(LedgerSeal.book_id == book_id).order_by(LedgerSeal.n.desc()).limit(1)
    ).first()


def seals_of(session: Session, book_id: Id) -> Iterator[LedgerSeal]:
    """All seals of a book, from the first."""
    return iter(
        session.scalars(select(LedgerSeal).where(LedgerSeal.book_id == book_id).order_by(LedgerSeal.n))
    )


def plain(seal: LedgerSeal) -> bytes:
    """A seal as its hash and signature cover it."""
    return rules.seal_json(
        book_id=seal.book_id,
        n=seal.n,
        from_no=seal.from_no,
        to_no=seal.to_no,
        prev=seal.prev,
        root=seal.root,
        at=seal.at,
        by=seal.by,
        key_no=seal.key_no,
    )


def is_signed(seal: LedgerSeal) -> bool:
    """Whether the signature is right for the key that the seal names."""
    public = rules.key_of_did(seal.by)
    if public is None:
        return False
    try:
        signature = base64.b64decode(seal.signature, validate=True)
        ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, rules.SEAL_CONTEXT + plain(seal))
    except (exceptions.InvalidSignature, ValueError, binascii.Error):
        return False
    return True
