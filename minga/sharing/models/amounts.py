"""Tables of what is given in return: what an ask offers, and the minutes or money that an exchange is settled with."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, foreign_id, id_column, text_column

_LIVE = text("ended_at IS NULL")


class AskCounter(Base):
    """What somebody offers in return for what they ask for: a thing of theirs, or an amount."""

    __tablename__ = "ask_counter"
    __table_args__ = (
        CheckConstraint("(unit IS NULL) = (amount IS NULL)", name="amount_has_unit"),
        CheckConstraint("(listing_id IS NULL) <> (amount IS NULL)", name="thing_or_amount"),
        CheckConstraint("amount >= 0", name="amount"),
    )

    ask_id: Mapped[str] = foreign_id("ask.id", primary_key=True)
    listing_id: Mapped[str | None] = foreign_id("listing.id")
    unit: Mapped[str | None] = text_column(12)
    amount: Mapped[int | None]


class ExchangeAmount(Base):
    """The leg of an exchange that moves an amount. Its id is the id of the ledger's entry, so it is posted once.

    Another amount that both agree to is another row; the one before ends, and what was set aside for it is free.
    """

    __tablename__ = "exchange_amount"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("payer_id <> payee_id", name="two_people"),
        CheckConstraint("(proposed IS NULL) = (proposed_by_id IS NULL)", name="proposed_by_somebody"),
        CheckConstraint("proposed > 0", name="proposed"),
        CheckConstraint("reversal_id IS NULL OR posted_at IS NOT NULL", name="posted_before_reversed"),
        Index(
            "uq_exchange_amount_live",
            "exchange_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_exchange_amount_exchange", "exchange_id", "id"),
    )

    id: Mapped[str] = id_column()
    exchange_id: Mapped[str] = foreign_id("exchange.id")
    community_id: Mapped[str] = foreign_id("community.id")
    payer_id: Mapped[str] = foreign_id("person.id")
    payee_id: Mapped[str] = foreign_id("person.id")
    unit: Mapped[str] = text_column(12)
    amount: Mapped[int]
    agreed_at: Mapped[datetime] = mapped_column(Instant)
    held: Mapped[bool]
    proposed: Mapped[int | None]
    proposed_by_id: Mapped[str | None] = foreign_id("person.id")
    posted_at: Mapped[datetime | None] = mapped_column(Instant)
    entry_id: Mapped[str | None] = foreign_id("entry.id")
    reversal_id: Mapped[str | None] = foreign_id("entry.id")
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
