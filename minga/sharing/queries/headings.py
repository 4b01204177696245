"""The tree of a community's categories with what is filed under each, their own fields, and a listing's values of them."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, func, select

from minga.communities.models import Community
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.kit.questions import Question
from minga.sharing.access import circle_of, is_open, reaches
from minga.sharing.models import CategoryField, Listing, ListingExtra
from minga.sharing.queries.mine import categories
from minga.sharing.rules import Origin
from minga.sharing.rules.categories import CategoryName
from minga.sharing.rules.fields import FieldName


class Heading(msgspec.Struct, frozen=True):
    """A category in its tree: how deep it stands, how many open listings the reader sees in it, its fields."""

    category: CategoryName
    depth: int
    n: int
    fields: tuple[FieldName, ...]


def headings(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[Heading]:
    """The tree as a list, each after the one above it; the caller has let the asker in."""
    found = categories(session, actor, community_id)
    counted = dict(
        session.execute(
            select(Listing.category_id, func.count())
            .where(
                Listing.community_id == community_id,
                Listing.category_id.is_not(None),
                is_open(at),
                reaches(circle_of(session, actor, at=at), {Origin.OWN}),
            )
            .group_by(Listing.category_id)
        ).all()
    )
    fields = fields_of(session, [one.id for one in found if one.own])
    known = {one.id for one in found}
    tree: list[Heading] = []

    def put(above: str | None, depth: int) -> None:
        for one in found:
            parent = one.parent_id if one.parent_id in known else None
            if parent == above and depth < 4:
                tree.append(Heading(one, depth, counted.get(one.id, 0), tuple(fields.get(one.id, ()))))
                put(one.id, depth + 1)

    put(None, 0)
    return tree


def fields_of(session: Session, category_ids: Sequence[Id]) -> dict[Id, list[FieldName]]:
    """The fields in use of these categories, in their order; asks only when there may be some."""
    found: dict[Id, list[FieldName]] = {}
    if not category_ids:
        return found
    wanted = (
        select(CategoryField)
        .where(CategoryField.category_id.in_(category_ids), CategoryField.retired_at.is_(None))
        .order_by(CategoryField.rank, CategoryField.id)
    )
    for one in session.scalars(wanted):
        name = FieldName(
            one.id, one.category_id, one.key, one.kind, one.direction, one.labels, tuple(one.choices)
        )
        found.setdefault(one.category_id, []).append(name)
    return found


def fields_for(session: Session, actor: Actor, community_id: Id) -> dict[Id, list[FieldName]]:
    """The fields of all categories that a community uses. For anybody, as the categories are."""
    own = [one.id for one in categories(session, actor, community_id, retired=True) if one.own]
    return fields_of(session, own)


def extra_of(session: Session, listing_id: Id) -> tuple[tuple[str, str], ...]:
    """What a listing says in its category's fields, by key; for those who may read the listing."""
    found = _EXTRA.first(session, listing=listing_id)
    return tuple(sorted(found.entries.items())) if found else ()


_EXTRA = Question(lambda: select(ListingExtra.entries).where(ListingExtra.listing_id == bindparam("listing")))


def root_of(session: Session, community_id: Id) -> Id:
    """The community at the top, whose categories all below it share."""
    return session.scalars(select(Community.root_id).where(Community.id == community_id)).one()
