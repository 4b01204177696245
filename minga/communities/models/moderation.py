"""Reports, their steps, and what is hidden. `hidden` is the one table that the filter of every domain asks."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.communities.rules.moderation import CLAUSE_MAX, WORDS_MAX, Measure, StepKind
from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column
from minga.kit.schema import IdText

_OPEN = text("again_at IS NULL AND withdrawn_at IS NULL")
_HIDDEN = text("shown_again_at IS NULL")


class Report(Base):
    """Somebody says that something goes against what was agreed. `concerned_id` is whose it is."""

    __tablename__ = "report"
    __table_args__ = (
        CheckConstraint("(taken_at IS NULL) = (taken_by_id IS NULL)", name="taken"),
        CheckConstraint("(answered_at IS NULL) = (measure IS NULL)", name="answered"),
        CheckConstraint("appealed_at IS NULL OR answered_at IS NOT NULL", name="appealed"),
        CheckConstraint("again_by_id IS NULL OR again_by_id <> answered_by_id", name="another_answers"),
        Index(
            "uq_report_open",
            "ref_id",
            "ref_kind",
            "by_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_report_community", "community_id", "id"),
        Index("ix_report_by", "by_id", "made_at"),
        Index("ix_report_concerned", "concerned_id"),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    ref_kind: Mapped[str] = text_column(30)
    ref_id: Mapped[str] = mapped_column(IdText(32))
    by_id: Mapped[str] = foreign_id("person.id")
    concerned_id: Mapped[str | None] = foreign_id("person.id")
    clause: Mapped[str] = text_column(CLAUSE_MAX, default="")
    concerns_me: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime] = mapped_column(Instant)
    taken_at: Mapped[datetime | None] = mapped_column(Instant)
    taken_by_id: Mapped[str | None] = foreign_id("person.id")
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_by_id: Mapped[str | None] = foreign_id("person.id")
    measure: Mapped[Measure | None] = enum_column(Measure, name="measure")
    appealed_at: Mapped[datetime | None] = mapped_column(Instant)
    appealed_by_id: Mapped[str | None] = foreign_id("person.id")
    again_at: Mapped[datetime | None] = mapped_column(Instant)
    again_by_id: Mapped[str | None] = foreign_id("person.id")
    again_measure: Mapped[Measure | None] = enum_column(Measure, name="again_measure")
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)


class ReportStep(Base):
    """One step of a report with its words."""

    __tablename__ = "report_step"
    __table_args__ = (Index("ix_report_step_report", "report_id", "id"),)

    id: Mapped[str] = id_column()
    report_id: Mapped[str] = foreign_id("report.id")
    kind: Mapped[StepKind] = enum_column(StepKind)
    by_id: Mapped[str] = foreign_id("person.id")
    measure: Mapped[Measure | None] = enum_column(Measure, name="step_measure")
    words: Mapped[str] = text_column(WORDS_MAX, default="")
    at: Mapped[datetime] = mapped_column(Instant)


class Hidden(Base):
    """A thing that the moderators of a community have hidden, while `shown_again_at` is empty."""

    __tablename__ = "hidden"
    __table_args__ = (
        CheckConstraint("(shown_again_at IS NULL) = (shown_by_id IS NULL)", name="shown_by_somebody"),
        Index(
            "uq_hidden_now", "about_id", "kind", unique=True, sqlite_where=_HIDDEN, postgresql_where=_HIDDEN
        ),
        Index("ix_hidden_community", "community_id", "id"),
        Index("ix_hidden_report", "report_id"),
    )

    id: Mapped[str] = id_column()
    kind: Mapped[str] = text_column(30)
    about_id: Mapped[str] = mapped_column(IdText(32))
    community_id: Mapped[str] = foreign_id("community.id")
    report_id: Mapped[str | None] = foreign_id("report.id")
    hidden_at: Mapped[datetime] = mapped_column(Instant)
    by_id: Mapped[str] = foreign_id("person.id")
    clause: Mapped[str] = text_column(CLAUSE_MAX, default="")
    words: Mapped[str] = text_column(WORDS_MAX, default="")
    shown_again_at: Mapped[datetime | None] = mapped_column(Instant)
    shown_by_id: Mapped[str | None] = foreign_id("person.id")
