"""Listings of example neighbours: nobody can ask for them, so they go without leaving anything."""

from datetime import datetime

from sqlalchemy import select

from minga.communities.access import community_to_see, require
from minga.communities.rules.examples import examples_in
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.commands.life import close_now, erase
from minga.sharing.models import Listing
from minga.sharing.rules import CloseReason


def erase_example_listings(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> int:
    """Close and delete what the example neighbours of a community have posted; answers how many."""
    community = community_to_see(session, actor, community_id, at=at)
    require(session, actor, "community.edit", community.id, at=at)
    theirs = session.scalars(
        select(Listing).where(Listing.owner_id.in_(examples_in(community.features)))
    ).all()
    for listing in theirs:
        if listing.closed_at is None:
            close_now(session, actor, listing, CloseReason.WITHDRAWN, at=at)
        erase(session, listing)
    return len(theirs)
