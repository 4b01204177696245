"""Tables of units, books and periods."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column
from minga.ledger.models import triggers
from minga.ledger.rules.kinds import NAME_MAX, Purpose, UnitKind

_EVERYBODYS = text("community_id IS NULL")
_OWN = text("community_id IS NOT NULL")
_COMMONS = text("purpose = 'commons'")


class Unit(Base):
    """What can be counted: of everybody's (no community), or a community's own. Its exponent never changes."""

    __tablename__ = "unit"
    __table_args__ = (
        CheckConstraint("exponent BETWEEN 0 AND 6", name="exponent"),
        CheckConstraint("min_step >= 1", name="step"),
        CheckConstraint("length(code) BETWEEN 2 AND 12", name="code"),
        Index(
            "uq_unit_everybodys", "code", unique=True, sqlite_where=_EVERYBODYS, postgresql_where=_EVERYBODYS
        ),
        Index("uq_unit_own", "community_id", "code", unique=True, sqlite_where=_OWN, postgresql_where=_OWN),
    )

    id: Mapped[str] = id_column()
    code: Mapped[str] = text_column(12)
    community_id: Mapped[str | None] = foreign_id("community.id")
    kind: Mapped[UnitKind] = enum_column(UnitKind)
    exponent: Mapped[int]
    symbol: Mapped[str] = text_column(12, default="")
    min_step: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime] = mapped_column(Instant)


class Book(Base):
    """One set of accounts. A root community has its commons, made at first use, and may have more."""

    __tablename__ = "book"
    __table_args__ = (
        Index(
            "uq_book_commons", "community_id", unique=True, sqlite_where=_COMMONS, postgresql_where=_COMMONS
        ),
        Index("ix_book_community", "community_id"),
        CheckConstraint("members_made >= 0", name="members"),
        CheckConstraint("year_starts_month BETWEEN 1 AND 12", name="month"),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    name: Mapped[str] = text_column(NAME_MAX)
    purpose: Mapped[Purpose] = enum_column(Purpose, name="book_purpose")
    home_unit: Mapped[str] = text_column(12)
    year_starts_month: Mapped[int] = mapped_column(default=1)
    members_made: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)


class Period(Base):
    """A span of days of a book; spans follow each other without a gap, and are closed in their order, for good."""

    __tablename__ = "period"
    __table_args__ = (
        UniqueConstraint("book_id", "from_on"),
        CheckConstraint("to_on >= from_on", name="in_order"),
        CheckConstraint("(closed_at IS NULL) = (closed_by_id IS NULL)", name="closed_by_somebody"),
    )

    id: Mapped[str] = id_column()
    book_id: Mapped[str] = foreign_id("book.id")
    from_on: Mapped[date]
    to_on: Mapped[date]
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_by_id: Mapped[str | None] = foreign_id("person.id")


triggers.keep(Unit.__table__)
triggers.keep(Period.__table__)
