"""What an invite opens in a community, and applications that wait for a welcomer's word."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.communities.rules.decided import NUMBER_MAX
from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column

_OPEN = text("answered_at IS NULL AND withdrawn_at IS NULL AND lapsed_at IS NULL")


class Answer(StrEnum):
    ACCEPTED = "accepted"
    DECLINED = "declined"


class InviteGrant(Base):
    """Which community an invite leads into, and how: at once or after somebody says yes."""

    __tablename__ = "invite_grant"
    __table_args__ = (
        CheckConstraint("trial_days IS NULL OR trial_days BETWEEN 0 AND 730", name="trial_days"),
    )

    invite_id: Mapped[str] = foreign_id("invite.id", primary_key=True)
    community_id: Mapped[str] = foreign_id("community.id", index=True)
    at_once: Mapped[bool]
    trial_days: Mapped[int | None]
    guest_days: Mapped[int | None]
    role_id: Mapped[str | None] = foreign_id("role.id")
    subgroup_ids: Mapped[list[str]] = mapped_column(JSON, default=list)


class Application(Base):
    """Somebody asks to join: one open row per person and community. `sponsor_id` is who invited them.

    `reminded_days`: after how many days without an answer welcomers were last reminded.
    """

    __tablename__ = "application"
    __table_args__ = (
        Index(
            "uq_application_open",
            "community_id",
            "person_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_application_person", "person_id"),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    person_id: Mapped[str] = foreign_id("person.id")
    invite_id: Mapped[str | None] = foreign_id("invite.id")
    sponsor_id: Mapped[str | None] = foreign_id("membership.id")
    words: Mapped[str] = text_column(2000, default="")
    sent_at: Mapped[datetime] = mapped_column(Instant)
    first_yes_by_id: Mapped[str | None] = foreign_id("person.id")
    first_yes_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answer: Mapped[Answer | None] = enum_column(Answer, name="application_answer")
    by_id: Mapped[str | None] = foreign_id("person.id")
    reason: Mapped[str] = text_column(500, default="")
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    lapsed_at: Mapped[datetime | None] = mapped_column(Instant)
    decision: Mapped[str] = text_column(NUMBER_MAX, default="", server_default="")
    reminded_days: Mapped[int] = mapped_column(default=0, server_default="0")
