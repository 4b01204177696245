"""Files of members that somebody took out: who, when, what for, and how many people stood in it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, foreign_id, id_column, text_column

PURPOSE_MAX = 200


class MemberExport(Base):
    """One file. The purpose is what the exporter wrote; each person in it finds the fact in their own log."""

    __tablename__ = "member_export"
    __table_args__ = (
        CheckConstraint("members >= 0", name="members"),
        Index("ix_member_export_community", "community_id", "id"),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    person_id: Mapped[str] = foreign_id("person.id")
    purpose: Mapped[str] = text_column(PURPOSE_MAX)
    columns: Mapped[list[Any]] = mapped_column(JSON)
    members: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(Instant)
