"""Who reads a place, who changes one, and the only way to the exact point of a listing."""

from datetime import datetime

from sqlalchemy import select

from minga.communities.access import register_capability, require
from minga.communities.rules import Capability
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.sharing.access.circles import circle_of
from minga.sharing.access.listings import is_theirs
from minga.sharing.models import Listing, ListingPoint, Place

PLACE_EDIT = register_capability(
    Capability(
        name="place.edit",
        sentence=N_("Name the places that members know, and change them."),
        roles=("steward", "librarian"),
    )
)


def place_to_see(session: Session, actor: Actor, place_id: Id, *, at: datetime) -> Place:
    """The place, for those who live in its community or in one that is tied to it."""
    circle = circle_of(session, actor, at=at)
    near = tuple(circle.own | circle.tied)
    found = session.scalar(select(Place).where(Place.id == place_id, Place.community_id.in_(near)))
    if found is None:
        raise NotFound()
    return found


def place_to_edit(session: Session, actor: Actor, place_id: Id, *, at: datetime) -> Place:
    """The place, for those who may change the places of its community; locked."""
    found = place_to_see(session, actor, place_id, at=at)
    require(session, actor, PLACE_EDIT.name, found.community_id, at=at)
    return session.scalars(select(Place).where(Place.id == found.id).with_for_update()).one()


def exact_point(session: Session, actor: Actor, listing: Listing) -> ListingPoint | None:
    """The exact point of a listing, for whoever posted it; nobody else reads this table."""
    return session.get(ListingPoint, listing.id) if is_theirs(actor, listing) else None
