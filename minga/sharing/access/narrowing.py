"""The part of `visible_to` that makes a circle smaller: asked only of the few listings that are narrowed."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_

from minga.kit.ids import Id
from minga.sharing.access.circles import Circle
from minga.sharing.models import Listing, ListingNarrowing, ListingWithout


def inside(circle: Circle) -> ColumnElement[bool]:
    """Not narrowed, or meant for this member of its community; stewards there look after what is published."""
    ruled_out = exists().where(
        ListingNarrowing.listing_id == Listing.id,
        or_(
            and_(ListingNarrowing.full_only, ~_among(circle.full, Listing.community_id)),
            and_(ListingNarrowing.within_id.is_not(None), ~_among(circle.own, ListingNarrowing.within_id)),
        ),
    )
    meant = or_(_among(circle.edited, Listing.community_id), and_(~ruled_out, ~left_out(circle)))
    return or_(Listing.narrowed.is_(False), meant)


def outside(circle: Circle) -> ColumnElement[bool]:
    """Not narrowed; or only by people left out, of whom this one, who is signed in, is none."""
    if circle.me is None:
        return Listing.narrowed.is_(False)
    ruled = exists().where(ListingNarrowing.listing_id == Listing.id)
    return or_(Listing.narrowed.is_(False), and_(~ruled, ~left_out(circle)))


def left_out(circle: Circle) -> ColumnElement[bool]:
    """Whether the viewer is one of the people left out."""
    return false() if circle.me is None else without(circle.me)


def without(person_id: Id) -> ColumnElement[bool]:
    """Whether a listing's owner has left this person out."""
    return exists().where(ListingWithout.listing_id == Listing.id, ListingWithout.person_id == person_id)


def open_to(person_id: Id) -> ColumnElement[bool]:
    """Whether a dispatcher may work on a need: anybody but those its owner has left out."""
    return or_(Listing.narrowed.is_(False), ~without(person_id))


def _among(communities: Collection[Id], column: Any) -> ColumnElement[bool]:
    return column.in_(tuple(communities)) if communities else false()
