"""People whom somebody keeps, and what they agreed to have done for them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.communities.rules.keeping import NOTE_MAX, ConsentHow
from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column

_RUNS = text("until_at IS NULL")
_LIVE = text("ended_at IS NULL")


class Keeping(Base):
    """One member looks after a person without e-mail or device; handing on ends the row and begins another.

    `next_id` is whom the keeper asked to go on. A claimed one (`claimed_at`) runs on until `until_at`.
    """

    __tablename__ = "keeping"
    __table_args__ = (
        CheckConstraint("(next_id IS NULL) = (next_asked_at IS NULL)", name="asked"),
        CheckConstraint("claimed_at IS NULL OR until_at IS NOT NULL", name="claimed_ends"),
        Index("uq_keeping_live", "person_id", unique=True, sqlite_where=_RUNS, postgresql_where=_RUNS),
        Index("ix_keeping_person", "person_id", "community_id"),
        Index("ix_keeping_community", "community_id", "id"),
        Index("ix_keeping_keeper", "keeper_id"),
        Index("ix_keeping_next", "next_id"),
        Index("ix_keeping_claim", "claim_id"),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    person_id: Mapped[str] = foreign_id("person.id")
    keeper_id: Mapped[str] = foreign_id("membership.id")
    since_at: Mapped[datetime] = mapped_column(Instant)
    until_at: Mapped[datetime | None] = mapped_column(Instant)
    claimed_at: Mapped[datetime | None] = mapped_column(Instant)
    claim_id: Mapped[str | None] = foreign_id("invite.id")
    next_id: Mapped[str | None] = foreign_id("membership.id")
    next_asked_at: Mapped[datetime | None] = mapped_column(Instant)


class ActConsent(Base):
    """A person's yes to be acted for in one community: how, for what, until when. `taken_by_id` wrote it down.

    `note` says where the sheet lies or what was said; `paper` is the file of its photo.
    """

    __tablename__ = "act_consent"
    __table_args__ = (
        CheckConstraint("until_at > given_at", name="lasts"),
        CheckConstraint("(how = 'self') = (taken_by_id = person_id)", name="own_switch"),
        Index(
            "uq_act_consent_live",
            "person_id",
            "community_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_act_consent_community", "community_id"),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    person_id: Mapped[str] = foreign_id("person.id")
    how: Mapped[ConsentHow] = enum_column(ConsentHow)
    note: Mapped[str] = text_column(NOTE_MAX, default="", server_default="")
    paper: Mapped[str | None] = text_column(64)
    scopes: Mapped[list[Any]] = mapped_column(JSON)
    taken_by_id: Mapped[str] = foreign_id("person.id")
    given_at: Mapped[datetime] = mapped_column(Instant)
    until_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
