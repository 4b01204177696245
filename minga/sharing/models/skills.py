"""Skills by their names in a community, and which listings speak of them. A name that was merged leads on."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, foreign_id, id_column, text_column


class Skill(Base):
    """A skill that members named. Proposed until somebody who looks after the categories accepts or merges it."""

    __tablename__ = "skill"
    __table_args__ = (
        UniqueConstraint("community_id", "name_key"),
        CheckConstraint("id <> merged_into_id", name="not_into_itself"),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    name: Mapped[str] = text_column(60)
    name_key: Mapped[str] = text_column(120)
    labels: Mapped[dict[str, Any]] = mapped_column(JSON)
    category_id: Mapped[str | None] = foreign_id("category.id")
    proposed_by_id: Mapped[str | None] = foreign_id("person.id")
    made_at: Mapped[datetime] = mapped_column(Instant)
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    merged_into_id: Mapped[str | None] = foreign_id("skill.id")


class ListingSkillNamed(Base):
    """A listing that offers, teaches or wants a skill."""

    __tablename__ = "listing_skill_named"
    __table_args__ = (Index("ix_listing_skill_named_skill", "skill_id", "listing_id"),)

    listing_id: Mapped[str] = foreign_id("listing.id", primary_key=True)
    skill_id: Mapped[str] = foreign_id("skill.id", primary_key=True)
