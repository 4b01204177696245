"""Tables of pools: what is held in common, by which rule it is shared, what came in and went out, whose account it is."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column
from minga.sharing.rules.allocation.names import Rule, What
from minga.sharing.rules.content import Measure
from minga.sharing.rules.pools import (
    HEADS_MAX,
    NAME_MAX,
    TEXT_MAX,
    THING_MAX,
    WHY_MAX,
    Eligible,
    StockWhy,
    WeightBy,
)

_ON_ITS_WAY = text("arrived_at IS NULL AND declined_at IS NULL")


class Pool(Base):
    """Something held in common. Its rule stands in its history; its stock is the last line of its moves."""

    __tablename__ = "pool"
    __table_args__ = (
        CheckConstraint("step_milli > 0", name="step"),
        CheckConstraint("window_days BETWEEN 7 AND 730", name="window"),
        CheckConstraint("claim_max IS NULL OR claim_max > 0", name="claim_max"),
        CheckConstraint("member_cap IS NULL OR member_cap > 0", name="member_cap"),
        CheckConstraint("answer_hours BETWEEN 1 AND 720", name="answer_hours"),
        Index("ix_pool_community", "community_id", "id"),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    name: Mapped[str] = text_column(NAME_MAX)
    words: Mapped[str] = text_column(TEXT_MAX, default="")
    what: Mapped[What] = enum_column(What)
    unit: Mapped[Measure] = enum_column(Measure)
    step_milli: Mapped[int]
    essential: Mapped[bool]
    weight_by: Mapped[WeightBy] = enum_column(WeightBy)
    window_days: Mapped[int]
    member_cap: Mapped[int | None]
    claim_max: Mapped[int | None]
    eligible: Mapped[Eligible] = enum_column(Eligible)
    pick_up: Mapped[str] = text_column(WHY_MAX, default="")
    category_id: Mapped[str | None] = foreign_id("category.id")
    standing: Mapped[bool]
    answer_hours: Mapped[int]
    founded_at: Mapped[datetime] = mapped_column(Instant)
    founded_by_id: Mapped[str] = foreign_id("person.id")
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class PoolRule(Base):
    """The rule of a pool from a moment on; a round keeps the version it was opened with."""

    __tablename__ = "pool_rule"
    __table_args__ = (UniqueConstraint("pool_id", "version"), CheckConstraint("version > 0", name="version"))

    id: Mapped[str] = id_column()
    pool_id: Mapped[str] = foreign_id("pool.id")
    version: Mapped[int]
    rule: Mapped[Rule] = enum_column(Rule)
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON)
    since_at: Mapped[datetime] = mapped_column(Instant)
    by_id: Mapped[str] = foreign_id("person.id")


class PoolThing(Base):
    """One of the different things of a pool: a room, a bicycle, a chore; how many there are, or how many minutes it takes."""

    __tablename__ = "pool_thing"
    __table_args__ = (UniqueConstraint("pool_id", "name"), CheckConstraint("amount > 0", name="amount"))

    id: Mapped[str] = id_column()
    pool_id: Mapped[str] = foreign_id("pool.id")
    name: Mapped[str] = text_column(THING_MAX)
    amount: Mapped[int]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class StockMove(Base):
    """What came into a pool or left it. Each line begins where the last ended, and none ends below zero."""

    __tablename__ = "stock_move"
    __table_args__ = (
        UniqueConstraint("pool_id", "n"),
        CheckConstraint("milli <> 0", name="moves"),
        CheckConstraint("after_milli = before_milli + milli", name="adds_up"),
        CheckConstraint("before_milli >= 0 AND after_milli >= 0", name="never_negative"),
        CheckConstraint("n > 0 AND (n > 1 OR before_milli = 0)", name="begins_empty"),
    )

    id: Mapped[str] = id_column()
    pool_id: Mapped[str] = foreign_id("pool.id")
    n: Mapped[int]
    before_milli: Mapped[int]
    milli: Mapped[int]
    after_milli: Mapped[int]
    why: Mapped[StockWhy] = enum_column(StockWhy)
    words: Mapped[str] = text_column(WHY_MAX, default="")
    listing_id: Mapped[str | None] = foreign_id("listing.id")
    round_id: Mapped[str | None] = foreign_id("pool_round.id")
    at: Mapped[datetime] = mapped_column(Instant)
    by_id: Mapped[str | None] = foreign_id("person.id")


class PoolGift(Base):
    """What a member said they bring; it counts as stock as soon as a keeper says that it is there."""

    __tablename__ = "pool_gift"
    __table_args__ = (
        CheckConstraint("milli > 0", name="amount"),
        CheckConstraint("arrived_at IS NULL OR declined_at IS NULL", name="ends_once"),
        Index("ix_pool_gift_waits", "pool_id", sqlite_where=_ON_ITS_WAY, postgresql_where=_ON_ITS_WAY),
        Index("ix_pool_gift_person", "person_id", "id"),
    )

    id: Mapped[str] = id_column()
    pool_id: Mapped[str] = foreign_id("pool.id")
    person_id: Mapped[str] = foreign_id("person.id")
    listing_id: Mapped[str | None] = foreign_id("listing.id")
    milli: Mapped[int]
    words: Mapped[str] = text_column(WHY_MAX, default="")
    said_at: Mapped[datetime] = mapped_column(Instant)
    arrived_at: Mapped[datetime | None] = mapped_column(Instant)
    declined_at: Mapped[datetime | None] = mapped_column(Instant)
    by_id: Mapped[str | None] = foreign_id("person.id")


class PoolAccount(Base):
    """What a person, or the people of one household together, received from a pool; newcomers start at the least."""

    __tablename__ = "pool_account"
    __table_args__ = (
        CheckConstraint(f"heads BETWEEN 1 AND {HEADS_MAX}", name="heads"),
        CheckConstraint("start_steps >= 0", name="start"),
        Index("ix_pool_account_pool", "pool_id", "id"),
    )

    id: Mapped[str] = id_column()
    pool_id: Mapped[str] = foreign_id("pool.id")
    heads: Mapped[int]
    start_steps: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    last_at: Mapped[datetime | None] = mapped_column(Instant)


class PoolSeat(Base):
    """Who belongs to an account of a pool: a person to one and no more."""

    __tablename__ = "pool_seat"
    __table_args__ = (Index("ix_pool_seat_account", "account_id"),)

    pool_id: Mapped[str] = foreign_id("pool.id", primary_key=True)
    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    account_id: Mapped[str] = foreign_id("pool_account.id")
