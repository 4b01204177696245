"""What came out: the one stored Result of a poll, the decision, what it makes happen, and figures by day."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.governance.rules.kinds import CLASS_MAX, METHOD_MAX, STATEMENT_MAX
from minga.kit.db import Base, Instant, foreign_id, id_column, text_column
from minga.kit.schema import IdText

_OPEN = text("implemented_on IS NULL")
_WAITING = text("done_at IS NULL")


class PollResult(Base):
    """The Result: everything that is shown of a count is read from here. `digest` is that of its canonical JSON.

    `lots` is what their seed was made of, `counted_with` what was counted besides ballots: presence, vetoes, objections.
    """

    __tablename__ = "result"

    poll_id: Mapped[str] = foreign_id("poll.id", primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    lots: Mapped[dict[str, Any]] = mapped_column(JSON)
    counted_with: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = text_column(64)
    made_at: Mapped[datetime] = mapped_column(Instant)


class Decision(Base):
    """What was decided, numbered by community and year (2026-014); never deleted."""

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("community_id", "year", "number"),
        UniqueConstraint("poll_id"),
        CheckConstraint("number >= 1 AND year BETWEEN 2000 AND 9999", name="counted"),
        Index("ix_decision_community", "community_id", "id"),
        Index("ix_decision_proposal", "proposal_id"),
        Index("ix_decision_due", "deadline_on", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_decision_review", "review_on"),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    year: Mapped[int]
    number: Mapped[int]
    proposal_id: Mapped[str | None] = foreign_id("proposal.id")
    proposal_n: Mapped[int | None]
    poll_id: Mapped[str | None] = foreign_id("poll.id")
    title: Mapped[str] = text_column(500)
    kind: Mapped[str] = text_column(CLASS_MAX)
    method: Mapped[str] = text_column(METHOD_MAX)
    outcome: Mapped[str] = text_column(20)
    reason: Mapped[str] = text_column(40, default="")
    statement: Mapped[str] = text_column(STATEMENT_MAX, default="")
    statement_by_id: Mapped[str | None] = foreign_id("person.id")
    statement_at: Mapped[datetime | None] = mapped_column(Instant)
    owner_id: Mapped[str | None] = foreign_id("person.id")
    deadline_on: Mapped[date | None]
    decided_at: Mapped[datetime] = mapped_column(Instant)
    implemented_on: Mapped[date | None]
    review_on: Mapped[date | None]
    reviewed_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def said_number(self) -> str:
        """The number as people write it."""
        return f"{self.year}-{self.number:03}"


class Effect(Base):
    """One thing that follows from a decision; `error` is why it could not be done yet, in words."""

    __tablename__ = "effect"
    __table_args__ = (
        UniqueConstraint("decision_id", "n"),
        CheckConstraint("n >= 1 AND tries >= 0", name="counted"),
        Index("ix_effect_waiting", "decision_id", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    id: Mapped[str] = id_column()
    decision_id: Mapped[str] = foreign_id("decision.id")
    n: Mapped[int]
    kind: Mapped[str] = text_column(40)
    wish: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    tries: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    error: Mapped[str] = text_column(500, default="")
    error_facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    made_kind: Mapped[str] = text_column(40, default="")
    made_id: Mapped[str | None] = mapped_column(IdText(32))


class VotingDay(Base):
    """Figures of one day, class and method for the page *How we decide*; no ballots in it."""

    __tablename__ = "voting_day"

    community_id: Mapped[str] = foreign_id("community.id", primary_key=True)
    on: Mapped[date] = mapped_column("on_day", primary_key=True)
    rule_class: Mapped[str] = text_column(CLASS_MAX, primary_key=True)
    method: Mapped[str] = text_column(METHOD_MAX, primary_key=True)
    formula: Mapped[int]
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
