"""Invites: their terms and uses. Tokens are derived and stand nowhere."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from minga.identity.rules.invites import Purpose
from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column


class InviteKey(Base):
    """One row: the salt that goes into every token of the node. Changing it ends them all."""

    __tablename__ = "invite_key"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    salt: Mapped[str] = text_column(64)
    made_at: Mapped[datetime] = mapped_column(Instant)


class Invite(Base):
    """A door that somebody holds open for others, a number of times and until a day."""

    __tablename__ = "invite"
    __table_args__ = (
        CheckConstraint("uses BETWEEN 0 AND uses_max", name="uses"),
        CheckConstraint("uses_max BETWEEN 1 AND 500", name="uses_max"),
        CheckConstraint("purpose <> 'claim' OR person_id IS NOT NULL", name="claim_names_a_person"),
        CheckConstraint("purpose <> 'recover' OR person_id IS NOT NULL", name="recover_names_a_person"),
        Index("ix_invite_maker", "maker_id", "expires_at"),
        Index("ix_invite_person", "person_id"),
    )

    id: Mapped[str] = id_column()
    code8: Mapped[str] = text_column(8, unique=True)
    purpose: Mapped[Purpose] = enum_column(Purpose)
    maker_id: Mapped[str | None] = foreign_id("person.id")
    person_id: Mapped[str | None] = foreign_id("person.id")
    label: Mapped[str] = text_column(80, default="")
    generation: Mapped[int] = mapped_column(default=1)
    uses_max: Mapped[int] = mapped_column(default=1)
    uses: Mapped[int] = mapped_column(default=0)
    language: Mapped[str] = text_column(12, default="en")
    made_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    rotated_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)


class InviteWords(Base):
    """What the inviter says to whoever opens the door; deleted 30 days after the invite ends."""

    __tablename__ = "invite_words"

    invite_id: Mapped[str] = foreign_id("invite.id", primary_key=True)
    greeting: Mapped[str] = text_column(600, default="")
    gratitude: Mapped[str] = text_column(600, default="")
    support: Mapped[str] = text_column(600, default="")
    examples: Mapped[list[Any]] = mapped_column(JSON, default=list)
    fun: Mapped[str] = text_column(600, default="")
    photo: Mapped[str | None] = text_column(64)


class InviteUse(Base):
    """Who came by which invite."""

    __tablename__ = "invite_use"

    invite_id: Mapped[str] = foreign_id("invite.id", primary_key=True)
    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    at: Mapped[datetime] = mapped_column("used_at", Instant)
