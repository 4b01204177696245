"""Who sees a reservation and who ends it: whose it is, and whose thing it is. The calendar names nobody."""

from datetime import datetime

from sqlalchemy import or_, select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id, parse_id
from minga.sharing.access.asks import may_read, may_write, within_token
from minga.sharing.models import Listing
from minga.sharing.models.reservations import Reservation


def reservation_to_see(
    session: Session, actor: Actor, reservation_id: Id, *, at: datetime
) -> list[Reservation]:
    """All copies that were reserved together, for whose they are and for the owner; a stranger learns nothing."""
    if not actor.signed_in:
        raise NotFound()
    may_read(actor)
    rows = session.execute(
        select(Reservation, Listing.community_id)
        .join(Listing, Listing.id == Reservation.listing_id)
        .where(
            Reservation.group_id == parse_id(reservation_id),
            or_(Reservation.person_id == actor.person_id, Listing.owner_id == actor.person_id),
        )
        .order_by(Reservation.copy_no)
    ).all()
    if not rows or not within_token(actor, rows[0].community_id):
        raise NotFound()
    return [row.Reservation for row in rows]


def reservation_to_end(
    session: Session, actor: Actor, reservation_id: Id, *, at: datetime
) -> list[Reservation]:
    """The same for whoever calls it off."""
    found = reservation_to_see(session, actor, reservation_id, at=at)
    may_write(actor)
    return found
