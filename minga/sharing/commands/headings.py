"""Under which heading something is filed, and what its fields hold: found, followed where it was merged, checked."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import or_, select

from minga.kit.db import Session
from minga.kit.errors import Invalid, Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.sharing.models import Category, CategoryAlias
from minga.sharing.queries.headings import extra_of as extra_of
from minga.sharing.queries.headings import fields_of
from minga.sharing.rules import Content, Direction
from minga.sharing.rules.content import Faults
from minga.sharing.rules.fields import read_value

NO_CATEGORY = N_("Choose a category from the list.")
MERGES_MAX = 5


def category_of(
    session: Session, communities: tuple[Id, Id], wanted: str, *, before: Id | None = None
) -> Category | None:
    """The category by its key or id: the community's own, its root's, or a shipped one.

    One that was merged is the one it went into; one that is not used any more stays only where it is (`before`).
    """
    if not wanted:
        return None
    known = or_(Category.community_id.is_(None), Category.community_id.in_(communities))
    keys = select(Category.key).where(or_(Category.key == wanted, Category.id == wanted), known)
    found = session.scalars(select(Category).where(Category.key.in_(keys), known)).all()
    if not found:
        raise Invalid(NO_CATEGORY, fields={"category": NO_CATEGORY})
    best = max(
        found,
        key=lambda one: (
            one.community_id is not None,
            one.retired_at is None,
            one.community_id == communities[0],
        ),
    )
    for _ in range(MERGES_MAX):
        alias = session.get(CategoryAlias, best.id) if best.retired_at is not None else None
        if alias is None:
            break
        best = session.get_one(Category, alias.into_id)
    if best.retired_at is not None and best.id != before:
        raise Invalid(NO_CATEGORY, fields={"category": NO_CATEGORY})
    return best


def with_extra(
    session: Session, category: Category | None, direction: Direction, content: Content, *, at: datetime
) -> Content:
    """The content with the values of its category's fields checked, by key; those of other categories are left out."""
    if not content.extra or category is None or category.community_id is None:
        return replace(content, extra=()) if content.extra else content
    fields = fields_of(session, [category.id]).get(category.id, [])
    said: Mapping[str, str] = dict(content.extra)
    faults, kept = Faults(), {}
    for field in fields:
        typed = said.get(field.id) or said.get(field.key) or ""
        if not typed.strip() or not field.concerns(direction):
            continue
        try:
            kept[field.key] = read_value(field, typed, today=at.date())
        except Refused as refusal:
            faults.add(f"extra_{field.id}", refusal)
    faults.raise_if_any()
    return replace(content, extra=tuple(sorted(kept.items())))
