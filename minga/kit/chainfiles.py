"""The log's chains as a file of lines, so that whoever keeps a copy can check it without the database.

Each line is JSON: {"begins": chain}, {"signed": a head}, {"seq", "hash", "row"}, and {"ends": chain, "count", "hash"}.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import select

from minga.kit.chains import ChainHead, Checked, is_signed, links
from minga.kit.db import Session
from minga.kit.seals import Break, first_hash

_encode = msgspec.json.Encoder(order="sorted").encode


class Signed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the chain stood on a day, signed by the node."""

    day: date
    seq: int
    hash: str
    signature: str
    public_key: str


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line; which of its parts are there says what it is."""

    begins: str | None = None
    signed: Signed | None = None
    seq: int | None = None
    hash: str | None = None
    row: dict[str, Any] | None = None
    ends: str | None = None
    count: int | None = None


_decode = msgspec.json.Decoder(Line).decode


def lines_of(session: Session, chains: Iterable[str]) -> Iterator[bytes]:
    """The lines of these chains, each with its signed heads before its links."""
    for chain in chains:
        yield _encode(Line(begins=chain))
        for one in session.scalars(select(ChainHead).where(ChainHead.chain == chain).order_by(ChainHead.day)):
            signed = Signed(
                day=one.day, seq=one.seq, hash=one.hash, signature=one.signature, public_key=one.public_key
            )
            yield _encode(Line(signed=signed))
        count, head = 0, first_hash(chain).hex()
        for seq, _event_id, stored, row in links(session, chain):
            yield _encode(Line(seq=seq, hash=stored, row=row))
            count, head = count + 1, stored
        yield _encode(Line(ends=chain, count=count, hash=head))


@dataclass
class _Walk:
    """One chain while its lines are read."""

    chain: str
    head: bytes
    count: int = 0
    heads: dict[int, list[Signed]] = field(default_factory=dict)
    ended: bool = False

    def take(self, line: Line) -> bool:
        """Whether the line fits after those before it."""
        if line.signed is not None:
            self.heads.setdefault(line.signed.seq, []).append(line.signed)
            return _is_true(self.chain, line.signed)
        if line.ends is not None:
            self.ended = True
            return (line.ends, line.count, line.hash) == (self.chain, self.count, self.head.hex())
        if line.row is None or line.seq != self.count + 1:
            return False
        self.head = hashlib.sha256(self.head + hashlib.sha256(_encode(line.row)).digest()).digest()
        if line.hash != self.head.hex():
            return False
        self.count += 1
        return all(one.hash == line.hash for one in self.heads.pop(self.count, []))

    def broken_at(self, seq: int) -> Checked:
        return Checked(self.chain, self.count, self.head.hex(), Break(self.chain, seq, ""))

    def done(self) -> Checked:
        """What is known when the next chain begins: whether the end is there and every signed head was met."""
        if not self.ended or self.heads:
            return self.broken_at(min([self.count + 1, *self.heads]))
        return Checked(self.chain, self.count, self.head.hex(), None)


def check_lines(lines: Iterable[bytes]) -> list[Checked]:
    """Recompute every chain of a file; reading ends at the first line that does not fit."""
    found: list[Checked] = []
    walk: _Walk | None = None
    for text in lines:
        try:
            line = _decode(text.removesuffix(b"\n"))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            line = Line()
        if line.begins is not None:
            found += [walk.done()] if walk else []
            walk = _Walk(line.begins, first_hash(line.begins))
            continue
        if walk is None or walk.ended or not walk.take(line):
            lost = walk or _Walk("", b"")
            return [*found, lost.broken_at(line.signed.seq if line.signed else lost.count + 1)]
    return [*found, walk.done()] if walk else found


def _is_true(chain: str, signed: Signed) -> bool:
    plain = f"{signed.signature}{signed.public_key}"
    head = ChainHead(chain=chain, **msgspec.structs.asdict(signed))
    return plain == plain.lower() and is_signed(head)
