"""Changing the headings of a community: added, renamed, moved, retired, merged; and the fields they add to listings."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, update

from minga.communities.access import require
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid, NotFound
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id, new_id
from minga.kit.text import clean_line, slugify
from minga.sharing import rules
from minga.sharing.events import CategoryAdded, CategoryChanged, CategoryMerged, CategoryRetired
from minga.sharing.models import Category, CategoryAlias, CategoryField, Listing, ListingWords
from minga.sharing.queries.headings import root_of
from minga.sharing.queries.mine import categories
from minga.sharing.rules import Direction
from minga.sharing.rules.categories import CategoryName
from minga.sharing.rules.content import MISSING
from minga.sharing.rules.fields import CHOICES_MAX, FIELDS_MAX, TEXT_MAX, FieldKind

LABEL_MAX = 60
OWN_MAX = 300
DEPTH_MAX = 3
RANK_LAST = 1_000

TOO_MANY = N_("A community has at most {most} categories of its own.")
TOO_DEEP = N_("Categories go three steps deep at most, and none stands below itself.")
SAME = N_("Choose another category to merge it into.")
TOO_MANY_FIELDS = N_("A category adds at most {most} fields.")
NEEDS_CHOICES = N_("Write what can be chosen, one to a line.")
THERE = N_("A field of this name is there already.")


def add_category(
    session: Session,
    actor: Actor,
    community_id: Id,
    *,
    labels: Mapping[str, str],
    parent: str = "",
    at: datetime,
) -> Category:
    """A heading of the community's own, also for the groups in it."""
    root_id = _root(session, actor, community_id, at)
    said = _labels(labels)
    own = (
        select(func.count())
        .select_from(Category)
        .where(Category.community_id == root_id, Category.retired_at.is_(None))
    )
    if (session.scalar(own) or 0) >= OWN_MAX:
        raise Conflict(TOO_MANY, most=OWN_MAX, code="too_many")
    known = {one.key for one in categories(session, actor, root_id, retired=True)}
    stem = slugify(next(iter(said.values())), 30) or "category"
    key = next(one for one in (stem, *(f"{stem}-{n}" for n in range(2, OWN_MAX * 2))) if one not in known)
    above = _known(session, actor, root_id, parent) if parent else None
    made = Category(
        id=new_id(),
        community_id=root_id,
        parent_id=above.id if above else None,
        key=key,
        labels=dict(said),
        rank=RANK_LAST,
    )
    _require_depth(session, actor, root_id, made.id, made.parent_id)
    session.add(made)
    session.flush()
    _tell(session, actor, root_id, CategoryAdded(category_id=made.id), at)
    return made


def rename_category(
    session: Session,
    actor: Actor,
    community_id: Id,
    category_id: Id,
    *,
    labels: Mapping[str, str],
    at: datetime,
) -> Category:
    """Other names, in each language that was said; what is filed there is found by them from now on."""
    category = _own(session, actor, community_id, category_id, at)
    said = _labels(labels)
    if said != category.labels:
        category.labels = said
        session.flush()
        _index(session, category)
        _tell(session, actor, str(category.community_id), CategoryChanged(category_id=category.id), at)
    return category


def move_category(
    session: Session, actor: Actor, community_id: Id, category_id: Id, *, parent: str, at: datetime
) -> Category:
    """Another place in the tree; without a parent it stands at its top."""
    category = _own(session, actor, community_id, category_id, at)
    root_id = str(category.community_id)
    above = _known(session, actor, root_id, parent) if parent else None
    if above is not None and above.id == category.id:
        raise Invalid(TOO_DEEP, fields={"parent": TOO_DEEP})
    goal = above.id if above else None
    _require_depth(session, actor, root_id, category.id, goal)
    category.parent_id = goal
    session.flush()
    _tell(session, actor, root_id, CategoryChanged(category_id=category.id), at)
    return category


def retire_category(
    session: Session, actor: Actor, community_id: Id, category_id: Id, *, at: datetime
) -> Category:
    """Nothing new is filed there; what is, stays. What stands below moves one step up."""
    category = _own(session, actor, community_id, category_id, at)
    _retire(session, category, at)
    _tell(session, actor, str(category.community_id), CategoryRetired(category_id=category.id), at)
    return category


def merge_category(
    session: Session, actor: Actor, community_id: Id, category_id: Id, *, into: str, at: datetime
) -> Category:
    """File all that is under one heading under another; the old one leads there."""
    category = _own(session, actor, community_id, category_id, at)
    root_id = str(category.community_id)
    target = _known(session, actor, root_id, into)
    if target.id == category.id:
        raise Invalid(SAME, fields={"into": SAME})
    goal = session.get_one(Category, target.id)
    moved = _refile(session, root_id, category.id, goal)
    _retire(session, category, at)
    session.add(CategoryAlias(category_id=category.id, into_id=goal.id))
    event = CategoryMerged(category_id=category.id, into_id=goal.id, moved=moved)
    _tell(session, actor, root_id, event, at)
    return goal


