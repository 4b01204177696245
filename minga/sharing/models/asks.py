"""Tables of asking: who would like what, from when until when, and what became of it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column
from minga.sharing.rules.asks import REASON_MAX, WORDS_MAX, Answer
from minga.sharing.rules.exchanges import ExchangeKind

_OPEN = text("answered_at IS NULL AND withdrawn_at IS NULL AND lapsed_at IS NULL")


class Ask(Base):
    """Somebody's wish for an offer, or their *I can* on a need. Ends at most once, in one of three ways."""

    __tablename__ = "ask"
    __table_args__ = (
        CheckConstraint("quantity_milli > 0", name="quantity"),
        CheckConstraint("until_at IS NULL OR from_at IS NULL OR until_at > from_at", name="window"),
        CheckConstraint("(answered_at IS NULL) = (answer IS NULL)", name="answered"),
        CheckConstraint(
            "(CASE WHEN answered_at IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN withdrawn_at IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN lapsed_at IS NULL THEN 0 ELSE 1 END) <= 1",
            name="ends_once",
        ),
        Index(
            "uq_ask_open",
            "listing_id",
            "person_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_ask_listing", "listing_id", "id"),
        Index("ix_ask_person", "person_id", "id"),
        Index("ix_ask_owner_open", "owner_id", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        CheckConstraint("person_id <> owner_id", name="not_oneself"),
    )

    id: Mapped[str] = id_column()
    listing_id: Mapped[str] = foreign_id("listing.id")
    community_id: Mapped[str] = foreign_id("community.id")
    person_id: Mapped[str] = foreign_id("person.id")
    owner_id: Mapped[str] = foreign_id("person.id")
    entered_by_id: Mapped[str | None] = foreign_id("person.id")
    form_id: Mapped[str] = text_column(80, unique=True)
    words: Mapped[str] = text_column(WORDS_MAX, default="")
    quantity_milli: Mapped[int]
    from_at: Mapped[datetime | None] = mapped_column(Instant)
    until_at: Mapped[datetime | None] = mapped_column(Instant)
    term: Mapped[ExchangeKind] = enum_column(ExchangeKind)
    sent_at: Mapped[datetime] = mapped_column(Instant)
    lapses_at: Mapped[datetime] = mapped_column(Instant)
    proposed_at: Mapped[datetime | None] = mapped_column(Instant)
    proposed_from_at: Mapped[datetime | None] = mapped_column(Instant)
    proposed_until_at: Mapped[datetime | None] = mapped_column(Instant)
    proposed_quantity_milli: Mapped[int | None]
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answer: Mapped[Answer | None] = enum_column(Answer)
    answered_by_id: Mapped[str | None] = foreign_id("person.id")
    reason: Mapped[str] = text_column(REASON_MAX, default="")
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    lapsed_at: Mapped[datetime | None] = mapped_column(Instant)
    facts_shown: Mapped[bool] = mapped_column(default=False, server_default=false())
