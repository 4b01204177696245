"""The tree of categories: those that every community starts with, and a community's own."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column
from minga.kit.schema import beside
from minga.sharing.rules.categories import CATEGORIES, shipped_id
from minga.sharing.rules.fields import FieldKind
from minga.sharing.rules.words import Direction

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


def shipped_rows(_dialect: str) -> list[str]:
    """The statement that puts in the categories every database starts with; ids and words are ours, none is typed."""
    rows = [
        f"('{shipped_id(key)}', '{key}', '{json.dumps(dict(labels), ensure_ascii=False)}', {rank})"
        for rank, (key, labels) in enumerate(CATEGORIES.items(), start=1)
    ]
    return [f"INSERT INTO category (id, key, labels, rank) VALUES {', '.join(rows)}"]  # nosec B608 # constants of the rules


beside(Category.__table__, shipped_rows)


class CategoryAlias(Base):
    """A heading that was merged into another; what is filed under the old one goes to the new."""

    __tablename__ = "category_alias"

    category_id: Mapped[str] = foreign_id("category.id", primary_key=True)
    into_id: Mapped[str] = foreign_id("category.id")


class CategoryField(Base):
    """A field that listings of a category have besides those of their kind."""

    __tablename__ = "category_field"
    __table_args__ = (
        Index(
            "uq_category_field_live",
            "category_id",
            "key",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
    )

    id: Mapped[str] = id_column()
    category_id: Mapped[str] = foreign_id("category.id")
    key: Mapped[str] = text_column(40)
    kind: Mapped[FieldKind] = enum_column(FieldKind)
    direction: Mapped[Direction | None] = enum_column(Direction)
    labels: Mapped[dict[str, Any]] = mapped_column(JSON)
    choices: Mapped[list[str]] = mapped_column(JSON)
    rank: Mapped[int]
    retired_at: Mapped[datetime | None] = mapped_column(Instant)


class ListingExtra(Base):
    """What a listing says in the fields of its category: text by the key of the field, checked when it was written."""

    __tablename__ = "listing_extra"

    listing_id: Mapped[str] = foreign_id("listing.id", primary_key=True)
    entries: Mapped[dict[str, Any]] = mapped_column(JSON)
