"""Tables of badges: what a community calls a badge, and who earned one and what they do with it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column
from minga.reputation.rules.badges import NAME_MAX, SENTENCE_MAX, WORDS_MAX, Choice

_LIVE = text("ended_at IS NULL")


class Badge(Base):
    """A badge of a community: a rule over events, or given by hand."""

    __tablename__ = "badge"
    __table_args__ = (
        CheckConstraint("valid_days > 0", name="some_days"),
        Index("ix_badge_community", "community_id", sqlite_where=_LIVE, postgresql_where=_LIVE),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    name: Mapped[str] = text_column(NAME_MAX)
    names: Mapped[dict[str, Any]] = mapped_column(JSON)
    icon: Mapped[str] = text_column(30)
    sentence: Mapped[str] = text_column(SENTENCE_MAX)
    rule: Mapped[dict[str, Any]] = mapped_column(JSON)
    by_hand: Mapped[bool]
    valid_days: Mapped[int | None]
    is_lost: Mapped[bool]
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by_id: Mapped[str | None] = foreign_id("person.id")
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class BadgeEarned(Base):
    """Somebody earned a badge; whether it shows is theirs to say."""

    __tablename__ = "badge_earned"
    __table_args__ = (
        Index(
            "uq_badge_earned_live",
            "badge_id",
            "person_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_badge_earned_person", "person_id", "id"),
        CheckConstraint("given_by_id IS NULL OR given_by_id <> person_id", name="not_oneself"),
    )

    id: Mapped[str] = id_column()
    badge_id: Mapped[str] = foreign_id("badge.id")
    person_id: Mapped[str] = foreign_id("person.id")
    earned_at: Mapped[datetime] = mapped_column(Instant)
    given_by_id: Mapped[str | None] = foreign_id("person.id")
    words: Mapped[str] = text_column(WORDS_MAX, default="")
    choice: Mapped[Choice | None] = enum_column(Choice)
    chosen_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
