"""The tree of categories: those that every community starts with, and a community's own."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Connection, Index, Table, event, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, foreign_id, id_column, text_column
from minga.sharing.rules.categories import CATEGORIES, shipped_id

_LIVE = text("retired_at IS NULL")


class Category(Base):
    """A heading for listings. Without a community it is shipped; a community's own with the same key replaces it."""

    __tablename__ = "category"
    __table_args__ = (
        Index(
            "uq_category_live", "community_id", "key", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE
        ),
        CheckConstraint("id <> parent_id", name="not_its_own_parent"),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str | None] = foreign_id("community.id")
    parent_id: Mapped[str | None] = foreign_id("category.id")
    key: Mapped[str] = text_column(40)
    labels: Mapped[dict[str, Any]] = mapped_column(JSON)
    rank: Mapped[int]
    retired_at: Mapped[datetime | None] = mapped_column(Instant)


def shipped_rows() -> list[dict[str, Any]]:
    """The rows every database starts with; migrations insert the same."""
    return [
        {"id": shipped_id(key), "key": key, "labels": dict(labels), "rank": rank}
        for rank, (key, labels) in enumerate(CATEGORIES.items(), start=1)
    ]


@event.listens_for(Category.__table__, "after_create")
def _fill(table: Table, connection: Connection, **_options: Any) -> None:
    connection.execute(table.insert(), shipped_rows())
