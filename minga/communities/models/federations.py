"""Federations: what one is beside being a community, the seats of communities in it, what they give, who speaks for them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.communities.rules.federations import (
    SCOPE_MAX,
    WEIGHT_MAX,
    WORDS_MAX,
    DecidedBy,
    Scope,
    SeatRole,
)
from minga.communities.rules.ties import Given
from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column

_LIVE = text("left_at IS NULL AND declined_at IS NULL AND withdrawn_at IS NULL AND lapsed_at IS NULL")
_RUNS = text("until_at IS NULL")
_SPEAKS = text("recalled_at IS NULL")


class Federation(Base):
    """A community of kind `federation`: how it decides and what holds its communities together."""

    __tablename__ = "federation"

    community_id: Mapped[str] = foreign_id("community.id", primary_key=True)
    decided_by: Mapped[DecidedBy] = enum_column(DecidedBy)
    scope: Mapped[Scope] = enum_column(Scope)
    scope_words: Mapped[str] = text_column(SCOPE_MAX, default="")
    founded_by_id: Mapped[str] = foreign_id("community.id")
    dissolved_at: Mapped[datetime | None] = mapped_column(Instant)


class Seat(Base):
    """A community in a federation: asked for by one side, agreed to by another person of the other. It never comes back."""

    __tablename__ = "seat"
    __table_args__ = (
        CheckConstraint("federation_id <> community_id", name="not_in_itself"),
        CheckConstraint("agreed_by_id IS NULL OR agreed_by_id <> asked_by_id", name="two_people"),
        CheckConstraint("(joined_at IS NULL) = (older_at IS NULL)", name="begun"),
        CheckConstraint("(leaving_at IS NULL) = (leaves_at IS NULL)", name="notice_has_a_day"),
        CheckConstraint("leaving_at IS NULL OR joined_at IS NOT NULL", name="only_the_seated_leave"),
        CheckConstraint("left_at IS NULL OR leaving_at IS NOT NULL", name="notice_before_the_end"),
        CheckConstraint(f"weight BETWEEN 1 AND {WEIGHT_MAX}", name="weight"),
        Index(
            "uq_seat_live",
            "federation_id",
            "community_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_seat_community", "community_id", "federation_id"),
    )

    id: Mapped[str] = id_column()
    federation_id: Mapped[str] = foreign_id("community.id")
    community_id: Mapped[str] = foreign_id("community.id")
    role: Mapped[SeatRole] = enum_column(SeatRole, default=SeatRole.MEMBER)
    weight: Mapped[int] = mapped_column(default=1)
    """For roll-ups, and only if the federation voted for it; never for anybody's ballot."""
    asked_by_federation: Mapped[bool]
    asked_by_id: Mapped[str] = foreign_id("person.id")
    asked_at: Mapped[datetime] = mapped_column(Instant)
    words: Mapped[str] = text_column(WORDS_MAX, default="")
    wish: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """What a community that asks wants to give, until it is answered."""
    agreed_by_id: Mapped[str | None] = foreign_id("person.id")
    joined_at: Mapped[datetime | None] = mapped_column(Instant)
    older_at: Mapped[datetime | None] = mapped_column(Instant)
    declined_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    lapsed_at: Mapped[datetime | None] = mapped_column(Instant)
    leaving_at: Mapped[datetime | None] = mapped_column(Instant)
    leaves_at: Mapped[datetime | None] = mapped_column(Instant)
    excluded: Mapped[bool] = mapped_column(default=False)
    leaving_words: Mapped[str] = text_column(WORDS_MAX, default="")
    left_at: Mapped[datetime | None] = mapped_column(Instant)


class SeatGift(Base):
    """One direction and kind (`*`: every kind) that a community gives all others seated in the same federation.

    As with `TieGift`, what ends here ends everywhere at once; that the taker is seated too is asked of its own seat.
    """

    __tablename__ = "seat_gift"
    __table_args__ = (
        CheckConstraint("(since_at IS NULL) = (older_at IS NULL)", name="begun"),
        CheckConstraint("(onward_at IS NULL) = (onward_older_at IS NULL)", name="onward"),
        Index(
            "uq_seat_gift_running",
            "giver_id",
            "federation_id",
            "direction",
            "kind",
            unique=True,
            sqlite_where=_RUNS,
            postgresql_where=_RUNS,
        ),
        Index("ix_seat_gift_federation", "federation_id", "giver_id"),
        Index("ix_seat_gift_seat", "seat_id"),
    )

    id: Mapped[str] = id_column()
    seat_id: Mapped[str] = foreign_id("seat.id")
    federation_id: Mapped[str] = foreign_id("community.id")
    giver_id: Mapped[str] = foreign_id("community.id")
    direction: Mapped[Given] = enum_column(Given)
    kind: Mapped[str] = text_column(20)
    since_at: Mapped[datetime | None] = mapped_column(Instant)
    older_at: Mapped[datetime | None] = mapped_column(Instant)
    onward_at: Mapped[datetime | None] = mapped_column(Instant)
    """Since when also to communities of federations that this one has an agreement with; empty: never."""
    onward_older_at: Mapped[datetime | None] = mapped_column(Instant)
    until_at: Mapped[datetime | None] = mapped_column(Instant)


class Mandate(Base):
    """Who speaks for a community in a federation: a member of the one becomes a member of the other until recalled."""

    __tablename__ = "mandate"
    __table_args__ = (
        Index(
            "uq_mandate_live",
            "seat_id",
            "membership_id",
            unique=True,
            sqlite_where=_SPEAKS,
            postgresql_where=_SPEAKS,
        ),
        Index("ix_mandate_membership", "membership_id"),
        Index("ix_mandate_held", "held_id"),
    )

    id: Mapped[str] = id_column()
    seat_id: Mapped[str] = foreign_id("seat.id")
    membership_id: Mapped[str] = foreign_id("membership.id")
    held_id: Mapped[str] = foreign_id("membership.id")
    """Their membership in the federation."""
    words: Mapped[str] = text_column(WORDS_MAX, default="")
    given_by_id: Mapped[str] = foreign_id("person.id")
    since_at: Mapped[datetime] = mapped_column(Instant)
    recalled_at: Mapped[datetime | None] = mapped_column(Instant)
    recalled_by_id: Mapped[str | None] = foreign_id("person.id")
