"""Vouches, and who is shown as "a member" in the tree."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.communities.rules.vouches import WORDS_MAX, VouchEnded
from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column

_LIVE = text("ended_at IS NULL")


class Vouch(Base):
    """One person's name put to another's, in a community. `named`: others who know the voucher may read it.

    It is about people, not memberships, because applicants have none yet. `cut_id` is the cut that ended it.
    """

    __tablename__ = "vouch"
    __table_args__ = (
        CheckConstraint("from_id <> to_id", name="not_for_oneself"),
        CheckConstraint("(ended_at IS NULL) = (ended_why IS NULL)", name="ended"),
        Index(
            "uq_vouch_live",
            "community_id",
            "to_id",
            "from_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_vouch_from", "from_id", "given_at"),
        Index("ix_vouch_to", "to_id"),
        Index("ix_vouch_until", "until_at", sqlite_where=_LIVE, postgresql_where=_LIVE),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    from_id: Mapped[str] = foreign_id("person.id")
    to_id: Mapped[str] = foreign_id("person.id")
    words: Mapped[str] = text_column(WORDS_MAX, default="")
    named: Mapped[bool] = mapped_column(default=False)
    given_at: Mapped[datetime] = mapped_column(Instant)
    until_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_why: Mapped[VouchEnded | None] = enum_column(VouchEnded, name="vouch_ended")
    cut_id: Mapped[str | None] = foreign_id("branch_cut.id")


class Unnamed(Base):
    """A membership that its person lets be shown as "a member" to all but stewards and their own direct links."""

    __tablename__ = "unnamed"

    membership_id: Mapped[str] = foreign_id("membership.id", primary_key=True)
    since_at: Mapped[datetime] = mapped_column(Instant)
