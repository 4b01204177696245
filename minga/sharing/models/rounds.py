"""Tables of rounds: one distribution of a pool, the claims on it, the shares that came of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, foreign_id, id_column, text_column
from minga.sharing.rules.allocation.records import LINE_DIGITS
from minga.sharing.rules.pools import STEPS_MAX, TURNS_MAX, WHY_MAX, WORDS_MAX

_LIVE = text("withdrawn_at IS NULL")
_UNANSWERED = text("accepted_at IS NULL AND refused_at IS NULL AND lapsed_at IS NULL")
_RUNNING = text("allocated_at IS NULL AND cancelled_at IS NULL")


class PoolRound(Base):
    """One distribution. What it may become next follows from its dates; each is set once, in this order."""

    __tablename__ = "pool_round"
    __table_args__ = (
        UniqueConstraint("pool_id", "n"),
        CheckConstraint("supply_milli IS NULL OR supply_milli > 0", name="supply"),
        CheckConstraint("(opened_at IS NULL) = (commitment IS NULL)", name="committed_when_opened"),
        CheckConstraint("closed_at IS NULL OR opened_at IS NOT NULL", name="closed_after_opened"),
        CheckConstraint("(closed_at IS NULL) = (claims_root IS NULL)", name="root_when_closed"),
        CheckConstraint("allocated_at IS NULL OR closed_at IS NOT NULL", name="allocated_after_closed"),
        CheckConstraint("(allocated_at IS NULL) = (secret IS NULL)", name="revealed_when_allocated"),
        CheckConstraint("settled_at IS NULL OR allocated_at IS NOT NULL", name="settled_after_allocated"),
        CheckConstraint("cancelled_at IS NULL OR cancelled_by_id <> cancel_asked_by_id", name="two_people"),
        Index(
            "uq_pool_round_running", "pool_id", unique=True, sqlite_where=_RUNNING, postgresql_where=_RUNNING
        ),
        Index("ix_pool_round_community", "community_id", "id"),
    )

    id: Mapped[str] = id_column()
    pool_id: Mapped[str] = foreign_id("pool.id")
    community_id: Mapped[str] = foreign_id("community.id")
    n: Mapped[int]
    rule_id: Mapped[str] = foreign_id("pool_rule.id")
    supply_milli: Mapped[int | None]
    planned_at: Mapped[datetime] = mapped_column(Instant)
    planned_by_id: Mapped[str | None] = foreign_id("person.id")
    opens_at: Mapped[datetime] = mapped_column(Instant)
    closes_at: Mapped[datetime | None] = mapped_column(Instant)
    opened_at: Mapped[datetime | None] = mapped_column(Instant)
    commitment: Mapped[str | None] = text_column(64)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    claims_root: Mapped[str | None] = text_column(64)
    allocated_at: Mapped[datetime | None] = mapped_column(Instant)
    secret: Mapped[str | None] = text_column(64)
    seed: Mapped[str | None] = text_column(64)
    supply: Mapped[int | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    cancel_why: Mapped[str] = text_column(WHY_MAX, default="")
    cancel_asked_by_id: Mapped[str | None] = foreign_id("person.id")
    cancelled_by_id: Mapped[str | None] = foreign_id("person.id")
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)


class RoundSecret(Base):
    """What a round's commitment binds to, sealed under the node's key; gone when it is revealed."""

    __tablename__ = "pool_round_secret"

    round_id: Mapped[str] = foreign_id("pool_round.id", primary_key=True)
    sealed: Mapped[str] = text_column(400)


class PoolClaim(Base):
    """What somebody asks of a round. Words and band are for the stewards of the pool; the line names it in the record."""

    __tablename__ = "pool_claim"
    __table_args__ = (
        CheckConstraint(f"steps BETWEEN 1 AND {STEPS_MAX}", name="steps"),
        CheckConstraint("band BETWEEN 0 AND 3", name="band"),
        Index(
            "uq_pool_claim_account",
            "round_id",
            "account_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_pool_claim_person", "person_id", "id"),
        Index("ix_pool_claim_account_band", "account_id", "band", "made_at"),
        Index("ix_pool_claim_round", "round_id", "id"),
        Index(
            "ix_pool_claim_words",
            "round_id",
            sqlite_where=text("words <> ''"),
            postgresql_where=text("words <> ''"),
        ),
    )

    id: Mapped[str] = id_column()
    round_id: Mapped[str] = foreign_id("pool_round.id")
    pool_id: Mapped[str] = foreign_id("pool.id")
    account_id: Mapped[str] = foreign_id("pool_account.id")
    person_id: Mapped[str] = foreign_id("person.id")
    entered_by_id: Mapped[str | None] = foreign_id("person.id")
    ticket: Mapped[str] = text_column(32, unique=True)
    line: Mapped[str] = text_column(LINE_DIGITS, unique=True)
    steps: Mapped[int]
    band: Mapped[int]
    words: Mapped[str] = text_column(WORDS_MAX, default="")
    wish: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    band_asked_at: Mapped[datetime | None] = mapped_column(Instant)
    """When a keeper asked whether it is still that pressing."""
    band_kept_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    seen: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    explanation: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class PoolShare(Base):
    """What a claim gets, for its person to accept; declined or lapsed it goes to the next of the same order."""

    __tablename__ = "pool_share"
    __table_args__ = (
        UniqueConstraint("claim_id", "turn"),
        CheckConstraint("steps > 0", name="steps"),
        CheckConstraint(f"turn BETWEEN 1 AND {TURNS_MAX}", name="turn"),
        CheckConstraint(
            "(CASE WHEN accepted_at IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN refused_at IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN lapsed_at IS NULL THEN 0 ELSE 1 END) <= 1",
            name="answered_once",
        ),
        CheckConstraint("taken_at IS NULL OR missed_at IS NULL", name="taken_or_not"),
        CheckConstraint(
            "(taken_at IS NULL AND missed_at IS NULL) OR accepted_at IS NOT NULL", name="taken_if_accepted"
        ),
        Index("ix_pool_share_person", "person_id", "id"),
        Index("ix_pool_share_round", "round_id", "id"),
        Index("ix_pool_share_account", "account_id", "accepted_at"),
        Index("ix_pool_share_waits", "answer_by_at", sqlite_where=_UNANSWERED, postgresql_where=_UNANSWERED),
    )

    id: Mapped[str] = id_column()
    claim_id: Mapped[str] = foreign_id("pool_claim.id")
    round_id: Mapped[str] = foreign_id("pool_round.id")
    pool_id: Mapped[str] = foreign_id("pool.id")
    community_id: Mapped[str] = foreign_id("community.id")
    account_id: Mapped[str] = foreign_id("pool_account.id")
    person_id: Mapped[str] = foreign_id("person.id")
    turn: Mapped[int]
    steps: Mapped[int]
    given: Mapped[list[Any] | None] = mapped_column(JSON)
    offered_at: Mapped[datetime] = mapped_column(Instant)
    answer_by_at: Mapped[datetime] = mapped_column(Instant)
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    refused_at: Mapped[datetime | None] = mapped_column(Instant)
    lapsed_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_by_id: Mapped[str | None] = foreign_id("person.id")
    taken_at: Mapped[datetime | None] = mapped_column(Instant)
    missed_at: Mapped[datetime | None] = mapped_column(Instant)
    counts: Mapped[bool] = mapped_column(default=True)
