"""Tables of what makes the circle of a listing smaller: a standing, a group, nearness, people left out."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped

from minga.kit.db import Base, foreign_id


class ListingNarrowing(Base):
    """Who of the level's circle sees a listing: full members only, or the members of one group only."""

    __tablename__ = "listing_narrowing"

    listing_id: Mapped[str] = foreign_id("listing.id", primary_key=True)
    full_only: Mapped[bool]
    within_id: Mapped[str | None] = foreign_id("community.id")


class ListingNearness(Base):
    """How near somebody has to be to see a listing: vouched for, within a distance, within steps of trust."""

    __tablename__ = "listing_nearness"
    __table_args__ = (
        CheckConstraint("within_km IN (1, 3, 10, 30, 100)", name="band"),
        CheckConstraint("steps BETWEEN 1 AND 3", name="steps"),
        CheckConstraint("vouched_only OR within_km IS NOT NULL OR steps IS NOT NULL", name="says_something"),
    )

    listing_id: Mapped[str] = foreign_id("listing.id", primary_key=True)
    vouched_only: Mapped[bool]
    within_km: Mapped[int | None]
    steps: Mapped[int | None]


class ListingWithout(Base):
    """Somebody who does not see a listing although its level reaches them."""

    __tablename__ = "listing_without"

    listing_id: Mapped[str] = foreign_id("listing.id", primary_key=True)
    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