def add_field(
    session: Session,
    actor: Actor,
    community_id: Id,
    category_id: Id,
    *,
    labels: Mapping[str, str],
    kind: FieldKind,
    direction: Direction | None = None,
    choices: Sequence[str] = (),
    at: datetime,
) -> CategoryField:
    """A field that listings of this heading have from now on."""
    category = _own(session, actor, community_id, category_id, at)
    said = _labels(labels)
    live = select(CategoryField).where(
        CategoryField.category_id == category.id, CategoryField.retired_at.is_(None)
    )
    there = session.scalars(live).all()
    for way in Direction:
        same = [one for one in there if one.direction in (None, way)]
        if direction in (None, way) and len(same) >= FIELDS_MAX:
            raise Conflict(TOO_MANY_FIELDS, most=FIELDS_MAX, code="too_many")
    key = slugify(next(iter(said.values())), 40) or "field"
    if any(one.key == key for one in there):
        raise Conflict(THERE, code="name_taken", fields={"label_en": THERE})
    several = [clean_line(one, TEXT_MAX) for one in choices]
    several = list(dict.fromkeys(one for one in several if one))[:CHOICES_MAX]
    if kind is FieldKind.CHOICE and not several:
        raise Invalid(NEEDS_CHOICES, fields={"choices": NEEDS_CHOICES})
    made = CategoryField(
        category_id=category.id,
        key=key,
        kind=kind,
        direction=direction,
        labels=dict(said),
        choices=several if kind is FieldKind.CHOICE else [],
        rank=len(there) + 1,
    )
    session.add(made)
    session.flush()
    _tell(session, actor, str(category.community_id), CategoryChanged(category_id=category.id), at)
    return made


def retire_field(session: Session, actor: Actor, field_id: Id, *, at: datetime) -> CategoryField:
    """Ask for it no longer; what listings said in it stays with them."""
    found = session.scalar(select(CategoryField).where(CategoryField.id == field_id).with_for_update())
    category = session.get(Category, found.category_id) if found else None
    if found is None or category is None or category.community_id is None:
        raise NotFound()
    require(session, actor, "category.edit", category.community_id, at=at)
    if found.retired_at is None:
        found.retired_at = at
        _tell(session, actor, category.community_id, CategoryChanged(category_id=category.id), at)
    return found


def _root(session: Session, actor: Actor, community_id: Id, at: datetime) -> Id:
    root_id = root_of(session, community_id)
    require(session, actor, "category.edit", root_id, at=at)
    return root_id


def _own(session: Session, actor: Actor, community_id: Id, category_id: Id, at: datetime) -> Category:
    """The category as the community's own: a shipped one is made its own first, with all that is filed there."""
    root_id = _root(session, actor, community_id, at)
    found = session.scalar(
        select(Category).where(
            Category.id == category_id,
            Category.retired_at.is_(None),
            or_(Category.community_id.is_(None), Category.community_id == root_id),
        )
    )
    if found is None:
        raise NotFound()
    if found.community_id is not None:
        return found
    there = session.scalar(
        select(Category).where(Category.community_id == root_id, Category.key == found.key)
    )
    if there is not None:
        raise NotFound()
    own = Category(
        id=new_id(),
        community_id=root_id,
        parent_id=found.parent_id,
        key=found.key,
        labels=dict(found.labels),
        rank=found.rank,
    )
    session.add(own)
    session.flush()
    _refile(session, root_id, found.id, own)
    session.execute(
        update(Category)
        .where(Category.community_id == root_id, Category.parent_id == found.id)
        .values(parent_id=own.id)
    )
    return own


def _known(session: Session, actor: Actor, root_id: Id, wanted: str) -> CategoryName:
    found = next((one for one in categories(session, actor, root_id) if wanted in (one.id, one.key)), None)
    if found is None:
        raise NotFound()
    return found


def _refile(session: Session, root_id: Id, before: Id, goal: Category) -> int:
    """Move all listings of the community from one heading to another; answers how many."""
    there = (Listing.root_id == root_id, Listing.category_id == before)
    moved = session.execute(
        update(Listing).where(*there).values(category_id=goal.id, version=Listing.version + 1),
        execution_options={"synchronize_session": False},
    )
    _index(session, goal)
    return int(getattr(moved, "rowcount", 0))


def _index(session: Session, category: Category) -> None:
    """The words by which what is filed under a heading is found."""
    words: Any = rules.index_words(" ".join(category.labels.values()))[:2_000]
    there = select(Listing.id).where(Listing.category_id == category.id)
    session.execute(
        update(ListingWords).where(ListingWords.listing_id.in_(there)).values(category=words),
        execution_options={"synchronize_session": False},
    )


def _retire(session: Session, category: Category, at: datetime) -> None:
    session.execute(
        update(Category).where(Category.parent_id == category.id).values(parent_id=category.parent_id)
    )
    category.retired_at = at
    session.flush()


def _require_depth(session: Session, actor: Actor, root_id: Id, moved: Id, parent: Id | None) -> None:
    """Three steps at most, and none above itself, when that one is moved below the parent."""
    above = {one.id: one.parent_id for one in categories(session, actor, root_id)} | {moved: parent}
    for one in above:
        steps, here = 0, above.get(one)
        while here is not None and steps <= DEPTH_MAX:
            steps, here = steps + 1, above.get(here)
        if steps >= DEPTH_MAX:
            raise Invalid(TOO_DEEP, fields={"parent": TOO_DEEP})


def _labels(labels: Mapping[str, str]) -> dict[str, str]:
    said = {
        language: clean_line(label, LABEL_MAX, field=f"label_{language}")
        for language, label in labels.items()
    }
    found = {language: label for language, label in said.items() if label}
    if not found:
        raise Invalid(MISSING, fields={f"label_{next(iter(labels), 'en')}": MISSING})
    return found


def _tell(session: Session, actor: Actor, community_id: Id, event: Any, at: datetime) -> None:
    emit(session, actor, event, at=at, community_id=community_id)
