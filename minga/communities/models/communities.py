"""The tenant, the communities above it, and the addresses it once had."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from minga.communities.rules import JoiningMode
from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column


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
    notice: Mapped[str] = text_column(200, default="")
    contact: Mapped[str] = text_column(500, default="")
    joining_mode: Mapped[JoiningMode] = enum_column(JoiningMode, default=JoiningMode.INVITATION)
    parent_id: Mapped[str | None] = foreign_id("community.id", index=True)
    root_id: Mapped[str] = foreign_id("community.id", index=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
    activated_at: Mapped[datetime | None] = mapped_column(Instant)
    paused_at: Mapped[datetime | None] = mapped_column(Instant)
    archived_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)


class Lineage(Base):
    """Each community with itself (0 steps) and with every community above it; written once, when it is founded.

    `roles_reach`: whether roles of the upper one apply in the lower; they do not enter a quiet subgroup. This one
    table is what visibility, roles, rules and roll-ups read; so no reading ever has to climb.
    """

    __tablename__ = "lineage"
    __table_args__ = (Index("ix_lineage_above", "above_id", "community_id"),)

    community_id: Mapped[str] = foreign_id("community.id", primary_key=True)
    above_id: Mapped[str] = foreign_id("community.id", primary_key=True)
    steps: Mapped[int]
    roles_reach: Mapped[bool]


class SlugPast(Base):
    """An address that a community gave up; it leads to the new one for a year and is kept free that long."""

    __tablename__ = "slug_past"

    slug: Mapped[str] = text_column(40, primary_key=True)
    community_id: Mapped[str] = foreign_id("community.id", index=True)
    until_at: Mapped[datetime] = mapped_column(Instant)
