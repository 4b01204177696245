"""Households of a community, who lives in them from when until when, and children without an account."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.communities.rules.households import NAME_MAX, SeatKind
from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column

_LIVES = text("since_on IS NOT NULL AND until_on IS NULL")
_ASKED = text("since_on IS NULL AND until_on IS NULL")


class Household(Base):
    """People of one community who live together."""

    __tablename__ = "household"
    __table_args__ = (Index("ix_household_community", "community_id", "name_key", "id"),)

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    name: Mapped[str] = text_column(NAME_MAX)
    name_key: Mapped[str] = text_column(2 * NAME_MAX)
    made_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)


class HouseholdSeat(Base):
    """A member in a household from a day to the day before `until_on`; asked, but not yet there, without `since_on`.

    A membership has one running seat: households of a community cannot overlap, because nobody begins before they end.
    """

    __tablename__ = "household_seat"
    __table_args__ = (
        CheckConstraint("until_on IS NULL OR since_on IS NULL OR since_on <= until_on", name="order"),
        Index("ix_household_seat_household", "household_id", "id"),
        Index("ix_household_seat_membership", "membership_id"),
        Index(
            "uq_household_seat_lives",
            "membership_id",
            unique=True,
            sqlite_where=_LIVES,
            postgresql_where=_LIVES,
        ),
        Index(
            "uq_household_seat_asked",
            "membership_id",
            "household_id",
            unique=True,
            sqlite_where=_ASKED,
            postgresql_where=_ASKED,
        ),
    )

    id: Mapped[str] = id_column()
    household_id: Mapped[str] = foreign_id("household.id")
    membership_id: Mapped[str] = foreign_id("membership.id")
    kind: Mapped[SeatKind] = enum_column(SeatKind)
    contact: Mapped[bool] = mapped_column(default=False)
    asked_by_id: Mapped[str] = foreign_id("person.id")
    asked_at: Mapped[datetime] = mapped_column(Instant)
    since_on: Mapped[date | None]
    until_on: Mapped[date | None]


class Dependant(Base):
    """A child without an account: the household and stewards read the name, everybody else a number."""

    __tablename__ = "dependant"
    __table_args__ = (
        CheckConstraint("birth_year IS NULL OR birth_year BETWEEN 1900 AND 2200", name="birth_year"),
        Index("ix_dependant_household", "household_id"),
    )

    id: Mapped[str] = id_column()
    household_id: Mapped[str] = foreign_id("household.id")
    name: Mapped[str] = text_column(NAME_MAX)
    birth_year: Mapped[int | None]
    made_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
