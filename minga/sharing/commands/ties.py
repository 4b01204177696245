"""Keeping inside what was published before a partnership began, or a seat in a federation was taken."""

from datetime import datetime

from sqlalchemy import Select

from minga.communities.access import partnership_to_see, seat_to_see
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.events import emit
from minga.kit.ids import Id
from minga.sharing.events import LevelChanged
from minga.sharing.models import Listing
from minga.sharing.queries.older import mine_older, mine_older_of_seat
from minga.sharing.rules import Level


def keep_inside(session: Session, actor: Actor, partnership_id: Id, *, at: datetime) -> int:
    """Make one's own older listings visible to one's own community only; how many. Twice changes nothing."""
    found = partnership_to_see(session, actor, partnership_id, at=at)
    return _keep(session, actor, mine_older(actor, found, at), at)


def keep_inside_of_seat(session: Session, actor: Actor, seat_id: Id, *, at: datetime) -> int:
    """The same for what a seat in a federation would show to others."""
    found = seat_to_see(session, actor, seat_id, at=at)
    return _keep(session, actor, mine_older_of_seat(session, actor, found, at), at)


def _keep(session: Session, actor: Actor, older: Select[Listing], at: datetime) -> int:
    kept = 0
    for listing in session.scalars(older.with_for_update()).all():
        before, listing.level = listing.level, Level.COMMUNITY
        listing.version += 1
        listing.changed_at = at
        told = LevelChanged(
            listing_id=listing.id, owner_id=listing.owner_id, from_level=before, to_level=listing.level
        )
        emit(session, actor, told, at=at, community_id=listing.community_id)
        kept += 1
    session.flush()
    return kept
