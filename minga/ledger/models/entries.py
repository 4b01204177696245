"""Tables of entries: what moved, in which lines, and the words beside it."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column
from minga.kit.schema import IdText
from minga.ledger.models import triggers
from minga.ledger.rules.kinds import AMOUNT_MAX, MEMO_MAX, REASON_MAX, EntryKind, EntryState

IS_HELD = text("entry.state = 'held'")
IS_UNNUMBERED = text("entry.state = 'posted' AND entry.no IS NULL")
"""As words and not as values, so that SQLite recognises its partial indexes in a question."""

_HELD = text("state = 'held'")
_APPLYING = text("applying = 1")
_UNNUMBERED = text("state = 'posted' AND no IS NULL")
_SOURCE = text("source_ref IS NOT NULL")


class Memo(Base):
    """The words beside an entry. The digest stays when text and salt are erased."""

    __tablename__ = "memo"
    __table_args__ = (CheckConstraint("(text IS NULL) = (salt IS NULL)", name="erased_whole"),)

    id: Mapped[str] = id_column()
    text: Mapped[str | None] = text_column(MEMO_MAX)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    digest: Mapped[str] = mapped_column(IdText(64))


class Entry(Base):
    """One movement of value. Only its state moves: draft, then held or posted; held, then posted or void.

    `applying` is 1 only inside the statement that changes the state, while its triggers write balances. `settles`
    names the held entry in whose place this one was posted, when less was settled than held.
    """

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("reverses"),
        UniqueConstraint("settles"),
        UniqueConstraint("book_id", "no"),
        CheckConstraint("applying IN (0, 1)", name="applying"),
        CheckConstraint("(state = 'posted') = (posted_at IS NOT NULL)", name="posted_at"),
        CheckConstraint("no IS NULL OR state = 'posted'", name="numbered_when_posted"),
        Index("ix_entry_book", "book_id", "posted_at", "id"),
        Index("ix_entry_day", "book_id", "effective_on"),
        Index("ix_entry_held", "expires_at", "id", sqlite_where=_HELD, postgresql_where=_HELD),
        Index("ix_entry_applying", "applying", sqlite_where=_APPLYING, postgresql_where=_APPLYING),
        Index(
            "ix_entry_unnumbered",
            "book_id",
            "posted_at",
            "id",
            sqlite_where=_UNNUMBERED,
            postgresql_where=_UNNUMBERED,
        ),
        Index("ix_entry_source", "source_ref", sqlite_where=_SOURCE, postgresql_where=_SOURCE),
    )

    id: Mapped[str] = id_column()
    book_id: Mapped[str] = foreign_id("book.id")
    kind: Mapped[EntryKind] = enum_column(EntryKind)
    state: Mapped[EntryState] = enum_column(EntryState)
    period_id: Mapped[str | None] = foreign_id("period.id")
    effective_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    posted_at: Mapped[datetime | None] = mapped_column(Instant)
    no: Mapped[int | None]
    actor_id: Mapped[str | None] = foreign_id("person.id")
    source_ref: Mapped[str | None] = text_column(64)
    reverses: Mapped[str | None] = foreign_id("entry.id")
    settles: Mapped[str | None] = foreign_id("entry.id")
    request_hash: Mapped[str] = mapped_column(IdText(64))
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    memo_id: Mapped[str | None] = foreign_id("memo.id")
    voided_at: Mapped[datetime | None] = mapped_column(Instant)
    void_reason: Mapped[str] = text_column(REASON_MAX, default="")
    applying: Mapped[int] = mapped_column(default=0)


class EntryLine(Base):
    """One line of an entry: debit positive, credit negative."""

    __tablename__ = "line"
    __table_args__ = (
        CheckConstraint(f"amount <> 0 AND amount BETWEEN -{AMOUNT_MAX} AND {AMOUNT_MAX}", name="amount_fits"),
        Index("ix_line_account", "account_id", "entry_id"),
    )

    entry_id: Mapped[str] = foreign_id("entry.id", primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[str] = foreign_id("account.id")
    unit: Mapped[str] = text_column(12)
    amount: Mapped[int]


triggers.keep(Memo.__table__)
triggers.keep(Entry.__table__)
triggers.keep(EntryLine.__table__)
