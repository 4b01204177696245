"""Table of listings that come again: the template, its rule, the next day, and the instance that is open."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, foreign_id, id_column, text_column
from minga.sharing.rules.repeats import LEAD_HOURS_MAX, TEXT_MAX

_RUNNING = text("ended_at IS NULL AND paused_at IS NULL")
_LIVE = text("ended_at IS NULL")


class ListingRepeat(Base):
    """A listing that is posted again by the clock; what it says is read from the template each time."""

    __tablename__ = "listing_repeat"
    __table_args__ = (
        CheckConstraint(f"lead_hours BETWEEN 0 AND {LEAD_HOURS_MAX}", name="lead"),
        Index("ix_listing_repeat_opens", "opens_at", sqlite_where=_RUNNING, postgresql_where=_RUNNING),
        Index(
            "uq_listing_repeat_template",
            "listing_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_listing_repeat_open", "open_id"),
    )

    id: Mapped[str] = id_column()
    listing_id: Mapped[str] = foreign_id("listing.id")
    owner_id: Mapped[str] = foreign_id("person.id")
    rule: Mapped[str] = text_column(TEXT_MAX)
    first_on: Mapped[date]
    lead_hours: Mapped[int]
    next_on: Mapped[date | None]
    opens_at: Mapped[datetime | None] = mapped_column(Instant)
    open_id: Mapped[str | None] = foreign_id("listing.id")
    made_at: Mapped[datetime] = mapped_column(Instant)
    paused_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
