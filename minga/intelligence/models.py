"""Tables of matching: counts of pieces of words, what listings are about, and which fit. All of it can be recomputed.

They point at listings without a foreign key: a listing may go at once, and the next look forgets it here.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, foreign_id, id_column, text_column
from minga.kit.holdings import Holding, register
from minga.kit.schema import IdText


class GramCount(Base):
    """In how many indexed listings a piece of a word stands."""

    __tablename__ = "gram_count"
    __table_args__ = (CheckConstraint("df > 0", name="some"),)

    dim: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    df: Mapped[int]


class ListingGram(Base):
    """A piece of a word that stands in a listing."""

    __tablename__ = "listing_gram"
    __table_args__ = (Index("ix_listing_gram_listing", "listing_id"),)

    dim: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    listing_id: Mapped[str] = mapped_column(IdText(32), primary_key=True)


class ListingVector(Base):
    """An open listing as matching knows it: its counts, and a mark of the words they were counted from."""

    __tablename__ = "listing_vector"

    listing_id: Mapped[str] = mapped_column(IdText(32), primary_key=True)
    words_mark: Mapped[str] = text_column(64)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    concepts: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(Instant)


class ListingConcept(Base):
    """What a listing is likely about, for finding others that are about the same."""

    __tablename__ = "listing_concept"
    __table_args__ = (Index("ix_listing_concept_listing", "listing_id"),)

    concept: Mapped[str] = text_column(40, primary_key=True)
    listing_id: Mapped[str] = mapped_column(IdText(32), primary_key=True)
    likely: Mapped[int]


class Suggestion(Base):
    """A need and an offer that fit, with the terms of their score."""

    __tablename__ = "suggestion"
    __table_args__ = (
        UniqueConstraint("need_id", "offer_id"),
        Index("ix_suggestion_offer", "offer_id", "billionths"),
        Index("ix_suggestion_need", "need_id", "billionths"),
    )

    id: Mapped[str] = id_column()
    need_id: Mapped[str] = mapped_column(IdText(32))
    offer_id: Mapped[str] = mapped_column(IdText(32))
    billionths: Mapped[int]
    points: Mapped[int]
    terms: Mapped[list[Any]] = mapped_column(JSON)
    weights: Mapped[str] = text_column(20)
    made_at: Mapped[datetime] = mapped_column(Instant)


class NotUseful(Base):
    """Somebody does not want to see a pair again."""

    __tablename__ = "suggestion_not_useful"

    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    need_id: Mapped[str] = mapped_column(IdText(32), primary_key=True)
    offer_id: Mapped[str] = mapped_column(IdText(32), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)


class SwitchedOff(Base):
    """Somebody who wants no suggestions: neither shown to them, nor of what they share."""

    __tablename__ = "suggestions_off"

    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    off_at: Mapped[datetime] = mapped_column(Instant)


FOUND_ANEW = "Computed from listings, and computed again where they are."

register(
    "intelligence",
    (
        *(
            Holding(table=table, why=FOUND_ANEW)
            for table in ("gram_count", "listing_gram", "listing_concept", "listing_vector", "suggestion")
        ),
        Holding(table="suggestion_not_useful", own=("person_id",), goes=True, why="One person's wish."),
        Holding(table="suggestions_off", own=("person_id",), goes=True, why="One person's wish."),
    ),
)
