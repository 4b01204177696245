"""Ballots: linked to their voters, loose, on paper; and the key that a sealed poll has while it is open.

Only the commands for ballots write here.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from minga.governance.rules.kinds import REASON_MAX, Channel
from minga.kit.db import Base, Instant, enum_column, foreign_id, text_column
from minga.kit.schema import IdText

PACKED_MAX = 4_096


class Ballot(Base):
    """The ballot of a voter, packed; sealed while a sealed poll runs. No time stands on a secret one.

    A blank ballot has neither `packed` nor `sealed`, or `sealed` holds that it is blank.
    """

    __tablename__ = "ballot"
    __table_args__ = (
        CheckConstraint("version >= 1", name="counted"),
        CheckConstraint("packed IS NULL OR sealed IS NULL", name="one_form"),
        CheckConstraint(f"packed IS NULL OR length(packed) <= {PACKED_MAX}", name="packed_length"),
        Index("ix_ballot_entered", "entered_by_id", "poll_id"),
        {"sqlite_with_rowid": False},
    )

    poll_id: Mapped[str] = foreign_id("poll.id", primary_key=True)
    voter_id: Mapped[str] = mapped_column(IdText(32), primary_key=True)
    packed: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reason: Mapped[str] = text_column(REASON_MAX, default="")
    version: Mapped[int] = mapped_column(default=1)
    channel: Mapped[Channel] = enum_column(Channel)
    cast_by_id: Mapped[str | None] = foreign_id("person.id")
    entered_by_id: Mapped[str | None] = foreign_id("person.id")
    cast_at: Mapped[datetime | None] = mapped_column(Instant)


class BallotPast(Base):
    """What stood on an open ballot before it was changed; secret ones are written over instead."""

    __tablename__ = "ballot_past"

    poll_id: Mapped[str] = foreign_id("poll.id", primary_key=True)
    voter_id: Mapped[str] = mapped_column(IdText(32), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    packed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reason: Mapped[str] = text_column(REASON_MAX, default="")
    until_at: Mapped[datetime] = mapped_column(Instant)


class LooseBallot(Base):
    """A ballot that nothing joins to anybody. `key` orders it: the hash of its line, or a random one."""

    __tablename__ = "loose_ballot"
    __table_args__ = (
        CheckConstraint("weight >= 1", name="weight"),
        CheckConstraint("packed IS NULL OR sealed IS NULL", name="one_form"),
        CheckConstraint(f"packed IS NULL OR length(packed) <= {PACKED_MAX}", name="packed_length"),
        Index("ix_loose_ballot_batch", "poll_id", "batch_number"),
        {"sqlite_with_rowid": False},
    )

    poll_id: Mapped[str] = foreign_id("poll.id", primary_key=True)
    key: Mapped[str] = text_column(64, primary_key=True)
    packed: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    receipt: Mapped[str | None] = text_column(64)
    weight: Mapped[int] = mapped_column(default=1)
    reason: Mapped[str] = text_column(REASON_MAX, default="")
    batch_number: Mapped[int | None]
    channel: Mapped[Channel | None] = enum_column(Channel)


class PaperBatch(Base):
    """A heap of ballot papers, entered together; it closes only when ticks and papers are equally many."""

    __tablename__ = "paper_batch"
    __table_args__ = (
        CheckConstraint("number >= 1", name="counted"),
        CheckConstraint("second_by_id IS NULL OR second_by_id <> made_by_id", name="entered_by_two"),
    )

    poll_id: Mapped[str] = foreign_id("poll.id", primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    made_by_id: Mapped[str] = foreign_id("person.id")
    made_at: Mapped[datetime] = mapped_column(Instant)
    papers: Mapped[int] = mapped_column(default=0)
    second: Mapped[list[Any] | None] = mapped_column(JSON)
    second_by_id: Mapped[str | None] = foreign_id("person.id")
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_by_id: Mapped[str | None] = foreign_id("person.id")


class PollKey(Base):
    """The key of a sealed poll, wrapped by a secret outside the database; deleted at the close."""

    __tablename__ = "poll_key"

    poll_id: Mapped[str] = foreign_id("poll.id", primary_key=True)
    wrapped: Mapped[str] = text_column(400)
