"""Table of how it went: what each side says about the other after the end, sealed until both have spoken."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column
from minga.sharing.rules.feedback import NOTE_MAX, THANKS_MAX, Mark


class Feedback(Base):
    """What one side said about the other, once per exchange. Taken back, nothing of it is kept."""

    __tablename__ = "feedback"
    __table_args__ = (
        UniqueConstraint("exchange_id", "by_id"),
        CheckConstraint("by_id <> about_id", name="two_people"),
        Index("ix_feedback_about", "about_id", "released_at"),
    )

    id: Mapped[str] = id_column()
    exchange_id: Mapped[str] = foreign_id("exchange.id")
    by_id: Mapped[str] = foreign_id("person.id")
    about_id: Mapped[str] = foreign_id("person.id")
    as_agreed: Mapped[Mark | None] = enum_column(Mark, name="as_agreed")
    care: Mapped[Mark | None] = enum_column(Mark, name="care")
    talking: Mapped[Mark | None] = enum_column(Mark, name="talking")
    note: Mapped[str] = text_column(NOTE_MAX, default="")
    thanks: Mapped[str] = text_column(THANKS_MAX, default="")
    thanks_public: Mapped[bool] = mapped_column(default=False)
    thanks_shown_at: Mapped[datetime | None] = mapped_column(Instant)
    """When whom it is about let the thanks stand on both profiles."""
    given_at: Mapped[datetime] = mapped_column(Instant)
    released_at: Mapped[datetime | None] = mapped_column(Instant)
    taken_back_at: Mapped[datetime | None] = mapped_column(Instant)
