"""Tables of identity. Secrets lie in tables of their own, never on rows that templates receive."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, id_column, text_column


class Person(Base):
    """A human with an account on this node."""

    __tablename__ = "person"

    id: Mapped[str] = id_column()
    handle: Mapped[str] = text_column(30)
    handle_key: Mapped[str] = text_column(30, unique=True)
    name: Mapped[str] = text_column(80)
    language: Mapped[str] = text_column(12, default="en")
    zone: Mapped[str] = text_column(40, default="UTC")
    scope: Mapped[str] = text_column(12, default="community")
    look: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    photo: Mapped[str | None] = text_column(64)
    made_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)
    suspended_at: Mapped[datetime | None] = mapped_column(Instant)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)
