"""The rules of deciding of each community as data, all versions readable, and votes that were lent."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.governance.rules.kinds import NUMBER_MAX, TOPIC_MAX, DelegationScope
from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column

_LIVE = text("ended_at IS NULL")


class Charter(Base):
    """One version of the rules of deciding; the newest that is in force holds. `decision` is the number of what made it."""

    __tablename__ = "charter"
    __table_args__ = (
        UniqueConstraint("community_id", "n"),
        CheckConstraint("n >= 1", name="counted"),
        Index("ix_charter_review", "review_on"),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    n: Mapped[int]
    rules: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    kinds: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    simple_majority: Mapped[bool] = mapped_column(default=False)
    in_force_at: Mapped[datetime] = mapped_column(Instant)
    until_at: Mapped[datetime | None] = mapped_column(Instant)
    made_by_id: Mapped[str | None] = foreign_id("person.id")
    made_at: Mapped[datetime] = mapped_column(Instant)
    decision: Mapped[str] = text_column(NUMBER_MAX, default="")
    review_on: Mapped[date | None]
    reviewed_at: Mapped[datetime | None] = mapped_column(Instant)
    sunset_on: Mapped[date | None]


class Delegation(Base):
    """A vote lent to somebody, for one poll, a topic or the community; one live row for each scope."""

    __tablename__ = "delegation"
    __table_args__ = (
        CheckConstraint("person_id <> to_id", name="two_people"),
        CheckConstraint("until_at > made_at", name="ends_later"),
        Index(
            "uq_delegation_live",
            "community_id",
            "person_id",
            "scope_kind",
            "scope",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_delegation_to", "to_id", "community_id"),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    person_id: Mapped[str] = foreign_id("person.id")
    scope_kind: Mapped[DelegationScope] = enum_column(DelegationScope)
    scope: Mapped[str] = text_column(TOPIC_MAX, default="")
    to_id: Mapped[str] = foreign_id("person.id")
    made_at: Mapped[datetime] = mapped_column(Instant)
    until_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    entered_by_id: Mapped[str | None] = foreign_id("person.id")
