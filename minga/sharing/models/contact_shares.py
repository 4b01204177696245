"""Table of who lets whom reach them for one exchange. Never a number or an address: these stay where their owner wrote them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column
from minga.sharing.rules.contact_shares import ShareField

_LIVE = text("ended_at IS NULL")


class ContactShare(Base):
    """One means by which one side lets the other reach them."""

    __tablename__ = "contact_share"
    __table_args__ = (
        CheckConstraint("from_id <> to_id", name="two_people"),
        Index(
            "uq_contact_share_live",
            "exchange_id",
            "from_id",
            "field",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
    )

    id: Mapped[str] = id_column()
    exchange_id: Mapped[str] = foreign_id("exchange.id")
    from_id: Mapped[str] = foreign_id("person.id")
    to_id: Mapped[str] = foreign_id("person.id")
    field: Mapped[ShareField] = enum_column(ShareField)
    made_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
