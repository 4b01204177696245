"""Entries as seals cover them, and the seals of a book; read by the sealer and by whoever checks it."""

import base64
import binascii
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select

from minga.kit.ciphers import ed25519, exceptions
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.kit.questions import Question
from minga.ledger.models import Entry, EntryLine, LedgerSeal, Memo
from minga.ledger.rules import seals as rules
from minga.ledger.rules.kinds import EntryKind
from minga.ledger.rules.seals import Sealed


def numbered(session: Session, book_id: Id, from_no: int, to_no: int) -> list[Sealed]:
    """The entries of a book with these numbers, in their order; read as the driver gives them, a thousand at a time."""
    found: list[Sealed] = []
    last: Id | None = None
    lines: list[tuple[Id, str, int]] = []
    head: tuple[int, EntryKind, date, datetime, str | None, Id | None] | None = None

    def put() -> None:
        if last is not None and head is not None:
            found.append(Sealed(last, book_id, *head, tuple(lines)))

    for entry_id, no, kind, day, posted_at, reverses, digest, account_id, unit, amount in _NUMBERED.plain(
        session, book=book_id, first=from_no, last=to_no
    ):
        if entry_id != last:
            put()
            last, lines = entry_id, []
            head = (no, _KINDS[kind], _day(day), _moment(posted_at), digest, reverses)
        if account_id is not None:
            lines.append((account_id, unit, int(amount)))
    put()
    return found


def _numbered() -> Any:
    return (
        select(
            Entry.id,
            Entry.no,
            Entry.kind,
            Entry.effective_on,
            Entry.posted_at,
            Entry.reverses,
            Memo.digest,
            EntryLine.account_id,
            EntryLine.unit,
            EntryLine.amount,
        )
        .outerjoin(Memo, Memo.id == Entry.memo_id)
        .outerjoin(EntryLine, EntryLine.entry_id == Entry.id)
        .where(
            Entry.book_id == bindparam("book"),
            Entry.no >= bindparam("first"),
            Entry.no <= bindparam("last"),
            Entry.posted_at.is_not(None),
        )
        .order_by(Entry.no, EntryLine.n)
    )


_NUMBERED = Question(_numbered)
_KINDS = {one.value: one for one in EntryKind}


@lru_cache(maxsize=1_000)
def _day(said: date | str) -> date:
    return date.fromisoformat(said) if isinstance(said, str) else said


def _moment(said: datetime | str) -> datetime:
    found = datetime.fromisoformat(said) if isinstance(said, str) else said
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


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
