"""Questions to whoever wants to join, each version a row of its own; answers point at the version that was asked."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from minga.communities.rules.joining import WORDS_MAX
from minga.communities.rules.questions import ANSWER_MAX, QuestionKind
from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column
from minga.kit.schema import IdText


class QuestionVersion(Base):
    """One question from `since_at` until it is worded anew or taken away. `question_id` is the same for all versions."""

    __tablename__ = "question_version"
    __table_args__ = (
        CheckConstraint("position BETWEEN 1 AND 12", name="position"),
        Index("ix_question_version_community", "community_id", "position"),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    question_id: Mapped[str] = mapped_column(IdText(32))
    position: Mapped[int]
    kind: Mapped[QuestionKind] = enum_column(QuestionKind)
    required: Mapped[bool]
    words: Mapped[dict[str, str]] = mapped_column(JSON)
    choices: Mapped[dict[str, Any]] = mapped_column(JSON)
    since_at: Mapped[datetime] = mapped_column(Instant)
    until_at: Mapped[datetime | None] = mapped_column(Instant)
    by_id: Mapped[str | None] = foreign_id("person.id")


class ApplicationAnswer(Base):
    """What an applicant answered to one version of a question."""

    __tablename__ = "application_answer"

    application_id: Mapped[str] = foreign_id("application.id", primary_key=True)
    version_id: Mapped[str] = foreign_id("question_version.id", primary_key=True)
    answer: Mapped[str] = text_column(ANSWER_MAX)


class ApplicationNote(Base):
    """What was written about an application: `to_applicant` between them and the welcomers, else among welcomers."""

    __tablename__ = "application_note"
    __table_args__ = (Index("ix_application_note", "application_id", "id"),)

    id: Mapped[str] = id_column()
    application_id: Mapped[str] = foreign_id("application.id")
    by_id: Mapped[str] = foreign_id("person.id")
    to_applicant: Mapped[bool]
    words: Mapped[str] = text_column(WORDS_MAX)
    at: Mapped[datetime] = mapped_column(Instant)
