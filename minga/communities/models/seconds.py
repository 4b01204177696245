"""Acts that take two people: what was asked, by whom, and what the second person said."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, foreign_id, id_column, text_column


class Second(Base):
    """One act that waits for, or got, a second person's word. `wish` holds its arguments, `about` what it changes."""

    __tablename__ = "second"
    __table_args__ = (
        CheckConstraint("answered_by_id IS NULL OR answered_by_id <> asked_by_id", name="two_people"),
        Index("ix_second_community", "community_id", "until_at"),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    act: Mapped[str] = text_column(40)
    about: Mapped[str] = text_column(60, default="")
    wish: Mapped[dict[str, Any]] = mapped_column(JSON)
    words: Mapped[str] = text_column(500, default="")
    asked_by_id: Mapped[str] = foreign_id("person.id")
    asked_at: Mapped[datetime] = mapped_column(Instant)
    until_at: Mapped[datetime] = mapped_column(Instant)
    answered_by_id: Mapped[str | None] = foreign_id("person.id")
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    agreed: Mapped[bool | None]
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
