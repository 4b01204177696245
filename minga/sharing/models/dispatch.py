"""Tables of those who answer the phone: cases, contacts, rounds of questions, and what comes in without an account.

Names and ways to reach somebody are sealed under the node's key; a phone number is found again by a mark of its tail.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column
from minga.sharing.rules.dispatch import PLACE_MAX, WHAT_MAX, ContactKind, RoundAnswer, RoundEnd
from minga.sharing.rules.kinds import Urgency

SEALED_MAX = 2_000
NOTE_SEALED_MAX = 8_000
_WITH_TAIL = text("phone_tail <> ''")
_OPEN_ROUND = text("ended_at IS NULL")
_WAITS = text("answered_at IS NULL AND ended_at IS NULL")
_WAITING = text("taken_at IS NULL AND refused_at IS NULL")
_WITH_NOTE = text("note <> ''")


class DispatchCase(Base):
    """What dispatchers know of a need beside the need itself. `caller` and `reach` are sealed."""

    __tablename__ = "dispatch_case"
    __table_args__ = (
        CheckConstraint("merged_into_id IS NULL OR merged_into_id <> listing_id", name="not_into_itself"),
        Index(
            "ix_dispatch_case_tail",
            "community_id",
            "phone_tail",
            sqlite_where=_WITH_TAIL,
            postgresql_where=_WITH_TAIL,
        ),
        Index("ix_dispatch_case_dispatcher", "dispatcher_id", "listing_id"),
    )

    listing_id: Mapped[str] = foreign_id("listing.id", primary_key=True)
    community_id: Mapped[str] = foreign_id("community.id")
    dispatcher_id: Mapped[str | None] = foreign_id("person.id")
    since_at: Mapped[datetime] = mapped_column(Instant)
    taken_in_by_id: Mapped[str | None] = foreign_id("person.id")
    consent_at: Mapped[datetime | None] = mapped_column(Instant)
    caller: Mapped[str] = text_column(SEALED_MAX, default="")
    reach: Mapped[str] = text_column(SEALED_MAX, default="")
    phone_tail: Mapped[str] = text_column(64, default="")
    still_asked_at: Mapped[datetime | None] = mapped_column(Instant)
    still_asked_times: Mapped[int] = mapped_column(default=0)
    merged_into_id: Mapped[str | None] = foreign_id("listing.id")
    split_from_id: Mapped[str | None] = foreign_id("listing.id")


class DispatchContact(Base):
    """A call, a message, or nobody there. The note is sealed, for dispatchers only, and erased after 90 days."""

    __tablename__ = "dispatch_contact"
    __table_args__ = (
        Index("ix_dispatch_contact_listing", "listing_id", "id"),
        Index("ix_dispatch_contact_note", "at", sqlite_where=_WITH_NOTE, postgresql_where=_WITH_NOTE),
    )

    id: Mapped[str] = id_column()
    listing_id: Mapped[str] = foreign_id("listing.id")
    by_id: Mapped[str] = foreign_id("person.id")
    at: Mapped[datetime] = mapped_column(Instant)
    kind: Mapped[ContactKind] = enum_column(ContactKind)
    note: Mapped[str] = text_column(NOTE_SEALED_MAX, default="")


class DispatchRound(Base):
    """Some people are asked at the same time whether they can; the first yes that is enough ends it."""

    __tablename__ = "dispatch_round"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ended_why IS NULL)", name="ended_why"),
        Index(
            "uq_dispatch_round_open",
            "listing_id",
            unique=True,
            sqlite_where=_OPEN_ROUND,
            postgresql_where=_OPEN_ROUND,
        ),
        Index("ix_dispatch_round_listing", "listing_id", "id"),
    )

    id: Mapped[str] = id_column()
    listing_id: Mapped[str] = foreign_id("listing.id")
    by_id: Mapped[str] = foreign_id("person.id")
    at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_why: Mapped[RoundEnd | None] = enum_column(RoundEnd)


class DispatchQuestion(Base):
    """One person of a round, and what they said. `ended_at` when it was no longer needed."""

    __tablename__ = "dispatch_question"
    __table_args__ = (
        CheckConstraint("(answered_at IS NULL) = (answer IS NULL)", name="answered"),
        Index("uq_dispatch_question", "round_id", "person_id", unique=True),
        Index("ix_dispatch_question_person", "person_id", "asked_at"),
        Index("ix_dispatch_question_waits", "person_id", "id", sqlite_where=_WAITS, postgresql_where=_WAITS),
    )

    id: Mapped[str] = id_column()
    round_id: Mapped[str] = foreign_id("dispatch_round.id")
    listing_id: Mapped[str] = foreign_id("listing.id")
    community_id: Mapped[str] = foreign_id("community.id")
    person_id: Mapped[str] = foreign_id("person.id")
    asked_at: Mapped[datetime] = mapped_column(Instant)
    answer: Mapped[RoundAnswer | None] = enum_column(RoundAnswer)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class NotAsked(Base):
    """Somebody who does not want to be asked in rounds of a community."""

    __tablename__ = "dispatch_not_asked"

    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    community_id: Mapped[str] = foreign_id("community.id", primary_key=True)
    since_at: Mapped[datetime] = mapped_column(Instant)


class Intake(Base):
    """A need written without an account: dispatchers take it in or refuse it; refused and unanswered ones are erased."""

    __tablename__ = "intake"
    __table_args__ = (
        CheckConstraint("taken_at IS NULL OR refused_at IS NULL", name="one_end"),
        CheckConstraint("(taken_at IS NULL) = (listing_id IS NULL)", name="taken_into"),
        Index(
            "ix_intake_waiting",
            "community_id",
            "sent_at",
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
        Index("ix_intake_sent", "sent_at"),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    token: Mapped[str] = text_column(64, unique=True)
    what: Mapped[str] = text_column(WHAT_MAX)
    place: Mapped[str] = text_column(PLACE_MAX, default="")
    urgency: Mapped[Urgency] = enum_column(Urgency)
    needed_by_at: Mapped[datetime | None] = mapped_column(Instant)
    caller: Mapped[str] = text_column(SEALED_MAX)
    reach: Mapped[str] = text_column(SEALED_MAX)
    phone_tail: Mapped[str] = text_column(64, default="")
    consent_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime] = mapped_column(Instant)
    taken_at: Mapped[datetime | None] = mapped_column(Instant)
    listing_id: Mapped[str | None] = foreign_id("listing.id", unique=True)
    refused_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn: Mapped[bool] = mapped_column(default=False)
