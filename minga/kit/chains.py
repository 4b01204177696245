"""Keeping the log's chains: checking them, sealing what PostgreSQL left open, signing each chain's head once a day.

A chain alone shows that a row was changed; a signed head also shows that the end was cut off.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from sqlalchemy import Text, UniqueConstraint, bindparam, cast, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.canonical import canonical_json
from minga.kit.ciphers import ed25519, exceptions
from minga.kit.crypto import derive
from minga.kit.db import Session
from minga.kit.events import EventRow, plain
from minga.kit.jobs import Run
from minga.kit.schedule import every
from minga.kit.schema import Base, IdText, id_column
from minga.kit.seals import NODE_CHAIN, Break, Seal, append, first_hash
from minga.kit.secrets import Secret

SEALED_AT_ONCE = 2_000
ROWS_AT_ONCE = 5_000
_LOCK = 0x6D696E6761
_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder().decode


class ChainHead(Base):
    """Where a chain stood on a day, signed by the node."""

    __tablename__ = "chain_head"
    __table_args__ = (UniqueConstraint("chain", "day"),)

    id: Mapped[str] = id_column()
    chain: Mapped[str] = mapped_column(IdText(32))
    day: Mapped[date]
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(IdText(64))
    signature: Mapped[str] = mapped_column(IdText(128))
    public_key: Mapped[str] = mapped_column(IdText(64))


@dataclass(frozen=True)
class Checked:
    """What a check of one chain found: how many links fit, the head, and the first that does not."""

    chain: str
    count: int
    head: str
    broken: Break | None


def chains(session: Session) -> list[str]:
    """All chains of the node, its own first."""
    found = session.scalars(select(Seal.chain).distinct().order_by(Seal.chain)).all()
    return sorted(found, key=lambda chain: (chain != NODE_CHAIN, chain))


def check_chain(session: Session, chain: str) -> Checked:
    """Recompute every link of a chain in order, then compare with the heads that were signed."""
    head, count = first_hash(chain), 0
    for seq, event_id, stored, row in links(session, chain):
        if row is not None:
            head = hashlib.sha256(head + hashlib.sha256(_encode(row)).digest()).digest()
        if row is None or seq != count + 1 or head.hex() != stored:
            return Checked(chain, count, head.hex(), Break(chain, seq, event_id))
        count += 1
    return Checked(chain, count, head.hex(), _wrong_head(session, chain))


def head_of(session: Session, chain: str) -> tuple[int, str]:
    """Number and hash of the newest link of a chain."""
    last = session.execute(
        select(Seal.seq, Seal.hash).where(Seal.chain == chain).order_by(Seal.seq.desc()).limit(1)
    ).first()
    return (last.seq, last.hash) if last else (0, first_hash(chain).hex())


def links(session: Session, chain: str) -> Iterator[tuple[int, str, str, dict[str, Any] | None]]:
    """Every link with its row; read past the mapper, and facts as text, because a chain may be long."""
    table = EventRow.__table__
    plain_columns = [column for column in table.columns if column.name not in {"happened_at", "facts"}]
    question = (
        select(
            Seal.seq,
            Seal.event_id,
            Seal.hash,
            table.c.happened_at,
            cast(table.c.facts, Text),
            *plain_columns,
        )
        .outerjoin(table, table.c.id == Seal.event_id)
        .where(Seal.chain == chain, Seal.seq > bindparam("last"))
        .order_by(Seal.seq)
        .limit(ROWS_AT_ONCE)
    )
    names, connection, last = [column.name for column in plain_columns], session.connection(), -1
    while rows := connection.execute(question, {"last": last}).all():
        for seq, event_id, stored, happened_at, facts, *values in rows:
            last = seq
            if happened_at is None:
                yield seq, event_id, stored, None
                continue
            row = dict(zip(names, values, strict=True))
            row["happened_at"], row["facts"] = happened_at.isoformat(), _decode(facts)
            yield seq, event_id, stored, row


def _wrong_head(session: Session, chain: str) -> Break | None:
    """The first signed head that the chain does not have any more, or whose signature is not right."""
    for signed in session.scalars(select(ChainHead).where(ChainHead.chain == chain).order_by(ChainHead.day)):
        link = session.execute(
            select(Seal.hash, Seal.event_id).where(Seal.chain == chain, Seal.seq == signed.seq)
        ).first()
        if link is None or link.hash != signed.hash or not is_signed(signed):
            return Break(chain, signed.seq, link.event_id if link else "")
    return None


def is_signed(signed: ChainHead) -> bool:
    """Whether the signature of a head is right for the key it names."""
    try:
        key = ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(signed.public_key))
        key.verify(
            bytes.fromhex(signed.signature), _message(signed.chain, signed.day, signed.seq, signed.hash)
        )
    except (exceptions.InvalidSignature, ValueError):
        return False
    return True


def sign_heads(session: Session, secret: Secret, *, at: datetime) -> int:
    """Sign where each chain stands today; a chain that did not move since its last head is left out."""
    key = ed25519.Ed25519PrivateKey.from_private_bytes(derive(secret.reveal(), "log head"))
    public = key.public_key().public_bytes_raw().hex()
    day, count = at.astimezone(UTC).date(), 0
    for chain in chains(session):
        seq, head = head_of(session, chain)
        before = session.scalars(
            select(ChainHead).where(ChainHead.chain == chain).order_by(ChainHead.day.desc()).limit(1)
        ).first()
        if before is not None and (before.seq == seq or before.day >= day):
            continue
        signature = key.sign(_message(chain, day, seq, head)).hex()
        session.add(
            ChainHead(chain=chain, day=day, seq=seq, hash=head, signature=signature, public_key=public)
        )
        count += 1
    session.flush()
    return count


def _message(chain: str, day: date, seq: int, head: str) -> bytes:
    return canonical_json({"chain": chain, "day": day.isoformat(), "seq": seq, "hash": head})


def seal_open(session: Session) -> int:
    """Add the links of events that have none yet, in the order of their ids; one sealer at a time.

    On SQLite every event is sealed in its own transaction, so there is nothing to do.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    unsealed = (
        select(EventRow)
        .outerjoin(Seal, Seal.event_id == EventRow.id)
        .where(Seal.event_id.is_(None))
        .order_by(EventRow.id)
        .limit(SEALED_AT_ONCE)
    )
    rows = session.scalars(unsealed).all()
    connection = session.connection()
    by_chain: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_chain.setdefault(row.root_id or NODE_CHAIN, []).append(plain(row))
    for chain, waiting in by_chain.items():
        append(connection, chain, waiting)
    return len(rows)


def unsealed_count(session: Session) -> int:
    """How many events wait for their seal."""
    waiting = (
        select(func.count())
        .select_from(EventRow)
        .outerjoin(Seal, Seal.event_id == EventRow.id)
        .where(Seal.event_id.is_(None))
    )
    return session.scalar(waiting) or 0


@every("log.seal", seconds=30)
def seal_job(run: Run, _args: dict[str, Any]) -> None:
    """Seal what waits, twice a minute."""
    while True:
        with run.database.write() as session:
            if seal_open(session) < SEALED_AT_ONCE:
                return


@every("log.heads", days=1, lane="heavy")
def heads_job(run: Run, _args: dict[str, Any]) -> None:
    """Sign the heads of all chains, once a day."""
    with run.database.write() as session:
        sign_heads(session, run.settings.secret, at=run.clock())
