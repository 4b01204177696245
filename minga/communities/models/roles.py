"""Roles as data: what they are called, what they may do from when to when, and who holds them."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.communities.rules.decided import NUMBER_MAX
from minga.kit.db import Base, Instant, foreign_id, id_column, text_column

_LIVE = text("ended_at IS NULL")


class Role(Base):
    """A bundle of capabilities in one community. `built_in` roles (guest, trial, member) come with standing, not by grant."""

    __tablename__ = "role"
    __table_args__ = (
        Index("uq_role_key", "community_id", "key", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        CheckConstraint("seats_max IS NULL OR seats_max > 0", name="seats"),
        CheckConstraint("term_days IS NULL OR term_days > 0", name="term"),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    key: Mapped[str] = text_column(30)
    name: Mapped[str] = text_column(60)
    purpose: Mapped[str] = text_column(500, default="")
    duties: Mapped[list[str]] = mapped_column(JSON, default=list)
    built_in: Mapped[bool] = mapped_column(default=False)
    seats_max: Mapped[int | None]
    term_days: Mapped[int | None]
    made_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)


class RoleCapability(Base):
    """What a role may do, from a moment to a moment: which rule applied then can always be answered."""

    __tablename__ = "role_capability"
    __table_args__ = (Index("ix_role_capability_role", "role_id", "capability"),)

    id: Mapped[str] = id_column()
    role_id: Mapped[str] = foreign_id("role.id")
    capability: Mapped[str] = text_column(60)
    since_at: Mapped[datetime] = mapped_column(Instant)
    until_at: Mapped[datetime | None] = mapped_column(Instant)


class RoleGrant(Base):
    """A membership holds a role for a term; it ends by itself at `until_at` or earlier at `ended_at`."""

    __tablename__ = "role_grant"
    __table_args__ = (
        Index("ix_role_grant_membership", "membership_id"),
        Index(
            "uq_role_grant_live",
            "role_id",
            "membership_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
    )

    id: Mapped[str] = id_column()
    role_id: Mapped[str] = foreign_id("role.id")
    membership_id: Mapped[str] = foreign_id("membership.id")
    since_at: Mapped[datetime] = mapped_column(Instant)
    until_at: Mapped[datetime | None] = mapped_column(Instant)
    granted_by_id: Mapped[str] = foreign_id("person.id")
    decision: Mapped[str] = text_column(NUMBER_MAX, default="", server_default="")
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_by_id: Mapped[str | None] = foreign_id("person.id")
