"""Tables of what a lot decides about a listing: the draw as it is published, and its secret until then."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, foreign_id, id_column, text_column


class Draw(Base):
    """One lot about a listing: what was bound beforehand, and afterwards all that is needed to draw it again."""

    __tablename__ = "listing_draw"
    __table_args__ = (CheckConstraint("(drawn_at IS NULL) = (secret IS NULL)", name="told_when_drawn"),)

    id: Mapped[str] = id_column()
    listing_id: Mapped[str] = foreign_id("listing.id", unique=True)
    begun_at: Mapped[datetime] = mapped_column(Instant)
    commitment: Mapped[str] = text_column(64)
    drawn_at: Mapped[datetime | None] = mapped_column(Instant)
    secret: Mapped[str | None] = text_column(64)
    claims_root: Mapped[str | None] = text_column(64)
    seed: Mapped[str | None] = text_column(64)
    lines: Mapped[list[Any] | None] = mapped_column(JSON)
    """The lines of all asks in the order of the lot, each with 1 when it was agreed to."""


class DrawSecret(Base):
    """What a draw is bound to, sealed with the node's field key; the row goes when it is told."""

    __tablename__ = "listing_draw_secret"

    draw_id: Mapped[str] = foreign_id("listing_draw.id", primary_key=True)
    sealed: Mapped[str] = text_column(400)
