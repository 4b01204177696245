"""What members agree to: agreements, their versions with the text in each language, and who accepted which."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.communities.rules.agreements import CHANGE_MAX, KEY_MAX, TEXT_MAX, TITLE_MAX
from minga.identity import Via
from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column

_UNASKED = text("until_at IS NULL AND reviewed_at IS NULL")


class Agreement(Base):
    """One text of a community that has versions."""

    __tablename__ = "agreement"
    __table_args__ = (UniqueConstraint("community_id", "key"),)

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    key: Mapped[str] = text_column(KEY_MAX)
    made_at: Mapped[datetime] = mapped_column(Instant)


class AgreementVersion(Base):
    """One version. Where it has to be accepted, `grace_ends_at` is when who has not may only read."""

    __tablename__ = "agreement_version"
    __table_args__ = (
        UniqueConstraint("agreement_id", "n"),
        CheckConstraint("n >= 1", name="counted"),
        CheckConstraint("grace_ends_at >= valid_from_at", name="grace"),
        Index("ix_agreement_version_review", "review_on", sqlite_where=_UNASKED, postgresql_where=_UNASKED),
    )

    id: Mapped[str] = id_column()
    agreement_id: Mapped[str] = foreign_id("agreement.id")
    n: Mapped[int]
    valid_from_at: Mapped[datetime] = mapped_column(Instant)
    until_at: Mapped[datetime | None] = mapped_column(Instant)
    must_accept: Mapped[bool]
    grace_ends_at: Mapped[datetime] = mapped_column(Instant)
    review_on: Mapped[date | None]
    """The day on which the node asks whether it still fits."""
    reviewed_at: Mapped[datetime | None] = mapped_column(Instant)
    change: Mapped[str] = text_column(CHANGE_MAX, default="")
    decision: Mapped[str] = text_column(200, default="")
    published_by_id: Mapped[str | None] = foreign_id("person.id")
    published_at: Mapped[datetime] = mapped_column(Instant)


class AgreementText(Base):
    """The text of a version in one language, with the SHA-256 of exactly these words."""

    __tablename__ = "agreement_text"

    version_id: Mapped[str] = foreign_id("agreement_version.id", primary_key=True)
    language: Mapped[str] = text_column(16, primary_key=True)
    title: Mapped[str] = text_column(TITLE_MAX)
    words: Mapped[str] = text_column(TEXT_MAX)
    digest: Mapped[str] = text_column(64)


class AgreementAcceptance(Base):
    """Somebody accepted a version, once."""

    __tablename__ = "agreement_acceptance"
    __table_args__ = (Index("ix_agreement_acceptance_person", "person_id", "version_id"),)

    version_id: Mapped[str] = foreign_id("agreement_version.id", primary_key=True)
    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    language: Mapped[str] = text_column(16)
    at: Mapped[datetime] = mapped_column(Instant)
    via: Mapped[Via] = enum_column(Via)
