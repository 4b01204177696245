"""Devices, sign-ins, a member's word for one, and the short-lived trace of tries."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.identity.rules.sign_ins import Ended, How, Known
from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column
from minga.kit.schema import IdText

_WAITING = text("live_at IS NULL AND ended_at IS NULL")
_BY_WORD = text("asked_key IS NOT NULL")


class Device(Base):
    """A browser in which a person was once signed in; recognised by a digest of its cookie and the person."""

    __tablename__ = "device"
    __table_args__ = (Index("ix_device_person", "person_id"),)

    id: Mapped[str] = id_column()
    person_id: Mapped[str] = foreign_id("person.id")
    cookie_hash: Mapped[str] = text_column(64, unique=True)
    label: Mapped[str] = text_column(60)
    first_at: Mapped[datetime] = mapped_column(Instant)
    seen_on: Mapped[date]


class SignIn(Base):
    """A person's authenticated session, or the wish for one. Without a person it is a decoy and never lives.

    By `device` it asks for a word about a device the person is signed in with already, and never lives either.
    """

    __tablename__ = "sign_in"
    __table_args__ = (
        CheckConstraint("live_at IS NULL OR person_id IS NOT NULL", name="decoys_never_live"),
        CheckConstraint("how <> 'device' OR live_at IS NULL", name="asks_for_a_device_never_live"),
        CheckConstraint("numbers BETWEEN 0 AND 3", name="numbers"),
        CheckConstraint("approvers_needed BETWEEN 0 AND 2", name="approvers_needed"),
        CheckConstraint("live_at IS NULL OR absolute_until IS NOT NULL", name="live_has_an_end"),
        Index("ix_sign_in_person", "person_id", "ended_at"),
        Index("ix_sign_in_waiting", "asked_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_sign_in_asked", "asked_key", "asked_at"),
        Index("ix_sign_in_by_word", "asked_at", sqlite_where=_BY_WORD, postgresql_where=_BY_WORD),
    )

    id: Mapped[str] = id_column()
    person_id: Mapped[str | None] = foreign_id("person.id")
    device_id: Mapped[str | None] = foreign_id("device.id")
    token_hash: Mapped[str] = text_column(64, unique=True)
    how: Mapped[How] = enum_column(How)
    means_only: Mapped[bool] = mapped_column(default=False)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    asked_key: Mapped[str | None] = text_column(64)
    asked_handle: Mapped[str] = text_column(30, default="")
    approvers_needed: Mapped[int] = mapped_column(default=0)
    numbers: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    live_at: Mapped[datetime | None] = mapped_column(Instant)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    seen_on: Mapped[date | None]
    idle_until: Mapped[datetime | None] = mapped_column(Instant)
    absolute_until: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_why: Mapped[Ended | None] = enum_column(Ended)
    line: Mapped[str] = text_column(140, default="")
    browser: Mapped[str] = text_column(60, default="")
    prefix: Mapped[str] = text_column(30, default="")


class SignInApproval(Base):
    """One approver's word for one sign-in, or for one device in a community; the number is derived and stands nowhere."""

    __tablename__ = "sign_in_approval"
    __table_args__ = (
        UniqueConstraint("sign_in_id", "approver_id", name="uq_sign_in_approval_approver"),
        CheckConstraint("tries BETWEEN 0 AND 5", name="tries"),
        CheckConstraint("entered_at IS NULL OR denied_at IS NULL", name="one_answer"),
        Index("ix_sign_in_approval_approver", "approver_id"),
    )

    id: Mapped[str] = id_column()
    sign_in_id: Mapped[str] = foreign_id("sign_in.id")
    approver_id: Mapped[str] = foreign_id("person.id")
    community_id: Mapped[str | None] = mapped_column(IdText(32))
    how_known: Mapped[Known | None] = enum_column(Known)
    steward: Mapped[bool] = mapped_column(default=False)
    serial: Mapped[int] = mapped_column(default=0)
    code_until: Mapped[datetime | None] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(default=0)
    given_at: Mapped[datetime | None] = mapped_column(Instant)
    entered_at: Mapped[datetime | None] = mapped_column(Instant)
    denied_at: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str] = text_column(280, default="")


class AuthTrace(Base):
    """A try to sign in, kept for 30 days: the network's prefix and the browser's family, nothing finer."""

    __tablename__ = "auth_trace"
    __table_args__ = (Index("ix_auth_trace_asked", "asked_key", "at"),)

    id: Mapped[str] = id_column()
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    request_id: Mapped[str] = text_column(32, default="")
    kind: Mapped[str] = text_column(20)
    outcome: Mapped[str] = text_column(20)
    person_id: Mapped[str | None] = foreign_id("person.id")
    asked_key: Mapped[str | None] = text_column(64)
    prefix: Mapped[str] = text_column(30, default="")
    browser: Mapped[str] = text_column(60, default="")
