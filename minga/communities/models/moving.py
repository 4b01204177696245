"""Communities as files: what was taken out, and where a community that was brought in came from."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, foreign_id, id_column, text_column
from minga.kit.schema import IdText


class CommunityExport(Base):
    """A file of a whole community: two people wanted it, it is written by a job and lies here for a week."""

    __tablename__ = "community_export"
    __table_args__ = (Index("ix_community_export_community", "community_id", "id"),)

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    second_id: Mapped[str] = foreign_id("second.id")
    asked_by_id: Mapped[str] = foreign_id("person.id")
    agreed_by_id: Mapped[str | None] = foreign_id("person.id")
    asked_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    until_at: Mapped[datetime | None] = mapped_column(Instant)
    size: Mapped[int | None]


class CommunityOrigin(Base):
    """Where a community came from: the id and the key under which it was written, and whether it is a part of that one."""

    __tablename__ = "community_origin"

    community_id: Mapped[str] = foreign_id("community.id", primary_key=True)
    origin_id: Mapped[str] = mapped_column(IdText(32))
    origin_name: Mapped[str] = text_column(120)
    origin_did: Mapped[str] = text_column(80)
    is_fork: Mapped[bool]
    digest: Mapped[str] = mapped_column(IdText(64))
    came_at: Mapped[datetime] = mapped_column(Instant)
