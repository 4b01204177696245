"""Lists of members that somebody brought as a file: looked through first, applied on a second yes, undone for a week."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column

_OPEN = text("applied_at IS NULL AND discarded_at IS NULL")


class Verdict(StrEnum):
    """What a row is about: somebody new, a member whose fields change, maybe one, or a fault."""

    NEW = "new"
    SAME = "same"
    MAYBE = "maybe"
    FAULT = "fault"


class MemberImport(Base):
    """One file; `digest` names it. Looking through writes nothing but this and its rows."""

    __tablename__ = "member_import"
    __table_args__ = (
        CheckConstraint("undone_at IS NULL OR applied_at IS NOT NULL", name="only_applied_is_undone"),
        Index("ix_member_import_community", "community_id", "digest"),
        Index(
            "uq_member_import_open",
            "community_id",
            "digest",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    person_id: Mapped[str] = foreign_id("person.id")
    name: Mapped[str] = text_column(200)
    digest: Mapped[str] = text_column(64)
    made_at: Mapped[datetime] = mapped_column(Instant)
    applied_at: Mapped[datetime | None] = mapped_column(Instant)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)
    discarded_at: Mapped[datetime | None] = mapped_column(Instant)


class MemberImportRow(Base):
    """One row: its cells, what they come to, and once applied whom it made or changed and what stood there before.

    `mailed_at`: when their card was sent to them.
    """

    __tablename__ = "member_import_row"
    __table_args__ = (
        CheckConstraint("choice IN ('', 'new', 'same')", name="choice"),
        CheckConstraint("verdict <> 'maybe' OR same_id IS NOT NULL", name="maybe_whom"),
        Index("ix_member_import_row_person", "person_id"),
        Index("ix_member_import_row_same", "same_id"),
    )

    import_id: Mapped[str] = foreign_id("member_import.id", primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cells: Mapped[dict[str, Any]] = mapped_column(JSON)
    verdict: Mapped[Verdict] = enum_column(Verdict)
    fault: Mapped[str] = text_column(400, default="")
    fault_facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    same_id: Mapped[str | None] = foreign_id("person.id")
    choice: Mapped[str] = text_column(4, default="")
    person_id: Mapped[str | None] = foreign_id("person.id")
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    applied_at: Mapped[datetime | None] = mapped_column(Instant)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)
    mailed_at: Mapped[datetime | None] = mapped_column(Instant)
