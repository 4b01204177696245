"""Tables of communities."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, foreign_id, id_column, text_column

_LIVE = text("ended_on IS NULL")


class Community(Base):
    """The tenant: a cooperative, a mutual-aid group, a time bank; a subgroup has a parent."""

    __tablename__ = "community"
    __table_args__ = (CheckConstraint("id <> parent_id", name="not_its_own_parent"),)

    id: Mapped[str] = id_column()
    slug: Mapped[str] = text_column(40, unique=True)
    name: Mapped[str] = text_column(120)
    kind: Mapped[str] = text_column(20, default="other")
    purpose: Mapped[str] = text_column(500, default="")
    description: Mapped[str] = text_column(10_000, default="")
    language: Mapped[str] = text_column(12, default="en")
    zone: Mapped[str] = text_column(40, default="UTC")
    currency: Mapped[str | None] = text_column(3)
    photo: Mapped[str | None] = text_column(64)
    features: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    joining_mode: Mapped[str] = text_column(12, default="invitation")
    parent_id: Mapped[str | None] = foreign_id("community.id", index=True)
    root_id: Mapped[str] = foreign_id("community.id", index=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
    activated_at: Mapped[datetime | None] = mapped_column(Instant)
    paused_at: Mapped[datetime | None] = mapped_column(Instant)
    archived_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)


class Membership(Base):
    """A person in a community, from a day to a day; one live row per person and community."""

    __tablename__ = "membership"
    __table_args__ = (
        Index(
            "uq_membership_live",
            "community_id",
            "person_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_membership_person", "person_id", "community_id"),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    person_id: Mapped[str] = foreign_id("person.id")
    sponsor_id: Mapped[str | None] = foreign_id("membership.id")
    came_by: Mapped[str] = text_column(12, default="invite")
    joined_on: Mapped[date]
    trial_until_on: Mapped[date | None]
    full_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    ended_why: Mapped[str | None] = text_column(12)
    earlier_id: Mapped[str | None] = foreign_id("membership.id")
    made_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)
