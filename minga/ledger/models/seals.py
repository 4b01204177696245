"""Table of the seals that a book's posted entries are under."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, foreign_id, text_column
from minga.kit.schema import IdText
from minga.ledger.models import triggers


class LedgerSeal(Base):
    """One seal: the Merkle root of the entries from one number to another, chained and signed. Append-only."""

    __tablename__ = "ledger_seal"
    __table_args__ = (
        CheckConstraint("to_no >= from_no AND from_no >= 1", name="in_order"),
        CheckConstraint("n >= 1", name="counted"),
    )

    book_id: Mapped[str] = foreign_id("book.id", primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_no: Mapped[int]
    to_no: Mapped[int]
    prev: Mapped[str | None] = mapped_column(IdText(64))
    root: Mapped[str] = mapped_column(IdText(64))
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = text_column(80)
    key_no: Mapped[int]
    hash: Mapped[str] = mapped_column(IdText(64))
    signature: Mapped[str] = text_column(100)


class LedgerCheck(Base):
    """What the newest recount of a book found: when, how many entries, and each rule that did not hold."""

    __tablename__ = "ledger_check"

    book_id: Mapped[str] = foreign_id("book.id", primary_key=True)
    checked_at: Mapped[datetime] = mapped_column(Instant)
    entries: Mapped[int]
    breaches: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


triggers.keep(LedgerSeal.__table__)
