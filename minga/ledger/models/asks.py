"""Table of payment asks: one member asks another for hours or another unit."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, foreign_id, id_column, text_column
from minga.ledger.rules.kinds import AMOUNT_MAX, MEMO_MAX

_OPEN = text("answered_at IS NULL AND withdrawn_at IS NULL AND lapsed_at IS NULL")


class PaymentAsk(Base):
    """Asked, then accepted, refused, taken back or lapsed. The entry that paid it has its id."""

    __tablename__ = "payment_ask"
    __table_args__ = (
        CheckConstraint(f"amount BETWEEN 1 AND {AMOUNT_MAX}", name="amount"),
        CheckConstraint("asker_id <> payer_id", name="two_people"),
        CheckConstraint("(answered_at IS NULL) = (accepted IS NULL)", name="answered"),
        Index("ix_payment_ask_payer", "payer_id", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_payment_ask_asker", "asker_id", "id"),
        Index("ix_payment_ask_expires", "expires_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    asker_id: Mapped[str] = foreign_id("person.id")
    payer_id: Mapped[str] = foreign_id("person.id")
    unit: Mapped[str] = text_column(12)
    amount: Mapped[int]
    words: Mapped[str] = text_column(MEMO_MAX, default="")
    asked_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    accepted: Mapped[bool | None]
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    lapsed_at: Mapped[datetime | None] = mapped_column(Instant)
