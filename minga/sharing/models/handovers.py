"""Tables of meeting: when and where a thing changes hands, and what is said when somebody did not come."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column
from minga.sharing.rules.handovers import NOTE_MAX, PLACE_MAX, Reply, Way

_LIVE = text("ended_at IS NULL")


class Handover(Base):
    """A meeting that one side proposed and the other may agree to; a new proposal ends the one before."""

    __tablename__ = "handover"
    __table_args__ = (
        CheckConstraint("agreed_at IS NULL OR agreed_by_id IS NOT NULL", name="agreed_by_somebody"),
        CheckConstraint("agreed_by_id IS NULL OR agreed_by_id <> proposed_by_id", name="agreed_by_the_other"),
        Index(
            "uq_handover_live",
            "exchange_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_handover_exchange", "exchange_id", "id"),
    )

    id: Mapped[str] = id_column()
    exchange_id: Mapped[str] = foreign_id("exchange.id")
    way: Mapped[Way] = enum_column(Way)
    meets_at: Mapped[datetime] = mapped_column(Instant)
    place: Mapped[str] = text_column(PLACE_MAX, default="")
    note: Mapped[str] = text_column(NOTE_MAX, default="")
    proposed_by_id: Mapped[str] = foreign_id("person.id")
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    agreed_by_id: Mapped[str | None] = foreign_id("person.id")
    agreed_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class NoShow(Base):
    """Somebody waited and the other did not come; they may answer, and it counts only when they do not object."""

    __tablename__ = "no_show"
    __table_args__ = (
        UniqueConstraint("exchange_id", "by_id", "met_at"),
        CheckConstraint("by_id <> about_id", name="two_people"),
        CheckConstraint("(replied_at IS NULL) = (reply IS NULL)", name="replied"),
    )

    id: Mapped[str] = id_column()
    exchange_id: Mapped[str] = foreign_id("exchange.id")
    by_id: Mapped[str] = foreign_id("person.id")
    about_id: Mapped[str] = foreign_id("person.id")
    met_at: Mapped[datetime] = mapped_column(Instant)
    said_at: Mapped[datetime] = mapped_column(Instant)
    words: Mapped[str] = text_column(NOTE_MAX, default="")
    reply: Mapped[Reply | None] = enum_column(Reply)
    reply_words: Mapped[str] = text_column(NOTE_MAX, default="")
    replied_at: Mapped[datetime | None] = mapped_column(Instant)
    stands_since: Mapped[datetime | None] = mapped_column(Instant)
