"""Proposals with every version of their text, and what others say to them before anything is counted."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from minga.governance.rules.kinds import (
    AMOUNT_MAX,
    ANSWER_MAX,
    ARGUMENT_MAX,
    CLASS_MAX,
    NUMBER_MAX,
    REASON_MAX,
    TEXT_MAX,
    TITLE_MAX,
    TOPIC_MAX,
    WHY_MAX,
    ProposalKind,
)
from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column


class Proposal(Base):
    """A question put to a community. Its words stand in its versions, its state follows from its dates and polls.

    `rounds` is how many polls were set up for it; the newest has that number. `proposer_id` is nobody where the node
    itself or a decision reopened something.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint("version_n >= 1 AND rounds >= 0", name="counted"),
        CheckConstraint("withdrawn_at IS NOT NULL OR withdrawn_why = ''", name="withdrawn"),
        Index("ix_proposal_community", "community_id", "id"),
        Index("ix_proposal_kind", "community_id", "kind", "id"),
        Index("ix_proposal_proposer", "proposer_id", "id"),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    kind: Mapped[ProposalKind] = enum_column(ProposalKind)
    own_kind: Mapped[str] = text_column(CLASS_MAX, default="")
    topic: Mapped[str] = text_column(TOPIC_MAX, default="")
    proposer_id: Mapped[str | None] = foreign_id("person.id")
    owner_id: Mapped[str | None] = foreign_id("person.id")
    subject_id: Mapped[str | None] = foreign_id("person.id")
    deadline_on: Mapped[date | None]
    supersedes: Mapped[str] = text_column(NUMBER_MAX, default="")
    opened_for: Mapped[str] = text_column(80, default="")
    version_n: Mapped[int] = mapped_column(default=1)
    rounds: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime] = mapped_column(Instant)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_why: Mapped[str] = text_column(REASON_MAX, default="")
    outcome_stated_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)


class ProposalVersion(Base):
    """One version of a proposal's text. While it is a draft its first version is written over."""

    __tablename__ = "proposal_version"
    __table_args__ = (
        CheckConstraint(f"amount BETWEEN 0 AND {AMOUNT_MAX}", name="amount"),
        CheckConstraint("(amount IS NULL) = (unit = '')", name="amount_has_unit"),
    )

    proposal_id: Mapped[str] = foreign_id("proposal.id", primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = text_column(TITLE_MAX)
    description: Mapped[str] = text_column(TEXT_MAX)
    rationale: Mapped[str] = text_column(WHY_MAX, default="")
    amount: Mapped[int | None]
    unit: Mapped[str] = text_column(12, default="")
    effects: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    by_id: Mapped[str | None] = foreign_id("person.id")
    at: Mapped[datetime] = mapped_column(Instant)


class CoProposer(Base):
    """Somebody was asked to propose it together with the proposer, and said yes."""

    __tablename__ = "co_proposer"

    proposal_id: Mapped[str] = foreign_id("proposal.id", primary_key=True)
    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    agreed_at: Mapped[datetime | None] = mapped_column(Instant)


class Seconding(Base):
    """Somebody wants that a proposal is put to the vote."""

    __tablename__ = "seconding"

    proposal_id: Mapped[str] = foreign_id("proposal.id", primary_key=True)
    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)


class Amendment(Base):
    """What somebody would have said otherwise, and how the proposer answered."""

    __tablename__ = "amendment"
    __table_args__ = (
        CheckConstraint("(answered_at IS NULL) = (accepted IS NULL)", name="answered"),
        Index("ix_amendment_proposal", "proposal_id", "id"),
    )

    id: Mapped[str] = id_column()
    proposal_id: Mapped[str] = foreign_id("proposal.id")
    by_id: Mapped[str | None] = foreign_id("person.id")
    words: Mapped[str] = text_column(ARGUMENT_MAX)
    made_at: Mapped[datetime] = mapped_column(Instant)
    accepted: Mapped[bool | None]
    answer: Mapped[str] = text_column(ANSWER_MAX, default="")
    answered_at: Mapped[datetime | None] = mapped_column(Instant)


class Advice(Base):
    """Somebody affected was asked for advice, said something, and reads what became of it."""

    __tablename__ = "advice"
    __table_args__ = (
        UniqueConstraint("proposal_id", "adviser_id"),
        CheckConstraint("answered_at IS NULL OR said_at IS NOT NULL", name="said_first"),
        Index("ix_advice_adviser", "adviser_id", "proposal_id"),
    )

    id: Mapped[str] = id_column()
    proposal_id: Mapped[str] = foreign_id("proposal.id")
    adviser_id: Mapped[str] = foreign_id("person.id")
    asked_at: Mapped[datetime] = mapped_column(Instant)
    words: Mapped[str] = text_column(ARGUMENT_MAX, default="")
    said_at: Mapped[datetime | None] = mapped_column(Instant)
    answer: Mapped[str] = text_column(ANSWER_MAX, default="")
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
