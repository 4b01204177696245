"""Two accounts that are one person: asked by whoever keeps the one, answered by the other, taken back for a month."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.communities.rules.keeping import ConsentHow
from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column

_WAITS = text("answered_at IS NULL AND withdrawn_at IS NULL")


class PersonMerge(Base):
    """A kept person who may be a member with an account of their own. `how` is the kept one's yes, `agreed` the other's.

    `moved` lists each cell that names the other since, and `noted` what domains did besides; both are what taking it back needs.
    """

    __tablename__ = "person_merge"
    __table_args__ = (
        CheckConstraint("from_id <> into_id", name="two_accounts"),
        CheckConstraint("(answered_at IS NULL) = (agreed IS NULL)", name="answered"),
        CheckConstraint("asked_by_id <> into_id", name="two_people"),
        Index("uq_person_merge_waits", "from_id", unique=True, sqlite_where=_WAITS, postgresql_where=_WAITS),
        Index("ix_person_merge_into", "into_id"),
        Index("ix_person_merge_community", "community_id", "answered_at"),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    keeping_id: Mapped[str] = foreign_id("keeping.id")
    from_id: Mapped[str] = foreign_id("person.id")
    into_id: Mapped[str] = foreign_id("person.id")
    asked_by_id: Mapped[str] = foreign_id("person.id")
    how: Mapped[ConsentHow] = enum_column(ConsentHow, name="merge_how")
    asked_at: Mapped[datetime] = mapped_column(Instant)
    until_at: Mapped[datetime] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    agreed: Mapped[bool | None]
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    moved: Mapped[list[Any]] = mapped_column(JSON, default=list)
    noted: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)
