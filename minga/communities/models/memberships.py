"""Who is a member, from when until when, and when a membership rests."""

from datetime import date, datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.communities.rules import CameBy, EndedWhy
from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column

_LIVE = text("ended_on IS NULL")
_OPEN = text("ended_at IS NULL")


class Membership(Base):
    """A person in a community, from a day to a day; one live row per person and community.

    `trial_ends_at` is the end of the last day of trial in the community's zone; `full_on` the day somebody said so
    before. `sponsor_words` says why somebody else stands for them since. A guest's `guest_until_at` is the end of their stay and of a trial that never makes them full, so whatever asks for
    full members leaves guests out; after it they may do nothing, and within a minute the clock ends the row. What somebody is allowed is decided by the moment, so that lists can be filtered by it.
    """

    __tablename__ = "membership"
    __table_args__ = (
        Index(
            "uq_membership_live",
            "community_id",
            "person_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_membership_person", "person_id", "community_id"),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    person_id: Mapped[str] = foreign_id("person.id")
    sponsor_id: Mapped[str | None] = foreign_id("membership.id", index=True)
    sponsor_words: Mapped[str] = text_column(500, default="", server_default="")
    came_by: Mapped[CameBy] = enum_column(CameBy, default=CameBy.INVITE)
    joined_on: Mapped[date]
    trial_ends_at: Mapped[datetime | None] = mapped_column(Instant)
    guest_until_at: Mapped[datetime | None] = mapped_column(Instant)
    full_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    ended_why: Mapped[EndedWhy | None] = enum_column(EndedWhy)
    earlier_id: Mapped[str | None] = foreign_id("membership.id")
    made_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)


class Pause(Base):
    """A rest of a membership; it is over when `ended_at` is set, by the member, by stewards, or by the clock at `until_at`."""

    __tablename__ = "pause"
    __table_args__ = (
        Index(
            "uq_pause_open",
            "membership_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: Mapped[str] = id_column()
    membership_id: Mapped[str] = foreign_id("membership.id")
    since_at: Mapped[datetime] = mapped_column(Instant)
    until_at: Mapped[datetime | None] = mapped_column(Instant)
    by_id: Mapped[str] = foreign_id("person.id")
    by_self: Mapped[bool]
    reason: Mapped[str] = text_column(500, default="")
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
