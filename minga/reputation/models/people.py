"""Tables of what people say about each other: endorsements, papers seen, skills."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column
from minga.reputation.rules.endorsing import PAPER_MAX, SKILL_MAX, WORDS_MAX, Wish

_LIVE = text("ended_at IS NULL")


class Endorsement(Base):
    """Somebody says that somebody else can do something. Shown once the other has accepted it."""

    __tablename__ = "endorsement"
    __table_args__ = (
        CheckConstraint("endorser_id <> endorsee_id", name="not_oneself"),
        CheckConstraint("accepted_at IS NULL OR declined_at IS NULL", name="answered_once"),
        Index(
            "uq_endorsement_live",
            "endorser_id",
            "endorsee_id",
            "skill_key",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_endorsement_endorsee", "endorsee_id", "skill_key", "id"),
        Index("ix_endorsement_endorser", "endorser_id", "given_at"),
    )

    id: Mapped[str] = id_column()
    endorser_id: Mapped[str] = foreign_id("person.id")
    endorsee_id: Mapped[str] = foreign_id("person.id")
    community_id: Mapped[str] = foreign_id("community.id")
    skill: Mapped[str] = text_column(SKILL_MAX)
    skill_key: Mapped[str] = text_column(SKILL_MAX)
    words: Mapped[str] = text_column(WORDS_MAX)
    given_at: Mapped[datetime] = mapped_column(Instant)
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    declined_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_by_id: Mapped[str | None] = foreign_id("person.id")


class SkillProof(Base):
    """A paper that somebody with `skill.verify` has seen: its kind and the end of its number, never a copy."""

    __tablename__ = "skill_proof"
    __table_args__ = (
        CheckConstraint("person_id <> seen_by_id", name="not_oneself"),
        Index("ix_skill_proof_person", "person_id", "community_id", "skill_key"),
        Index("ix_skill_proof_end", "valid_until", sqlite_where=_LIVE, postgresql_where=_LIVE),
    )

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = foreign_id("person.id")
    community_id: Mapped[str] = foreign_id("community.id")
    skill: Mapped[str] = text_column(SKILL_MAX)
    skill_key: Mapped[str] = text_column(SKILL_MAX)
    paper: Mapped[str] = text_column(PAPER_MAX)
    last4: Mapped[str] = text_column(4)
    valid_until: Mapped[date | None]
    seen_by_id: Mapped[str] = foreign_id("person.id")
    seen_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class PersonSkill(Base):
    """What somebody says of themselves: that they can, teach or would like to learn something."""

    __tablename__ = "person_skill"
    __table_args__ = (Index("ix_person_skill_key", "skill_key", "wish"),)

    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    skill_key: Mapped[str] = text_column(SKILL_MAX, primary_key=True)
    wish: Mapped[Wish] = enum_column(Wish, primary_key=True)
    skill: Mapped[str] = text_column(SKILL_MAX)
    stated_at: Mapped[datetime] = mapped_column(Instant)


class SkillMark(Base):
    """That a skill was told to be verified; whether it still is follows from the evidence, not from this row."""

    __tablename__ = "skill_mark"

    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    community_id: Mapped[str] = foreign_id("community.id", primary_key=True)
    skill_key: Mapped[str] = text_column(SKILL_MAX, primary_key=True)
    since_at: Mapped[datetime] = mapped_column(Instant)
