"""The table of queues: who waits for a thing, in which order, and for whom it is ready."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column
from minga.kit.schema import IdText
from minga.sharing.rules.queues import HoldEnd

_LIVE = text("ended_at IS NULL")


class Hold(Base):
    """A place in the queue for a listing. `rank` orders it; `group_id` is the reservation that was put aside for it."""

    __tablename__ = "hold"
    __table_args__ = (
        CheckConstraint("wished_days BETWEEN 1 AND 365", name="wished"),
        CheckConstraint("(ended_at IS NULL) = (end_as IS NULL)", name="ended"),
        CheckConstraint("(ready_at IS NULL) = (ready_until IS NULL)", name="ready"),
        Index(
            "uq_hold_person",
            "listing_id",
            "person_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_hold_queue", "listing_id", "rank", sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index("ix_hold_person", "person_id", "id", sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index("ix_hold_community", "community_id", "id", sqlite_where=_LIVE, postgresql_where=_LIVE),
    )

    id: Mapped[str] = id_column()
    listing_id: Mapped[str] = foreign_id("listing.id")
    community_id: Mapped[str] = foreign_id("community.id")
    person_id: Mapped[str] = foreign_id("person.id")
    rank: Mapped[int]
    wished_days: Mapped[int]
    placed_at: Mapped[datetime] = mapped_column(Instant)
    ready_at: Mapped[datetime | None] = mapped_column(Instant)
    ready_until: Mapped[datetime | None] = mapped_column(Instant)
    group_id: Mapped[str | None] = mapped_column(IdText(32))
    misses: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    end_as: Mapped[HoldEnd | None] = enum_column(HoldEnd)
