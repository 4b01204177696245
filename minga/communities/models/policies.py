"""The rules that communities set, with history: which one applied at any moment."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from minga.communities.rules.decided import NUMBER_MAX
from minga.kit.db import Base, Instant, foreign_id, id_column, text_column


class Policy(Base):
    """One value of one rule from a moment on; the latest that has begun holds. `note` says why."""

    __tablename__ = "policy"
    __table_args__ = (Index("ix_policy_key", "community_id", "key", "since_at"),)

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    key: Mapped[str] = text_column(60)
    value: Mapped[Any] = mapped_column(JSON)
    since_at: Mapped[datetime] = mapped_column(Instant)
    set_by_id: Mapped[str | None] = foreign_id("person.id")
    second_by_id: Mapped[str | None] = foreign_id("person.id")
    note: Mapped[str] = text_column(500, default="")
    decision: Mapped[str] = text_column(NUMBER_MAX, default="", server_default="")
    made_at: Mapped[datetime] = mapped_column(Instant)
