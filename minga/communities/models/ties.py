"""Partnerships: one row for each pair of communities, and what each side gives the other."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.communities.rules.terms import TEXT_MAX
from minga.communities.rules.ties import WORDS_MAX, Given
from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column

_LIVE = text("ended_at IS NULL AND declined_at IS NULL AND withdrawn_at IS NULL AND lapsed_at IS NULL")
_RUNS = text("until_at IS NULL")
_WAITS = text("agreed_at IS NULL AND closed_at IS NULL")


class Partnership(Base):
    """A tie that one side proposed and another person of the other side agreed to. An ended one never comes back.

    `duties_until_at`: after the end, how long what the terms promise is still owed; reading stops at once.
    """

    __tablename__ = "partnership"
    __table_args__ = (
        CheckConstraint("low_id < high_id", name="one_row_for_a_pair"),
        CheckConstraint("proposer_id IN (low_id, high_id)", name="proposed_by_a_side"),
        CheckConstraint("agreed_by_id IS NULL OR agreed_by_id <> proposed_by_id", name="two_people"),
        CheckConstraint("(active_at IS NULL) = (agreed_by_id IS NULL)", name="agreed"),
        CheckConstraint("ended_at IS NULL OR active_at IS NOT NULL", name="only_a_tie_ends"),
        Index(
            "uq_partnership_live",
            "low_id",
            "high_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_partnership_low", "low_id", "id"),
        Index("ix_partnership_high", "high_id", "id"),
    )

    id: Mapped[str] = id_column()
    low_id: Mapped[str] = foreign_id("community.id")
    high_id: Mapped[str] = foreign_id("community.id")
    proposer_id: Mapped[str] = foreign_id("community.id")
    words: Mapped[str] = text_column(WORDS_MAX, default="")
    proposed_by_id: Mapped[str] = foreign_id("person.id")
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    agreed_by_id: Mapped[str | None] = foreign_id("person.id")
    active_at: Mapped[datetime | None] = mapped_column(Instant)
    declined_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    lapsed_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_by_id: Mapped[str | None] = foreign_id("person.id")
    ended_words: Mapped[str] = text_column(WORDS_MAX, default="")
    duties_until_at: Mapped[datetime | None] = mapped_column(Instant)

    def other(self, community_id: str) -> str:
        return self.high_id if community_id == self.low_id else self.low_id


class TieGift(Base):
    """One direction and kind (`*`: every kind) of listings that a side gives the other, while it runs.

    `since_at` is empty until the tie is active. What was published before reaches the other side from `older_at` on.
    Every question about level `partners` reads this table alone, so what ends here ends everywhere at once.
    """

    __tablename__ = "tie_gift"
    __table_args__ = (
        CheckConstraint("giver_id <> taker_id", name="two_sides"),
        CheckConstraint("(since_at IS NULL) = (older_at IS NULL)", name="begun"),
        Index(
            "uq_tie_gift_running",
            "taker_id",
            "giver_id",
            "direction",
            "kind",
            unique=True,
            sqlite_where=_RUNS,
            postgresql_where=_RUNS,
        ),
        Index("ix_tie_gift_partnership", "partnership_id"),
        Index("ix_tie_gift_giver", "giver_id"),
    )

    id: Mapped[str] = id_column()
    partnership_id: Mapped[str] = foreign_id("partnership.id")
    giver_id: Mapped[str] = foreign_id("community.id")
    taker_id: Mapped[str] = foreign_id("community.id")
    direction: Mapped[Given] = enum_column(Given)
    kind: Mapped[str] = text_column(20)
    since_at: Mapped[datetime | None] = mapped_column(Instant)
    older_at: Mapped[datetime | None] = mapped_column(Instant)
    until_at: Mapped[datetime | None] = mapped_column(Instant)


class TieTerms(Base):
    """A version of the terms of a partnership: proposed by one side, in force once another person of the other agreed.

    `digest` stands for text and notice. The one agreed to last holds; `closed_at`: declined or taken back.
    """

    __tablename__ = "tie_terms"
    __table_args__ = (
        CheckConstraint("notice_days BETWEEN 0 AND 90", name="notice"),
        CheckConstraint("agreed_by_id IS NULL OR agreed_by_id <> proposed_by_id", name="two_people"),
        CheckConstraint("(agreed_at IS NULL) = (agreed_by_id IS NULL)", name="agreed"),
        CheckConstraint("agreed_at IS NULL OR closed_at IS NULL", name="answered_once"),
        Index("uq_tie_terms_number", "partnership_id", "n", unique=True),
        Index(
            "uq_tie_terms_waits",
            "partnership_id",
            unique=True,
            sqlite_where=_WAITS,
            postgresql_where=_WAITS,
        ),
    )

    id: Mapped[str] = id_column()
    partnership_id: Mapped[str] = foreign_id("partnership.id")
    n: Mapped[int]
    text: Mapped[str] = text_column(TEXT_MAX)
    notice_days: Mapped[int]
    digest: Mapped[str] = text_column(64)
    side_id: Mapped[str] = foreign_id("community.id")
    proposed_by_id: Mapped[str] = foreign_id("person.id")
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    agreed_by_id: Mapped[str | None] = foreign_id("person.id")
    agreed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
