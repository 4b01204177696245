"""The listing with its dated facts, one extension table per kind, and what hangs on it. Constraints are the last defence."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column
from minga.sharing.rules.content import Measure
from minga.sharing.rules.kinds import (
    Compensation,
    Complexity,
    Grain,
    PerUnit,
    SkillLevel,
    StepFree,
    Urgency,
)
from minga.sharing.rules.words import Answers, CloseReason, Direction, Kind, Level, NameShown

OPEN = text("published_at IS NOT NULL AND paused_at IS NULL AND closed_at IS NULL")
_PINNED = text("pin_rank IS NOT NULL")
_IMPORTED = text("batch_id IS NOT NULL")
_FULFILLED = text("close_reason = 'fulfilled'")
_PENDING = text("sent_at IS NOT NULL AND published_at IS NULL AND closed_at IS NULL")


def _open_index(*columns: str) -> Index:
    """An index of what lists show, so that a list walks it from the newest and stops."""
    return Index(
        f"ix_listing_open_{'_'.join(columns[:-2])}", *columns, sqlite_where=OPEN, postgresql_where=OPEN
    )


class ListingNumber(Base):
    """The last number given below a root community; numbers are for speech and print."""

    __tablename__ = "listing_number"

    root_id: Mapped[str] = foreign_id("community.id", primary_key=True)
    last: Mapped[int]


class Listing(Base):
    """Something offered or needed. Its state follows from its dates (`rules.state`)."""

    __tablename__ = "listing"
    __table_args__ = (
        UniqueConstraint("root_id", "number"),
        _open_index("community_id", "published_at", "id"),
        _open_index("community_id", "direction", "published_at", "id"),
        _open_index("community_id", "kind", "published_at", "id"),
        _open_index("community_id", "category_id", "published_at", "id"),
        _open_index("level", "published_at", "id"),
        _open_index("expires_at", "id"),
        # Without closed_at: with it SQLite skips through this index for every list once it knows the sizes (ANALYZE).
        Index("ix_listing_owner", "owner_id", "kind"),
        Index(
            "ix_listing_pending", "community_id", "sent_at", sqlite_where=_PENDING, postgresql_where=_PENDING
        ),
        Index(
            "ix_listing_fulfilled",
            "community_id",
            "closed_at",
            sqlite_where=_FULFILLED,
            postgresql_where=_FULFILLED,
        ),
        Index("ix_listing_batch", "batch_id", sqlite_where=_IMPORTED, postgresql_where=_IMPORTED),
        Index(
            "uq_listing_pin",
            "community_id",
            "pin_rank",
            unique=True,
            sqlite_where=_PINNED,
            postgresql_where=_PINNED,
        ),
        CheckConstraint("quantity_milli > 0", name="quantity_positive"),
        CheckConstraint("(quantity_milli IS NULL) = (quantity_unit IS NULL)", name="quantity_has_unit"),
        CheckConstraint("(closed_at IS NULL) = (close_reason IS NULL)", name="closed_for_a_reason"),
        CheckConstraint("available_until_on >= available_from_on", name="window_in_order"),
        CheckConstraint("pin_rank BETWEEN 1 AND 3", name="three_pins"),
        CheckConstraint("term_bits BETWEEN 1 AND 63", name="some_terms"),
        CheckConstraint("archived_at IS NULL OR closed_at IS NOT NULL", name="archived_after_closed"),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    root_id: Mapped[str] = foreign_id("community.id")
    number: Mapped[int]
    owner_id: Mapped[str] = foreign_id("person.id")
    entered_by_id: Mapped[str | None] = foreign_id("person.id")
    direction: Mapped[Direction] = enum_column(Direction)
    kind: Mapped[Kind] = enum_column(Kind)
    title: Mapped[str] = text_column(255)
    description: Mapped[str] = text_column(10_000, default="")
    language: Mapped[str] = text_column(12, default="")
    category_id: Mapped[str | None] = foreign_id("category.id")
    quantity_milli: Mapped[int | None]
    quantity_unit: Mapped[Measure | None] = enum_column(Measure)
    terms: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    term_bits: Mapped[int]
    level: Mapped[Level] = enum_column(Level, default=Level.PARTNERS)
    place: Mapped[str] = text_column(120, default="")
    available_from_on: Mapped[date | None]
    available_until_on: Mapped[date | None]
    answers: Mapped[Answers] = enum_column(Answers, default=Answers.OWNER)
    collect_until: Mapped[datetime | None] = mapped_column(Instant)
    name_shown: Mapped[NameShown] = enum_column(NameShown, default=NameShown.EVERYBODY)
    photo_count: Mapped[int] = mapped_column(default=0)
    drafted_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    looked_at: Mapped[datetime | None] = mapped_column(Instant)
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    paused_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    close_reason: Mapped[CloseReason | None] = enum_column(CloseReason)
    expires_on: Mapped[date | None]
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    archived_at: Mapped[datetime | None] = mapped_column(Instant)
    pin_rank: Mapped[int | None]
    narrowed: Mapped[bool] = mapped_column(default=False, server_default=false())
    batch_id: Mapped[str | None] = foreign_id("import_batch.id")
    made_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)


class ListingItem(Base):
    """The fields of a thing."""

    __tablename__ = "listing_item"
    __table_args__ = (
        CheckConstraint("condition BETWEEN 1 AND 5", name="condition_of_five"),
        CheckConstraint("copies BETWEEN 1 AND 500", name="copies"),
        CheckConstraint("(value_minor IS NULL) = (value_unit IS NULL)", name="value_has_unit"),
    )

    listing_id: Mapped[str] = foreign_id("listing.id", primary_key=True)
    condition: Mapped[int]
    value_minor: Mapped[int | None]
    value_unit: Mapped[str | None] = text_column(3)
    size: Mapped[str] = text_column(100)
    weight_g: Mapped[int | None]
    copies: Mapped[int]
    loan_days_max: Mapped[int]


class ListingService(Base):
    """The fields of a service."""

    __tablename__ = "listing_service"
    __table_args__ = (CheckConstraint("at_once_max >= 1", name="at_once"),)

    listing_id: Mapped[str] = foreign_id("listing.id", primary_key=True)
    per: Mapped[PerUnit] = enum_column(PerUnit)
    minutes_estimated: Mapped[int | None]
    skills_required: Mapped[list[str]] = mapped_column(JSON)
    at_once_max: Mapped[int]


class ListingJob(Base):
    """The fields of work with an end."""

    __tablename__ = "listing_job"
    __table_args__ = (
        CheckConstraint("positions BETWEEN 1 AND 50", name="positions"),
        CheckConstraint(
            "compensation = 'goods' OR (compensation = 'free') = (amount_minor IS NULL)",
            name="paid_has_amount",
        ),
    )

    listing_id: Mapped[str] = foreign_id("listing.id", primary_key=True)
    complexity: Mapped[Complexity] = enum_column(Complexity)
    minutes_estimated: Mapped[int | None]
    compensation: Mapped[Compensation] = enum_column(Compensation)
    amount_minor: Mapped[int | None]
    amount_unit: Mapped[str | None] = text_column(20)
    deadline_at: Mapped[datetime | None] = mapped_column(Instant)
    positions: Mapped[int]
    skills_needed: Mapped[list[str]] = mapped_column(JSON)
    deliverable: Mapped[str] = text_column(1_000)


_EMERGENCY = text("urgency = 'emergency'")


class ListingHelp(Base):
    """The fields of a hand that is needed or lent. `reach` is for dispatchers and helpers only."""

    __tablename__ = "listing_help"
    __table_args__ = (
        CheckConstraint("people_needed BETWEEN 1 AND 50", name="people"),
        Index(
            "ix_listing_help_emergency", "listing_id", sqlite_where=_EMERGENCY, postgresql_where=_EMERGENCY
        ),
    )

    listing_id: Mapped[str] = foreign_id("listing.id", primary_key=True)
    urgency: Mapped[Urgency] = enum_column(Urgency)
    needed_by_at: Mapped[datetime | None] = mapped_column(Instant)
    minutes_estimated: Mapped[int | None]
    people_needed: Mapped[int]
    reach: Mapped[str] = text_column(200)


class ListingSkill(Base):
    """The fields of something to learn or to teach."""

    __tablename__ = "listing_skill"
    __table_args__ = (CheckConstraint("places BETWEEN 1 AND 200", name="places"),)

    listing_id: Mapped[str] = foreign_id("listing.id", primary_key=True)
    skill: Mapped[str] = text_column(60)
    skill_level: Mapped[SkillLevel] = enum_column(SkillLevel)
    places: Mapped[int]
    spoken: Mapped[str] = text_column(40)


class ListingTime(Base):
    """The fields of time itself."""

    __tablename__ = "listing_time"
    __table_args__ = (CheckConstraint("minutes_each >= 1", name="some_minutes"),)

    listing_id: Mapped[str] = foreign_id("listing.id", primary_key=True)
    minutes_each: Mapped[int]
    distance_km_max: Mapped[int | None]


class ListingSpace(Base):
    """The fields of a room or place. `access_note` is only for those with whom it is agreed."""

    __tablename__ = "listing_space"
    __table_args__ = (CheckConstraint("capacity >= 1", name="some_room"),)

    listing_id: Mapped[str] = foreign_id("listing.id", primary_key=True)
    capacity: Mapped[int]
    area_m2: Mapped[int | None]
    equipment: Mapped[list[str]] = mapped_column(JSON)
    step_free: Mapped[StepFree] = enum_column(StepFree)
    grain: Mapped[Grain] = enum_column(Grain)
    house_rules: Mapped[str] = text_column(2_000)
    access_note: Mapped[str] = text_column(1_000)


OWN_TABLES: dict[Kind, Any] = {
    Kind.ITEM: ListingItem,
    Kind.SERVICE: ListingService,
    Kind.JOB: ListingJob,
    Kind.HELP: ListingHelp,
    Kind.SKILL: ListingSkill,
    Kind.TIME: ListingTime,
    Kind.SPACE: ListingSpace,
}


class ListingNamed(Base):
    """A person who may see a listing although it is private."""

    __tablename__ = "listing_named"

    listing_id: Mapped[str] = foreign_id("listing.id", primary_key=True)
    person_id: Mapped[str] = foreign_id("person.id", primary_key=True, index=True)


class Photo(Base):
    """A picture of a listing, large and small; the first one is its cover."""

    __tablename__ = "photo"
    __table_args__ = (
        UniqueConstraint("listing_id", "n"),
        CheckConstraint("n BETWEEN 1 AND 8", name="eight_photos"),
    )

    id: Mapped[str] = id_column()
    listing_id: Mapped[str] = foreign_id("listing.id")
    n: Mapped[int]
    blob: Mapped[str] = text_column(64)
    small: Mapped[str] = text_column(64)
    alt: Mapped[str] = text_column(200, default="")
    width: Mapped[int]
    height: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(Instant)
