"""Who does not see a listing although its level reaches them; for its owner only."""

from sqlalchemy import select

from minga.kit.db import Session
from minga.sharing.models import Listing, ListingNarrowing, ListingNearness, ListingWithout
from minga.sharing.rules.narrowing import Narrowing


def narrowing_of(session: Session, listing: Listing) -> Narrowing:
    """What its owner has said; most listings are not narrowed, and then nothing is asked."""
    if not listing.narrowed:
        return Narrowing()
    found = session.get(ListingNarrowing, listing.id)
    near = session.get(ListingNearness, listing.id)
    people = select(ListingWithout.person_id).where(ListingWithout.listing_id == listing.id)
    return Narrowing(
        full_only=found.full_only if found else False,
        within=(found.within_id or "") if found else "",
        vouched_only=near.vouched_only if near else False,
        within_km=near.within_km if near else None,
        steps=near.steps if near else None,
        without=tuple(session.scalars(people.order_by(ListingWithout.person_id))),
    )
