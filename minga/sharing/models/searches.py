"""Searches that people keep, and feeds of what is new; of a feed's token only its digest is stored."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column
from minga.sharing.rules.searches import Often

_LIVE = text("ended_at IS NULL")


class SavedSearch(Base):
    """What somebody wants to hear of. `wish` is what was asked, `address` leads to the list."""

    __tablename__ = "saved_search"
    __table_args__ = (
        Index("ix_saved_search_person", "person_id", sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index("ix_saved_search_next_at", "next_at", sqlite_where=_LIVE, postgresql_where=_LIVE),
        CheckConstraint("told_n BETWEEN 0 AND 5", name="five_a_day"),
    )

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = foreign_id("person.id")
    community_id: Mapped[str | None] = foreign_id("community.id")
    name: Mapped[str] = text_column(80)
    wish: Mapped[dict[str, Any]] = mapped_column(JSON)
    address: Mapped[str] = text_column(2_000)
    often: Mapped[Often] = enum_column(Often)
    made_at: Mapped[datetime] = mapped_column(Instant)
    looked_at: Mapped[datetime] = mapped_column(Instant)
    next_at: Mapped[datetime | None] = mapped_column(Instant)
    told_on: Mapped[date | None]
    told_n: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class Feed(Base):
    """A private address that shows what is new to programs that read feeds, with the eyes of the person who made it."""

    __tablename__ = "feed"
    __table_args__ = (Index("ix_feed_person", "person_id", sqlite_where=_LIVE, postgresql_where=_LIVE),)

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = foreign_id("person.id")
    community_id: Mapped[str | None] = foreign_id("community.id")
    name: Mapped[str] = text_column(80)
    wish: Mapped[dict[str, Any]] = mapped_column(JSON)
    address: Mapped[str] = text_column(2_000)
    token_hash: Mapped[str] = text_column(64, unique=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
    rotated_at: Mapped[datetime | None] = mapped_column(Instant)
    used_on: Mapped[date | None]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
