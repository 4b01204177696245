"""What people want of their data, and what was told to whom when data got out."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.identity.rules.data import LETTER_MAX, RequestKind
from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column

_OPEN = text("done_at IS NULL AND cancelled_at IS NULL")


class DataRequest(Base):
    """A file of one's own data, or the wish to be erased. `due_at`: when it is done; of a file, until when it is there."""

    __tablename__ = "data_request"
    __table_args__ = (
        Index(
            "uq_data_request_open",
            "person_id",
            "kind",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_data_request_due", "kind", "due_at"),
        CheckConstraint("done_at IS NULL OR cancelled_at IS NULL", name="ended_once"),
    )

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = foreign_id("person.id", index=True)
    kind: Mapped[RequestKind] = enum_column(RequestKind)
    keep_words: Mapped[bool] = mapped_column(default=True)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)
    size: Mapped[int | None]


class Incident(Base):
    """Data got out: the span, what was concerned, how, and what is said to those concerned."""

    __tablename__ = "incident"
    __table_args__ = (CheckConstraint("until_at >= from_at", name="span"),)

    id: Mapped[str] = id_column()
    made_by_id: Mapped[str | None] = foreign_id("person.id")
    made_at: Mapped[datetime] = mapped_column(Instant)
    from_at: Mapped[datetime] = mapped_column(Instant)
    until_at: Mapped[datetime] = mapped_column(Instant)
    known_at: Mapped[datetime] = mapped_column(Instant)
    concerned: Mapped[dict[str, Any]] = mapped_column(JSON)
    how: Mapped[str] = text_column(LETTER_MAX)
    done: Mapped[str] = text_column(LETTER_MAX, default="")
    advice: Mapped[str] = text_column(LETTER_MAX, default="")
    whom: Mapped[str] = text_column(500, default="")
    authority_told_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)


class IncidentPerson(Base):
    """One person whom an incident concerns, and when and how they were told."""

    __tablename__ = "incident_person"
    __table_args__ = (Index("ix_incident_person_person", "person_id"),)

    incident_id: Mapped[str] = foreign_id("incident.id", primary_key=True)
    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    told_at: Mapped[datetime | None] = mapped_column(Instant)
    how: Mapped[str] = text_column(20, default="")
