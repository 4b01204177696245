"""Filters of lists that no index walks along: a cell, when something is free, a skill, how a job is paid, headings below."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from minga.sharing.models import Category, Listing, ListingCell, ListingJob, ListingSkillNamed
from minga.sharing.rules import Wish


def filters(wish: Wish) -> list[ColumnElement[bool]]:
    """What of a wish narrows a list further than `walks.narrowed` does."""
    found: list[ColumnElement[bool]] = []
    if wish.cell is not None:
        there = select(ListingCell.listing_id).where(
            ListingCell.lat == wish.cell.lat, ListingCell.lon == wish.cell.lon
        )
        found.append(Listing.id.in_(there))
    if wish.free_from or wish.free_until:
        found.append(_free(wish))
    if wish.skill:
        named = select(ListingSkillNamed.listing_id).where(ListingSkillNamed.skill_id == wish.skill)
        found.append(Listing.id.in_(named))
    if wish.compensation or wish.due_until:
        found.append(Listing.id.in_(_jobs(wish)))
    return found


def _free(wish: Wish) -> ColumnElement[bool]:
    """Available on some day between the two; a listing that says no days is free."""
    first, last = wish.free_from, wish.free_until
    begins = Listing.available_from_on.is_(None)
    ends = Listing.available_until_on.is_(None)
    found = [or_(begins, Listing.available_from_on <= last)] if last else []
    if first:
        found.append(or_(ends, Listing.available_until_on >= first))
    return and_(*found)


def _jobs(wish: Wish) -> Any:
    found = select(ListingJob.listing_id)
    if wish.compensation:
        found = found.where(ListingJob.compensation == wish.compensation)
    if wish.due_until:
        end = datetime.combine(wish.due_until, time(), UTC) + timedelta(days=1)
        found = found.where(ListingJob.deadline_at < end)
    return found


def below(category_id: Any) -> Any:
    """A heading, those of the same key that other communities made their own, and all below them, three deep at most."""
    key = select(Category.key).where(Category.id == category_id)
    same = select(Category.id).where(Category.key.in_(key))
    first = select(Category.id).where(Category.parent_id.in_(same))
    second = select(Category.id).where(Category.parent_id.in_(first))
    return select(Category.id).where(
        or_(Category.id.in_(same), Category.id.in_(first), Category.id.in_(second))
    )
