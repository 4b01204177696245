"""The part of `visible_to` that makes a circle smaller: asked only of the few listings that are narrowed."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_

from minga.identity.access.connections import people_within
from minga.kit.ids import Id
from minga.sharing.access.circles import Circle
from minga.sharing.access.distances import square
from minga.sharing.models import (
    Listing,
    ListingCell,
    ListingNarrowing,
    ListingNearness,
    ListingWithout,
    PersonCell,
)
from minga.sharing.rules.narrowing import STEPS


def inside(circle: Circle) -> ColumnElement[bool]:
    """Not narrowed, or meant for this member of its community; stewards there look after what is published."""
    ruled_out = exists().where(
        ListingNarrowing.listing_id == Listing.id,
        or_(
            and_(ListingNarrowing.full_only, ~_among(circle.full, Listing.community_id)),
            and_(ListingNarrowing.within_id.is_not(None), ~_among(circle.own, ListingNarrowing.within_id)),
        ),
    )
    unvouched = ListingNearness.vouched_only & ~_among(circle.vouched, Listing.community_id)
    near = and_(~ruled_out, ~_too_far(circle, unvouched), ~left_out(circle))
    meant = or_(_among(circle.edited, Listing.community_id), near)
    return or_(Listing.narrowed.is_(False), meant)


def outside(circle: Circle) -> ColumnElement[bool]:
    """Not narrowed; or only by people left out and by nearness, and this one, who is signed in, is near and not left out."""
    if circle.me is None:
        return Listing.narrowed.is_(False)
    ruled = exists().where(ListingNarrowing.listing_id == Listing.id)
    return or_(
        Listing.narrowed.is_(False),
        and_(~ruled, ~_too_far(circle, ListingNearness.vouched_only.is_(True)), ~left_out(circle)),
    )


def _too_far(circle: Circle, unvouched: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a listing asks for somebody nearer than the viewer is; what is not known of them counts as far."""
    asks = exists().where(ListingNearness.listing_id == Listing.id)
    if not circle.finer:
        # There was no such listing on the node when the circle was drawn, so nobody has to be measured.
        return asks
    metres = ListingNearness.within_km * 1_000
    here = (
        exists()
        .where(
            ListingCell.listing_id == Listing.id,
            PersonCell.person_id == circle.me,
            square(PersonCell.lat, PersonCell.lon, PersonCell.lon_metres) < metres * metres,
        )
        .correlate(Listing, ListingNearness)
    )
    known = or_(
        *(
            and_(ListingNearness.steps == n, Listing.owner_id.in_(people_within(circle.actor, n)))
            for n in STEPS
        )
    )
    return asks.where(
        or_(
            unvouched,
            and_(ListingNearness.within_km.is_not(None), ~here),
            and_(ListingNearness.steps.is_not(None), ~known),
        )
    )


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
