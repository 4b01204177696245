"""Tables of the rules by which single listings are lent or booked, and of who is let off a rule."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, foreign_id, id_column, text_column
from minga.sharing.rules.lending import SKILL_LENGTH_MAX
from minga.sharing.rules.loans import CONDITION_WORDS_MAX

_LIVE = text("ended_at IS NULL")


class ListingLending(Base):
    """What a listing states about being lent or booked; what it leaves open, its community's rules say.

    `library_since_at` makes it a thing of the community: librarians lend it and take it back, whoever wrote it down.
    """

    __tablename__ = "listing_lending"
    __table_args__ = (
        CheckConstraint("buffer_hours BETWEEN 0 AND 336", name="buffer"),
        CheckConstraint("lead_days_max BETWEEN 1 AND 730", name="lead"),
        CheckConstraint("(deposit_minor IS NULL) = (deposit_unit IS NULL)", name="deposit_has_unit"),
        CheckConstraint("deposit_minor > 0", name="deposit"),
        CheckConstraint("grain_minutes BETWEEN 5 AND 1440", name="grain"),
        CheckConstraint("at_once_max BETWEEN 1 AND 1000", name="at_once"),
        CheckConstraint(
            "minutes_max IS NULL OR minutes_min IS NULL OR minutes_max >= minutes_min", name="span"
        ),
    )

    listing_id: Mapped[str] = foreign_id("listing.id", primary_key=True)
    library_since_at: Mapped[datetime | None] = mapped_column(Instant)
    library_by_id: Mapped[str | None] = foreign_id("person.id")
    buffer_hours: Mapped[int | None]
    lead_days_max: Mapped[int | None]
    needs_skill: Mapped[str] = text_column(SKILL_LENGTH_MAX, default="")
    deposit_minor: Mapped[int | None]
    deposit_unit: Mapped[str | None] = text_column(20)
    grain_minutes: Mapped[int | None]
    lead_minutes_min: Mapped[int | None]
    minutes_min: Mapped[int | None]
    minutes_max: Mapped[int | None]
    month_minutes_max: Mapped[int | None]
    approval_over_minutes: Mapped[int | None]
    at_once_max: Mapped[int | None]
    week: Mapped[list[Any] | None] = mapped_column(JSON)
    changed_at: Mapped[datetime] = mapped_column(Instant)


class Exemption(Base):
    """Somebody is let off one rule of lending in a community until a day, and why."""

    __tablename__ = "exemption"
    __table_args__ = (
        Index("ix_exemption_person", "person_id", "community_id", sqlite_where=_LIVE, postgresql_where=_LIVE),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    person_id: Mapped[str] = foreign_id("person.id")
    rule: Mapped[str] = text_column(60)
    until_on: Mapped[date | None]
    reason: Mapped[str] = text_column(300)
    by_id: Mapped[str] = foreign_id("person.id")
    made_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class OutOfUse(Base):
    """A copy cannot be lent for a while: under repair, lost, being cleaned."""

    __tablename__ = "out_of_use"
    __table_args__ = (
        CheckConstraint("copy_no >= 1", name="copy"),
        Index("ix_out_of_use_listing", "listing_id", sqlite_where=_LIVE, postgresql_where=_LIVE),
    )

    id: Mapped[str] = id_column()
    listing_id: Mapped[str] = foreign_id("listing.id")
    copy_no: Mapped[int]
    since_at: Mapped[datetime] = mapped_column(Instant)
    until_on: Mapped[date | None]
    reason: Mapped[str] = text_column(300)
    by_id: Mapped[str | None] = foreign_id("person.id")
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class LoanDeposit(Base):
    """What is set aside in the ledger while a loan is out."""

    __tablename__ = "loan_deposit"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount"),)

    loan_id: Mapped[str] = foreign_id("loan.leg_id", primary_key=True)
    entry_id: Mapped[str] = foreign_id("entry.id", unique=True)
    unit: Mapped[str] = text_column(20)
    amount_minor: Mapped[int]
    held_at: Mapped[datetime] = mapped_column(Instant)
    freed_at: Mapped[datetime | None] = mapped_column(Instant)
    wished_minor: Mapped[int | None]
    """How much of it the lender would like to keep; only the borrower's yes lets that move."""
    wished_words: Mapped[str | None] = text_column(CONDITION_WORDS_MAX)
    declined_at: Mapped[datetime | None] = mapped_column(Instant)
    kept_minor: Mapped[int | None]
