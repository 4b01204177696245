"""Tables of exchanges: what both sides agreed, its legs, and whom a given thing belongs to since."""

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, Computed, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column
from minga.sharing.rules.exchanges import WHY_MAX, WORDS_MAX, ExchangeKind, LegWhat, Side

_RUNNING = text("completed_at IS NULL AND cancelled_at IS NULL")
_ACROSS = text("giver_root_id <> taker_root_id")


class Exchange(Base):
    """A movement that two people agreed on. Its status is computed from these dates."""

    __tablename__ = "exchange"
    __table_args__ = (
        CheckConstraint("provider_id <> receiver_id", name="two_people"),
        CheckConstraint("completed_at IS NULL OR cancelled_at IS NULL", name="ends_once"),
        CheckConstraint("until_at IS NULL OR from_at IS NULL OR until_at > from_at", name="window"),
        CheckConstraint(
            "kind <> 'loan' OR (from_at IS NOT NULL AND until_at IS NOT NULL)", name="loans_have_days"
        ),
        Index("ix_exchange_provider", "provider_id", "id"),
        Index("ix_exchange_receiver", "receiver_id", "id"),
        Index("ix_exchange_kind", "kind", "id"),
        Index(
            "ix_exchange_running",
            "listing_id",
            sqlite_where=_RUNNING,
            postgresql_where=_RUNNING,
        ),
        Index("ix_exchange_community", "community_id", "id"),
    )

    id: Mapped[str] = id_column()
    kind: Mapped[ExchangeKind] = enum_column(ExchangeKind)
    community_id: Mapped[str] = foreign_id("community.id")
    listing_id: Mapped[str] = foreign_id("listing.id")
    ask_id: Mapped[str | None] = foreign_id("ask.id", unique=True)
    provider_id: Mapped[str] = foreign_id("person.id")
    receiver_id: Mapped[str] = foreign_id("person.id")
    from_at: Mapped[datetime | None] = mapped_column(Instant)
    until_at: Mapped[datetime | None] = mapped_column(Instant)
    agreed_at: Mapped[datetime] = mapped_column(Instant)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    provider_done_at: Mapped[datetime | None] = mapped_column(Instant)
    receiver_done_at: Mapped[datetime | None] = mapped_column(Instant)
    completed_at: Mapped[datetime | None] = mapped_column(Instant)
    by_silence: Mapped[bool] = mapped_column(default=False)
    cancel_wished_by: Mapped[Side | None] = enum_column(Side)
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)
    cancelled_by_id: Mapped[str | None] = foreign_id("person.id")
    why: Mapped[str] = text_column(WHY_MAX, default="")
    short_notice_at: Mapped[datetime | None] = mapped_column(Instant)
    """The agreed meeting that it was called off less than a day before."""
    no_harm_at: Mapped[datetime | None] = mapped_column(Instant)
    frozen_at: Mapped[datetime | None] = mapped_column(Instant)
    """Since when it is being talked over; nothing moves while this is set."""


class Leg(Base):
    """One thing or effort that goes from one side to the other; across communities when their roots differ."""

    __tablename__ = "leg"
    __table_args__ = (
        UniqueConstraint("exchange_id", "n"),
        CheckConstraint("quantity_milli > 0", name="quantity"),
        CheckConstraint("what = 'thing' OR NOT comes_back", name="only_things_come_back"),
        Index("ix_leg_listing", "listing_id"),
        Index(
            "ix_leg_across",
            "giver_root_id",
            "taker_root_id",
            "exchange_id",
            sqlite_where=_ACROSS,
            postgresql_where=_ACROSS,
        ),
        Index(
            "ix_leg_across_taken",
            "taker_root_id",
            "giver_root_id",
            "exchange_id",
            sqlite_where=_ACROSS,
            postgresql_where=_ACROSS,
        ),
    )

    id: Mapped[str] = id_column()
    exchange_id: Mapped[str] = foreign_id("exchange.id")
    n: Mapped[int]
    what: Mapped[LegWhat] = enum_column(LegWhat)
    listing_id: Mapped[str] = foreign_id("listing.id")
    quantity_milli: Mapped[int]
    comes_back: Mapped[bool]
    giver_id: Mapped[str] = foreign_id("person.id")
    taker_id: Mapped[str] = foreign_id("person.id")
    giver_community_id: Mapped[str] = foreign_id("community.id")
    taker_community_id: Mapped[str] = foreign_id("community.id")
    giver_root_id: Mapped[str] = foreign_id("community.id")
    taker_root_id: Mapped[str] = foreign_id("community.id")
    is_cross: Mapped[bool] = mapped_column(
        Boolean, Computed("giver_root_id <> taker_root_id", persisted=True)
    )


class SentBack(Base):
    """*Not yet*: the receiver of an effort says what is missing."""

    __tablename__ = "exchange_sent_back"

    id: Mapped[str] = id_column()
    exchange_id: Mapped[str] = foreign_id("exchange.id", index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    words: Mapped[str] = text_column(WORDS_MAX)


class PassedOn(Base):
    """A thing that was given away: from whom, to whom, by which exchange. A swap passes two on."""

    __tablename__ = "passed_on"
    __table_args__ = (UniqueConstraint("exchange_id", "listing_id"),)

    id: Mapped[str] = id_column()
    listing_id: Mapped[str] = foreign_id("listing.id", index=True)
    from_id: Mapped[str] = foreign_id("person.id")
    to_id: Mapped[str] = foreign_id("person.id")
    exchange_id: Mapped[str] = foreign_id("exchange.id")
    at: Mapped[datetime] = mapped_column(Instant)
