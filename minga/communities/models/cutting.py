"""Branches that were cut: the plan, what was chosen for each person, and the wish to undo it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.communities.rules.cutting import REASON_MAX, Fate
from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column

_OPEN = text("agreed_at IS NULL AND closed_at IS NULL")


class BranchCut(Base):
    """A plan for everybody below a member. Nothing happens before `agreed_at`; `closed_at`: taken back, refused or late."""

    __tablename__ = "branch_cut"
    __table_args__ = (
        CheckConstraint("agreed_by_id IS NULL OR agreed_by_id <> asked_by_id", name="two_people"),
        CheckConstraint("(agreed_at IS NULL) = (agreed_by_id IS NULL)", name="agreed"),
        Index("uq_branch_cut_open", "top_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_branch_cut_community", "community_id", "asked_at"),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    top_id: Mapped[str] = foreign_id("membership.id")
    since_on: Mapped[date | None]
    until_on: Mapped[date | None]
    reason: Mapped[str] = text_column(REASON_MAX)
    asked_by_id: Mapped[str] = foreign_id("person.id")
    asked_at: Mapped[datetime] = mapped_column(Instant)
    until_at: Mapped[datetime] = mapped_column(Instant)
    agreed_by_id: Mapped[str | None] = foreign_id("person.id")
    agreed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)


class BranchCutPerson(Base):
    """One person of a plan. `kept` remembers what the cut ended, so that undoing it gives back that and nothing else."""

    __tablename__ = "branch_cut_person"
    __table_args__ = (Index("ix_branch_cut_person_membership", "membership_id"),)

    cut_id: Mapped[str] = foreign_id("branch_cut.id", primary_key=True)
    membership_id: Mapped[str] = foreign_id("membership.id", primary_key=True)
    fate: Mapped[Fate] = enum_column(Fate, name="branch_cut_fate")
    sponsor_id: Mapped[str | None] = foreign_id("membership.id")
    kept: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)


class BranchCutUndo(Base):
    """Somebody wishes to undo a cut, for these memberships (none named: for all); it takes a second person like the cut."""

    __tablename__ = "branch_cut_undo"
    __table_args__ = (
        CheckConstraint("agreed_by_id IS NULL OR agreed_by_id <> asked_by_id", name="two_people"),
        CheckConstraint("(agreed_at IS NULL) = (agreed_by_id IS NULL)", name="agreed"),
        Index("uq_branch_cut_undo_open", "cut_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[str] = id_column()
    cut_id: Mapped[str] = foreign_id("branch_cut.id", index=True)
    membership_ids: Mapped[list[str]] = mapped_column(JSON, default=list)
    asked_by_id: Mapped[str] = foreign_id("person.id")
    asked_at: Mapped[datetime] = mapped_column(Instant)
    until_at: Mapped[datetime] = mapped_column(Instant)
    agreed_by_id: Mapped[str | None] = foreign_id("person.id")
    agreed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
