"""Tables of lending: a copy that is out, until when, and how it came back."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, foreign_id, id_column, text_column
from minga.sharing.rules.loans import CONDITION_WORDS_MAX

_OPEN = text("returned_on IS NULL AND lost_at IS NULL")
_UNANSWERED = text("agreed_at IS NULL AND declined_at IS NULL")


class Loan(Base):
    """A leg that is out and comes back. A copy can have only one open loan; the database refuses a second."""

    __tablename__ = "loan"
    __table_args__ = (
        CheckConstraint("copy_no >= 1", name="copy"),
        CheckConstraint("due_on >= lent_on", name="due_after_lent"),
        CheckConstraint("returned_on IS NULL OR returned_on >= lent_on", name="returned_after_lent"),
        CheckConstraint("returned_on IS NULL OR lost_at IS NULL", name="ends_once"),
        CheckConstraint("(taken_back_at IS NULL) = (returned_on IS NULL)", name="taken_back"),
        CheckConstraint("condition_out IS NULL OR condition_out BETWEEN 1 AND 5", name="condition_out"),
        CheckConstraint("condition_back IS NULL OR condition_back BETWEEN 1 AND 5", name="condition_back"),
        Index(
            "uq_loan_open",
            "listing_id",
            "copy_no",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_loan_borrower", "borrower_id", "due_on", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_loan_lender", "lender_id", "due_on", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_loan_listing", "listing_id", "leg_id"),
    )

    leg_id: Mapped[str] = foreign_id("leg.id", primary_key=True)
    exchange_id: Mapped[str] = foreign_id("exchange.id", unique=True)
    community_id: Mapped[str] = foreign_id("community.id")
    listing_id: Mapped[str] = foreign_id("listing.id")
    copy_no: Mapped[int]
    lender_id: Mapped[str] = foreign_id("person.id")
    borrower_id: Mapped[str] = foreign_id("person.id")
    lent_on: Mapped[date]
    due_on: Mapped[date]
    brought_back_at: Mapped[datetime | None] = mapped_column(Instant)
    taken_back_at: Mapped[datetime | None] = mapped_column(Instant)
    returned_on: Mapped[date | None]
    condition_out: Mapped[int | None]
    condition_back: Mapped[int | None]
    words_back: Mapped[str] = text_column(CONDITION_WORDS_MAX, default="")
    by_silence: Mapped[bool] = mapped_column(default=False)
    lost_at: Mapped[datetime | None] = mapped_column(Instant)
    lost_by_id: Mapped[str | None] = foreign_id("person.id")


class Renewal(Base):
    """A wish to keep something longer, with the due day it started from; granted at once or by its owner."""

    __tablename__ = "renewal"
    __table_args__ = (
        CheckConstraint("to_due_on > from_due_on", name="longer"),
        CheckConstraint("agreed_at IS NULL OR declined_at IS NULL", name="answered_once"),
        Index(
            "uq_renewal_open",
            "loan_id",
            unique=True,
            sqlite_where=_UNANSWERED,
            postgresql_where=_UNANSWERED,
        ),
        Index("ix_renewal_loan", "loan_id", "id"),
    )

    id: Mapped[str] = id_column()
    loan_id: Mapped[str] = foreign_id("loan.leg_id")
    by_id: Mapped[str] = foreign_id("person.id")
    asked_at: Mapped[datetime] = mapped_column(Instant)
    from_due_on: Mapped[date]
    to_due_on: Mapped[date]
    agreed_at: Mapped[datetime | None] = mapped_column(Instant)
    declined_at: Mapped[datetime | None] = mapped_column(Instant)
