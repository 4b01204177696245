"""Whom people trust with what: the edges that narrowing, introductions and the names of vouchers walk along."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, foreign_id, id_column

_LIVE = text("ended_at IS NULL")


class Connection(Base):
    """One person trusts another with something. It counts once the other has agreed, until either ends it."""

    __tablename__ = "connection"
    __table_args__ = (
        CheckConstraint("from_id <> to_id", name="two_people"),
        CheckConstraint("weight BETWEEN 1 AND 3", name="weight"),
        Index(
            "uq_connection_live", "from_id", "to_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE
        ),
        Index("ix_connection_to", "to_id", sqlite_where=_LIVE, postgresql_where=_LIVE),
    )

    id: Mapped[str] = id_column()
    from_id: Mapped[str] = foreign_id("person.id")
    to_id: Mapped[str] = foreign_id("person.id")
    purposes: Mapped[list[Any]] = mapped_column(JSON)
    weight: Mapped[int]
    asked_at: Mapped[datetime] = mapped_column(Instant)
    agreed_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    hidden_by_from: Mapped[bool] = mapped_column(default=False)
    hidden_by_to: Mapped[bool] = mapped_column(default=False)
    named_by_from: Mapped[bool] = mapped_column(default=False)
    named_by_to: Mapped[bool] = mapped_column(default=False)
