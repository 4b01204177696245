"""Tables of what makes the circle of a listing smaller: a standing, a group, people left out."""

from sqlalchemy.orm import Mapped

from minga.kit.db import Base, foreign_id


class ListingNarrowing(Base):
    """Who of the level's circle sees a listing: full members only, or the members of one group only."""

    __tablename__ = "listing_narrowing"

    listing_id: Mapped[str] = foreign_id("listing.id", primary_key=True)
    full_only: Mapped[bool]
    within_id: Mapped[str | None] = foreign_id("community.id")


class ListingWithout(Base):
    """Somebody who does not see a listing although its level reaches them."""

    __tablename__ = "listing_without"

    listing_id: Mapped[str] = foreign_id("listing.id", primary_key=True)
    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
