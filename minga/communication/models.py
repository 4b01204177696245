"""Tables of communication: threads on anything, their posts, and what people are told."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.communication.rules import SEALED_MAX, Every, Mode, NoticeClass, ThreadKind, Urgency
from minga.identity import Via
from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column
from minga.kit.holdings import Holding, register
from minga.kit.schema import IdText


class Thread(Base):
    """A conversation that hangs on a thing; whoever sees the thing sees the thread."""

    __tablename__ = "thread"
    __table_args__ = (UniqueConstraint("ref_kind", "ref_id"),)

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id", index=True)
    ref_kind: Mapped[str] = text_column(30)
    ref_id: Mapped[str] = mapped_column(IdText(32))
    kind: Mapped[ThreadKind] = enum_column(ThreadKind)
    made_at: Mapped[datetime] = mapped_column(Instant)
    last_post_at: Mapped[datetime] = mapped_column(Instant)


class ThreadMember(Base):
    """Somebody who takes part, and how far they have read; `unnamed` while the others are not told who it is."""

    __tablename__ = "thread_member"
    __table_args__ = (Index("ix_thread_member_person", "person_id", "thread_id"),)

    thread_id: Mapped[str] = foreign_id("thread.id", primary_key=True)
    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    joined_at: Mapped[datetime] = mapped_column(Instant)
    read_to: Mapped[str | None] = mapped_column(IdText(32))
    unnamed: Mapped[bool] = mapped_column(default=False)


class Post(Base):
    """One message. Its words are kept under the node's field key; `alike` is a mark that equal words share."""

    __tablename__ = "post"
    __table_args__ = (
        Index("ix_post_thread", "thread_id", "id"),
        Index("ix_post_author", "author_id", "at"),
        CheckConstraint("(removed_at IS NULL) = (removed_by_id IS NULL)", name="removed"),
        Index(
            "ix_post_removed",
            "removed_at",
            sqlite_where=text("removed_at IS NOT NULL"),
            postgresql_where=text("removed_at IS NOT NULL"),
        ),
    )

    id: Mapped[str] = id_column()
    thread_id: Mapped[str] = foreign_id("thread.id")
    author_id: Mapped[str] = foreign_id("person.id")
    form_id: Mapped[str] = text_column(120, unique=True)
    sealed: Mapped[str] = text_column(SEALED_MAX)
    via: Mapped[Via] = enum_column(Via)
    at: Mapped[datetime] = mapped_column(Instant)
    alike: Mapped[str] = mapped_column(IdText(32), default="", server_default="")
    edited_at: Mapped[datetime | None] = mapped_column(Instant)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)
    removed_by_id: Mapped[str | None] = foreign_id("person.id")


class Notice(Base):
    """One person told once about one event: a sentence with its facts, and where to go."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("person_id", "event_id"),
        Index("ix_notice_person", "person_id", "id"),
        Index(
            "ix_notice_unseen",
            "person_id",
            sqlite_where=text("seen_at IS NULL"),
            postgresql_where=text("seen_at IS NULL"),
        ),
    )

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = foreign_id("person.id")
    event_id: Mapped[str] = mapped_column(IdText(32))
    community_id: Mapped[str | None] = foreign_id("community.id")
    notice_class: Mapped[NoticeClass] = enum_column(NoticeClass)
    urgency: Mapped[Urgency] = enum_column(Urgency, default=Urgency.NORMAL)
    ref_kind: Mapped[str] = text_column(30)
    ref_id: Mapped[str] = mapped_column(IdText(32))
    sentence: Mapped[str] = text_column(300)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    made_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime | None] = mapped_column(Instant)
    mailed_at: Mapped[datetime | None] = mapped_column(Instant)


class NoticeChoice(Base):
    """How somebody wants one class of notices by mail; without a row the default of the class holds."""

    __tablename__ = "notice_choice"

    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    notice_class: Mapped[NoticeClass] = enum_column(NoticeClass, name="choice_class", primary_key=True)
    mode: Mapped[Mode] = enum_column(Mode)


class NoticeTimes(Base):
    """When somebody wants mail: quiet hours and the digest by the clock of where they live.

    `quiet_from` and `quiet_until` are minutes after midnight, alike for none; `weekday` 0 is Monday.
    """

    __tablename__ = "notice_times"
    __table_args__ = (
        CheckConstraint("quiet_from BETWEEN 0 AND 1439 AND quiet_until BETWEEN 0 AND 1439", name="quiet"),
        CheckConstraint("hour BETWEEN 0 AND 23 AND weekday BETWEEN 0 AND 6", name="digest"),
        Index("ix_notice_times_next", "next_digest_at"),
    )

    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    quiet_from: Mapped[int]
    quiet_until: Mapped[int]
    every: Mapped[Every] = enum_column(Every)
    weekday: Mapped[int]
    hour: Mapped[int]
    paused_until: Mapped[datetime | None] = mapped_column(Instant)
    next_digest_at: Mapped[datetime | None] = mapped_column(Instant)


class PutOff(Base):
    """A line of *Needs you* that somebody put off until the next morning; twice at most."""

    __tablename__ = "need_put_off"
    __table_args__ = (CheckConstraint("times BETWEEN 1 AND 2", name="twice_at_most"),)

    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    kind: Mapped[str] = text_column(30, primary_key=True)
    ref_kind: Mapped[str] = text_column(30, primary_key=True)
    ref_id: Mapped[str] = mapped_column(IdText(32), primary_key=True)
    until_at: Mapped[datetime] = mapped_column(Instant)
    times: Mapped[int]


LETTERS = "What members write to each other is theirs: each takes it with the own export."

register(
    "communication",
    (
        Holding(table="thread", own=("id=thread_member.thread_id/person_id",), why=LETTERS),
        Holding(table="thread_member", own=("person_id",), why=LETTERS),
        Holding(table="post", own=("author_id",), hide=("sealed", "form_id"), why=LETTERS),
        Holding(table="notice", own=("person_id",), goes=True, why="Told to one person on this node."),
        Holding(table="notice_choice", own=("person_id",), goes=True, why="One person's choice of letters."),
        Holding(table="notice_times", own=("person_id",), goes=True, why="One person's choice of hours."),
        Holding(table="need_put_off", own=("person_id",), goes=True, why="One person's choice of an hour."),
    ),
)
