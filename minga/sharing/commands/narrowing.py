"""Writing down who does not see a listing: checked against the community, stored beside the listing."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from minga.communities.access import places_of
from minga.communities.models import Community, Membership
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Invalid
from minga.kit.ids import Id
from minga.sharing.access import is_theirs
from minga.sharing.models import Listing, ListingNamed, ListingNarrowing, ListingNearness, ListingWithout
from minga.sharing.queries.narrowing import narrowing_of
from minga.sharing.rules import Content
from minga.sharing.rules.content import SOME_WRONG
from minga.sharing.rules.narrowing import (
    NO_GROUP,
    NOT_THEM,
    TOO_MANY,
    WITHOUT_MAX,
    Narrowing,
    faults_of,
)


def check(
    session: Session, actor: Actor, community_id: Id, content: Content, before: Narrowing, *, at: datetime
) -> None:
    """Refuse a group that the actor is not in, and people that cannot be left out."""
    wish = content.narrowing
    if wrong := faults_of(wish, somewhere=content.where is not None):
        raise Invalid(SOME_WRONG, fields=wrong)
    if wish.within and wish.within != before.within:
        place = places_of(session, actor, at=at).get(wish.within)
        mine = place is not None and place.membership_id is not None
        parent = session.scalar(select(Community.parent_id).where(Community.id == wish.within))
        if not mine or parent != community_id:
            raise Invalid(NO_GROUP, fields={"within": NO_GROUP})
    if len(wish.without) > WITHOUT_MAX:
        raise Invalid(TOO_MANY, fields={"without": TOO_MANY}, most=WITHOUT_MAX)
    new = set(wish.without) - set(before.without)
    if set(wish.without) & {actor.person_id, *content.named}:
        raise Invalid(NOT_THEM, fields={"without": NOT_THEM})
    if new:
        live = select(Membership.person_id).where(
            Membership.community_id == community_id,
            Membership.ended_on.is_(None),
            Membership.person_id.in_(new),
        )
        if set(session.scalars(live)) != new:
            raise Invalid(NOT_THEM, fields={"without": NOT_THEM})


def kept_by_others(session: Session, actor: Actor, listing: Listing, content: Content) -> Content:
    """Who changes somebody else's listing neither reads nor changes whom its owner chose or left out."""
    if is_theirs(actor, listing):
        return content
    named = select(ListingNamed.person_id).where(ListingNamed.listing_id == listing.id)
    people = tuple(session.scalars(named.order_by(ListingNamed.person_id)))
    return replace(content, narrowing=narrowing_of(session, listing), named=people)


def rows(listing_id: Id, wish: Narrowing) -> list[Any]:
    """What is stored beside a listing."""
    found: list[Any] = [ListingWithout(listing_id=listing_id, person_id=one) for one in wish.without]
    if wish.full_only or wish.within:
        found.append(
            ListingNarrowing(listing_id=listing_id, full_only=wish.full_only, within_id=wish.within or None)
        )
    if wish.is_finer:
        found.append(
            ListingNearness(
                listing_id=listing_id,
                vouched_only=wish.vouched_only,
                within_km=wish.within_km,
                steps=wish.steps,
            )
        )
    return found


def put(session: Session, listing: Listing, wish: Narrowing) -> None:
    """Store it anew, if it is another one."""
    if narrowing_of(session, listing) == wish:
        return
    erase(session, listing.id)
    session.add_all(rows(listing.id, wish))


def erase(session: Session, listing_id: Id) -> None:
    for table in (ListingNarrowing, ListingNearness, ListingWithout):
        session.execute(delete(table).where(table.listing_id == listing_id))
