"""Seals over posted entries: digests, Merkle roots (RFC 6962 §2.1) and the chain of seals. Pure.

Nothing here names a person: an entry is its book, number, day, accounts, units and amounts, and the digest of its words.
"""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from minga.kit.canonical import canonical_json
from minga.kit.dids import did_key as did_key
from minga.kit.dids import key_of_did as key_of_did
from minga.kit.ids import Id
from minga.ledger.rules.kinds import EntryKind

ENTRY_CONTEXT = b"minga-entry/1\x00"
SEAL_CONTEXT = b"minga-seal/1\x00"
ENTRIES_MAX = 1_000


class Sealed(NamedTuple):
    """What a seal covers of one entry. A tuple, because a book is read whole when it is verified."""

    id: Id
    book_id: Id
    no: int
    kind: EntryKind
    effective_on: date
    posted_at: datetime
    memo_digest: str | None
    reverses: Id | None
    lines: tuple[tuple[Id, str, int], ...]


def uuid_text(id_: Id) -> str:
    """An identifier as the world outside writes it.

    >>> uuid_text("0199aa0000007000800000000000b001")
    '0199aa00-0000-7000-8000-00000000b001'
    """
    return f"{id_[:8]}-{id_[8:12]}-{id_[12:16]}-{id_[16:20]}-{id_[20:]}"


_known = lru_cache(maxsize=20_000)(uuid_text)
"""The same for accounts and books, which stand in many entries."""


@lru_cache(maxsize=1_000)
def _day(day: date) -> str:
    return day.isoformat()


def moment_text(at: datetime) -> str:
    """A moment as seals write it: UTC, with a Z."""
    return at.isoformat().replace("+00:00", "Z")


def memo_digest(text: str, salt: bytes) -> str:
    """The digest that stays when the words are erased.

    >>> memo_digest("Bread for the meeting", b"\\x11" * 16)[:16]
    '96da0053ddb2565e'
    """
    return hashlib.sha256(salt + text.encode()).hexdigest()


def entry_json(entry: Sealed) -> bytes:
    """An entry as its digest covers it: canonical JSON (RFC 8785).

    Written out by hand, because every value is an id, a code, a whole number or a date and needs no escape, and a
    book is read whole when it is verified; a test compares it with `kit.canonical`.
    """
    lines = ",".join([f'["{_known(account)}","{unit}",{amount}]' for account, unit, amount in entry.lines])
    memo = f'"{entry.memo_digest}"' if entry.memo_digest else "null"
    reverses = f'"{uuid_text(entry.reverses)}"' if entry.reverses else "null"
    return (
        f'{{"book":"{_known(entry.book_id)}","effective_on":"{_day(entry.effective_on)}",'
        f'"id":"{uuid_text(entry.id)}","kind":"{entry.kind.value}","lines":[{lines}],"memo":{memo},'
        f'"no":{entry.no},"posted_at":"{moment_text(entry.posted_at)}","reverses":{reverses},"v":1}}'
    ).encode()


def entry_digest(entry: Sealed) -> bytes:
    """SHA-256 of an entry."""
    return hashlib.sha256(ENTRY_CONTEXT + entry_json(entry)).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The root of a Merkle tree over digests.

    >>> merkle_root([]).hex()[:16], merkle_root([b""]).hex()[:16]
    ('e3b0c44298fc1c14', '6e340b9cffb37a98')
    """
    if not leaves:
        return hashlib.sha256(b"").digest()
    sha256 = hashlib.sha256
    level = [sha256(b"\x00" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        # Pairs from the left; one left over goes up as it is. That is the tree that splits at the largest power of two.
        above = [sha256(b"\x01" + level[n] + level[n + 1]).digest() for n in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0]


def seal_json(
    *,
    book_id: Id,
    n: int,
    from_no: int,
    to_no: int,
    prev: str | None,
    root: str,
    at: datetime,
    by: str,
    key_no: int,
) -> bytes:
    """A seal as its hash and its signature cover it."""
    plain: dict[str, Any] = {
        "v": 1,
        "book": uuid_text(book_id),
        "n": n,
        "from_no": from_no,
        "to_no": to_no,
        "prev": prev,
        "root": root,
        "at": moment_text(at),
        "by": by,
        "key": key_no,
    }
    return canonical_json(plain)


def seal_hash(plain: bytes) -> str:
    """The hash by which the next seal names this one."""
    return hashlib.sha256(SEAL_CONTEXT + plain).hexdigest()
