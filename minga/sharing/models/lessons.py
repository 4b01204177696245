"""Tables of lessons: when a skill is taught or learnt, who has a place, who waits for one, and who came."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column
from minga.sharing.rules.lessons import NOTE_MAX, PLACE_MAX, WORDS_MAX, PlaceEnd

_LIVE = text("ended_at IS NULL")
_SEATED = text("ended_at IS NULL AND seat_no IS NOT NULL")


class Lesson(Base):
    """One dated session of a listing of kind skill. `note` is read only by those who have a place."""

    __tablename__ = "lesson"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),
        CheckConstraint("places BETWEEN 1 AND 200", name="places"),
        Index("ix_lesson_listing", "listing_id", "begins_at", "id"),
    )

    id: Mapped[str] = id_column()
    listing_id: Mapped[str] = foreign_id("listing.id")
    community_id: Mapped[str] = foreign_id("community.id")
    begins_at: Mapped[datetime] = mapped_column(Instant)
    minutes: Mapped[int]
    places: Mapped[int]
    place: Mapped[str] = text_column(PLACE_MAX, default="")
    note: Mapped[str] = text_column(NOTE_MAX, default="")
    made_by_id: Mapped[str] = foreign_id("person.id")
    made_at: Mapped[datetime] = mapped_column(Instant)
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)
    cancel_words: Mapped[str] = text_column(WORDS_MAX, default="")
    noted_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)


class LessonPlace(Base):
    """A place in a lesson, or a turn in the list of those who wait for one (no `seat_no`); `rank` orders them.

    Two people never have the same seat: the database refuses it.
    """

    __tablename__ = "lesson_place"
    __table_args__ = (
        CheckConstraint("seat_no BETWEEN 1 AND 200", name="seat"),
        CheckConstraint("(seat_no IS NULL) = (seated_at IS NULL)", name="seated"),
        CheckConstraint("(ended_at IS NULL) = (end_as IS NULL)", name="ended"),
        CheckConstraint("came IS NULL OR seat_no IS NOT NULL", name="came"),
        Index(
            "uq_lesson_place_person",
            "lesson_id",
            "person_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index(
            "uq_lesson_place_seat",
            "lesson_id",
            "seat_no",
            unique=True,
            sqlite_where=_SEATED,
            postgresql_where=_SEATED,
        ),
        Index("ix_lesson_place_person", "person_id", "id", sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index("ix_lesson_place_lesson", "lesson_id", "rank"),
    )

    id: Mapped[str] = id_column()
    lesson_id: Mapped[str] = foreign_id("lesson.id")
    person_id: Mapped[str] = foreign_id("person.id")
    community_id: Mapped[str] = foreign_id("community.id")
    rank: Mapped[int]
    asked_at: Mapped[datetime] = mapped_column(Instant)
    seat_no: Mapped[int | None]
    seated_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    end_as: Mapped[PlaceEnd | None] = enum_column(PlaceEnd)
    came: Mapped[bool | None]
