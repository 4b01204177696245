"""Tables of what went wrong: the dispute with its dates, what was proposed or decided, and who mediates."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column
from minga.sharing.rules.disputes import WORDS_MAX, About, ClosedHow

_OPEN = text("closed_at IS NULL")


class Dispute(Base):
    """Something went wrong with an exchange. Its state follows from these dates."""

    __tablename__ = "dispute"
    __table_args__ = (
        Index("uq_dispute_open", "exchange_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_dispute_exchange", "exchange_id", "id"),
        CheckConstraint("appealed_at IS NULL OR decided_at IS NOT NULL", name="decided_before_appeal"),
        CheckConstraint("(closed_at IS NULL) = (closed_how IS NULL)", name="closed_somehow"),
    )

    id: Mapped[str] = id_column()
    exchange_id: Mapped[str] = foreign_id("exchange.id")
    community_id: Mapped[str] = foreign_id("community.id")
    opened_by_id: Mapped[str] = foreign_id("person.id")
    about: Mapped[About] = enum_column(About)
    words: Mapped[str] = text_column(WORDS_MAX)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    mediation_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    appealed_at: Mapped[datetime | None] = mapped_column(Instant)
    appealed_by_id: Mapped[str | None] = foreign_id("person.id")
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_how: Mapped[ClosedHow | None] = enum_column(ClosedHow)


class DisputeEnd(Base):
    """How somebody would end it: a side proposes and the other agrees, or who mediates decides."""

    __tablename__ = "dispute_end"
    __table_args__ = (
        Index("ix_dispute_end", "dispute_id", "id"),
        CheckConstraint("agreed_by_id IS NULL OR agreed_by_id <> by_id", name="agreed_by_another"),
    )

    id: Mapped[str] = id_column()
    dispute_id: Mapped[str] = foreign_id("dispute.id")
    by_id: Mapped[str] = foreign_id("person.id")
    decision: Mapped[bool]
    round: Mapped[int]
    words: Mapped[str] = text_column(WORDS_MAX, default="")
    end: Mapped[dict[str, Any]] = mapped_column(JSON)
    said_at: Mapped[datetime] = mapped_column(Instant)
    agreed_by_id: Mapped[str | None] = foreign_id("person.id")
    agreed_at: Mapped[datetime | None] = mapped_column(Instant)


class Mediator(Base):
    """Somebody whom one side would like to mediate; it takes the other side's yes and their own."""

    __tablename__ = "dispute_mediator"
    __table_args__ = (
        UniqueConstraint("dispute_id", "person_id"),
        Index("ix_dispute_mediator_person", "person_id", "id"),
        CheckConstraint("refused_at IS NULL OR refused_by_id IS NOT NULL", name="refused_by_somebody"),
    )

    id: Mapped[str] = id_column()
    dispute_id: Mapped[str] = foreign_id("dispute.id")
    person_id: Mapped[str] = foreign_id("person.id")
    round: Mapped[int]
    proposed_by_id: Mapped[str] = foreign_id("person.id")
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    other_yes_at: Mapped[datetime | None] = mapped_column(Instant)
    taken_at: Mapped[datetime | None] = mapped_column(Instant)
    refused_by_id: Mapped[str | None] = foreign_id("person.id")
    refused_at: Mapped[datetime | None] = mapped_column(Instant)
