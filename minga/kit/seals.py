"""The hash chain over events: each seal binds one event row to all before it (spec: h_n = SHA-256(h_{n-1} || SHA-256(row)))."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, FromClause, UniqueConstraint, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.canonical import canonical_json
from minga.kit.insertions import Insertion
from minga.kit.questions import Question
from minga.kit.schema import Base, IdText, beside

NODE_CHAIN = "node"
"""The chain of events that belong to no community."""


class Seal(Base):
    """One link of a chain; a chain is a community root or the node itself."""

    __tablename__ = "seal"
    __table_args__ = (UniqueConstraint("chain", "seq"),)

    event_id: Mapped[str] = mapped_column(IdText(32), primary_key=True)
    chain: Mapped[str] = mapped_column(IdText(32))
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(IdText(64))


def first_hash(chain: str) -> bytes:
    """h_0 of a chain."""
    return hashlib.sha256(f"minga-log-1{chain}".encode()).digest()


def next_hash(previous: bytes, row: Mapping[str, Any]) -> bytes:
    """h_n from h_{n-1} and the event row as plain values."""
    return hashlib.sha256(previous + hashlib.sha256(canonical_json(row)).digest()).digest()


@dataclass(frozen=True)
class Break:
    """The first link that does not fit."""

    chain: str
    seq: int
    event_id: str


def check(
    chain: str, links: Iterable[tuple[int, str, str, Mapping[str, Any]]]
) -> tuple[int, str, Break | None]:
    """Walk (seq, event id, hash, row) in order; answers how many fit, the head, and the first that does not."""
    head, count = first_hash(chain), 0
    for seq, event_id, stored, row in links:
        head = next_hash(head, row)
        if seq != count + 1 or head.hex() != stored:
            return count, head.hex(), Break(chain, seq, event_id)
        count += 1
    return count, head.hex(), None


def append(connection: Connection, chain: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add the links of some events in order; the caller holds the writer's turn (SQLite) or the sealer's lock."""
    last = _LAST.first(connection, chain=chain)
    seq, previous = (last.seq, bytes.fromhex(last.hash)) if last else (0, first_hash(chain))
    links = []
    for place, row in enumerate(rows, start=seq + 1):
        previous = next_hash(previous, row)
        links.append({"event_id": row["id"], "chain": chain, "seq": place, "hash": previous.hex()})
    _LINK.run(connection, links)


def refuse_changes(table: FromClause) -> None:
    """Triggers that refuse UPDATE and DELETE on an append-only table, on both databases."""
    beside(table, lambda dialect: append_only(str(table), dialect))


def append_only(table: str, dialect: str) -> list[str]:
    """The statements that make a table append-only; migrations run the same."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$",
        f"CREATE TRIGGER {table}_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()",
    ]


refuse_changes(Seal.__table__)
_LINK = Insertion(Seal.__table__)
_LAST = Question(
    lambda: (
        select(Seal.seq, Seal.hash).where(Seal.chain == bindparam("chain")).order_by(Seal.seq.desc()).limit(1)
    )
)
