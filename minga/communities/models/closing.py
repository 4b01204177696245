"""Notices that a community will close, and who objects."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.communities.rules.closing import WORDS_MAX
from minga.kit.db import Base, Instant, foreign_id, id_column, text_column

_OPEN = text("stopped_at IS NULL AND done_at IS NULL")


class Closing(Base):
    """Two stewards say that a community closes at `closes_at`; it is stopped before, by a steward or by objections, or done."""

    __tablename__ = "closing"
    __table_args__ = (
        CheckConstraint("stopped_at IS NULL OR done_at IS NULL", name="one_end"),
        CheckConstraint("closes_at > announced_at", name="notice"),
        Index("uq_closing_open", "community_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_closing_community", "community_id", "announced_at"),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    words: Mapped[str] = text_column(WORDS_MAX)
    asked_by_id: Mapped[str] = foreign_id("person.id")
    agreed_by_id: Mapped[str | None] = foreign_id("person.id")
    announced_at: Mapped[datetime] = mapped_column(Instant)
    closes_at: Mapped[datetime] = mapped_column(Instant)
    stopped_at: Mapped[datetime | None] = mapped_column(Instant)
    stopped_by_id: Mapped[str | None] = foreign_id("person.id")
    """Empty when it was stopped by objections."""
    done_at: Mapped[datetime | None] = mapped_column(Instant)


class Objection(Base):
    """A full member does not want their community to close; taking it back deletes the row."""

    __tablename__ = "closing_objection"

    closing_id: Mapped[str] = foreign_id("closing.id", primary_key=True)
    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    words: Mapped[str] = text_column(WORDS_MAX, default="")
    made_at: Mapped[datetime] = mapped_column(Instant)
