"""Tables of reserving: whose a copy is from one moment to another. The database lets no two overlap."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column
from minga.kit.schema import IdText, beside
from minga.sharing.rules.reservations import ReservationEnd

_LIVE = text("ended_at IS NULL")
_OUT = text("out_at IS NOT NULL AND ended_at IS NULL")


class Reservation(Base):
    """One copy, or one place, from a moment up to another. Those that were reserved together share `group_id`."""

    __tablename__ = "reservation"
    __table_args__ = (
        CheckConstraint("copy_no >= 1", name="copy"),
        CheckConstraint("until_at > from_at", name="window"),
        CheckConstraint("(ended_at IS NULL) = (end_as IS NULL)", name="ended"),
        CheckConstraint("(confirmed_at IS NULL) <> (kept_until IS NULL)", name="held_or_confirmed"),
        CheckConstraint("out_at IS NULL OR confirmed_at IS NOT NULL", name="out_after_confirmed"),
        Index(
            "uq_reservation_out",
            "listing_id",
            "copy_no",
            unique=True,
            sqlite_where=_OUT,
            postgresql_where=_OUT,
        ),
        Index(
            "ix_reservation_live",
            "listing_id",
            "copy_no",
            "from_at",
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_reservation_person", "person_id", "from_at", sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index("ix_reservation_group", "group_id"),
        Index("ix_reservation_ask", "ask_id"),
        Index("ix_reservation_exchange", "exchange_id"),
    )

    id: Mapped[str] = id_column()
    group_id: Mapped[str] = mapped_column(IdText(32))
    listing_id: Mapped[str] = foreign_id("listing.id")
    copy_no: Mapped[int]
    from_at: Mapped[datetime] = mapped_column(Instant)
    until_at: Mapped[datetime] = mapped_column(Instant)
    person_id: Mapped[str] = foreign_id("person.id")
    ask_id: Mapped[str | None] = foreign_id("ask.id")
    exchange_id: Mapped[str | None] = foreign_id("exchange.id")
    made_at: Mapped[datetime] = mapped_column(Instant)
    kept_until: Mapped[datetime | None] = mapped_column(Instant)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    out_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    end_as: Mapped[ReservationEnd | None] = enum_column(ReservationEnd)
    by_id: Mapped[str | None] = foreign_id("person.id")


_OVERLAPS = """EXISTS (SELECT 1 FROM reservation AS other WHERE other.listing_id = NEW.listing_id
AND other.copy_no = NEW.copy_no AND other.ended_at IS NULL AND other.id <> NEW.id
AND other.from_at < NEW.until_at AND NEW.from_at < other.until_at)"""


def no_overlap(dialect: str) -> list[str]:
    """The statements after which no two live reservations of a copy share a moment, whoever writes them."""
    if dialect == "postgresql":
        return [
            "CREATE EXTENSION IF NOT EXISTS btree_gist",
            "ALTER TABLE reservation ADD CONSTRAINT ex_reservation_overlap EXCLUDE USING gist"
            " (listing_id WITH =, copy_no WITH =, tstzrange(from_at, until_at) WITH &&) WHERE (ended_at IS NULL)",
        ]
    return [
        f"CREATE TRIGGER reservation_no_overlap_{when} BEFORE {act} ON reservation"
        f" WHEN NEW.ended_at IS NULL AND {_OVERLAPS}"
        " BEGIN SELECT RAISE(ABORT, 'reservation_overlap'); END"
        for when, act in (("insert", "INSERT"), ("update", "UPDATE"))
    ]


beside(Reservation.__table__, no_overlap)
