"""Tables of facts: one observed outcome each, what its person says against it, and sums by month."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column
from minga.kit.schema import IdText
from minga.reputation.rules.facts import WORDS_MAX, Dimension, What

_OPEN = text("answered_at IS NULL")


class Fact(Base):
    """One outcome that an event says about one person. Counts are halves; a struck fact stays and counts no more."""

    __tablename__ = "fact"
    __table_args__ = (
        UniqueConstraint("event_id", "dimension", "person_id", "what"),
        CheckConstraint("positive >= 0 AND negative >= 0 AND positive + negative = 2", name="one_in_halves"),
        CheckConstraint("minutes >= 0", name="minutes"),
        CheckConstraint("person_id <> other_id", name="two_people"),
        Index("ix_fact_person", "person_id", "happened_on", "id"),
        Index("ix_fact_community", "community_id", "dimension", "happened_on"),
    )

    id: Mapped[str] = id_column()
    event_id: Mapped[str] = mapped_column(IdText(32))
    person_id: Mapped[str] = foreign_id("person.id")
    other_id: Mapped[str | None] = foreign_id("person.id", index=True)
    community_id: Mapped[str] = foreign_id("community.id")
    dimension: Mapped[Dimension] = enum_column(Dimension)
    what: Mapped[What] = enum_column(What)
    positive: Mapped[int]
    negative: Mapped[int]
    minutes: Mapped[int]
    happened_on: Mapped[date]
    about_kind: Mapped[str] = text_column(30)
    about_id: Mapped[str] = mapped_column(IdText(32))
    struck_at: Mapped[datetime | None] = mapped_column(Instant)


class Contest(Base):
    """*Not so*: what the person of a fact says against it, and whether the other side or a mediator agreed."""

    __tablename__ = "fact_contest"
    __table_args__ = (
        CheckConstraint("(answered_at IS NULL) = (agreed IS NULL)", name="answered"),
        Index("uq_fact_contest_open", "fact_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_fact_contest_fact", "fact_id", "id"),
        Index("ix_fact_contest_asked", "asked_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[str] = id_column()
    fact_id: Mapped[str] = foreign_id("fact.id")
    asked_id: Mapped[str | None] = foreign_id("person.id")
    words: Mapped[str] = text_column(WORDS_MAX)
    at: Mapped[datetime] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_by_id: Mapped[str | None] = foreign_id("person.id")
    agreed: Mapped[bool | None]


class ContributionMonth(Base):
    """How often and how long somebody gave or received in one month of one community; sums of facts."""

    __tablename__ = "contribution_month"
    __table_args__ = (Index("ix_contribution_month_community", "community_id", "month", "what"),)

    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    community_id: Mapped[str] = foreign_id("community.id", primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    what: Mapped[What] = enum_column(What, primary_key=True)
    count: Mapped[int]
    minutes: Mapped[int]
