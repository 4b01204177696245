"""When a person is erased: what is agreed is done or cancelled first; what only waits is taken back."""

from datetime import datetime

from sqlalchemy import or_, select

from minga.identity import Actor, Via
from minga.kit.db import Session
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.leaving import Farewell, InTheWay, at_farewell, stands_in_the_way
from minga.sharing.commands import asks, queueing
from minga.sharing.commands.life import close_now
from minga.sharing.models import Ask, Dispute, Exchange, Hold, Listing, ListingRepeat, Loan, Reservation
from minga.sharing.rules import CloseReason

LENT = N_("“{title}” is still on loan.")
AGREED = N_("“{title}” is agreed and not done yet. Finish it, or cancel it.")
RESERVED = N_("“{title}” is reserved for you. Cancel the reservation.")
DISPUTED = N_("A disagreement about “{title}” is still open.")


@stands_in_the_way
def has_open_ends(session: Session, person_id: Id) -> list[InTheWay]:
    """Loans both ways, exchanges, reservations and disputes that are not over; each once."""
    found: dict[Id, InTheWay] = {}
    for listing_title, exchange_id, lent in session.execute(
        select(Listing.title, Exchange.id, Loan.leg_id)
        .join(Listing, Listing.id == Exchange.listing_id)
        .outerjoin(Loan, Loan.exchange_id == Exchange.id)
        .where(
            or_(Exchange.provider_id == person_id, Exchange.receiver_id == person_id),
            Exchange.completed_at.is_(None),
            Exchange.cancelled_at.is_(None),
        )
        .order_by(Exchange.id)
    ):
        said = LENT if lent else AGREED
        found[exchange_id] = InTheWay(said, f"/exchanges/{exchange_id}", {"title": listing_title})
    for title, exchange_id in session.execute(
        select(Listing.title, Exchange.id)
        .select_from(Dispute)
        .join(Exchange, Exchange.id == Dispute.exchange_id)
        .join(Listing, Listing.id == Exchange.listing_id)
        .where(
            or_(Exchange.provider_id == person_id, Exchange.receiver_id == person_id),
            Dispute.closed_at.is_(None),
        )
    ):
        found[exchange_id] = InTheWay(DISPUTED, f"/exchanges/{exchange_id}", {"title": title})
    for title, group_id in session.execute(
        select(Listing.title, Reservation.group_id)
        .join(Listing, Listing.id == Reservation.listing_id)
        .where(
            Reservation.person_id == person_id,
            Reservation.ended_at.is_(None),
            Reservation.exchange_id.is_(None),
            Reservation.confirmed_at.is_not(None),
        )
    ):
        found[group_id] = InTheWay(RESERVED, f"/reservations/{group_id}", {"title": title})
    return list(found.values())


@at_farewell
def let_go_of_everything(session: Session, farewell: Farewell, at: datetime) -> None:
    """Asks and places in queues are given up, listings close, and nothing comes again."""
    actor = Actor(farewell.person_id, Via.WORKER)
    waiting = select(Ask).where(
        Ask.person_id == farewell.person_id,
        Ask.answered_at.is_(None),
        Ask.withdrawn_at.is_(None),
        Ask.lapsed_at.is_(None),
    )
    for one in session.scalars(waiting).all():
        one.withdrawn_at = at
        asks.let_go(session, actor, one, at)
    places = select(Hold.id).where(Hold.person_id == farewell.person_id, Hold.ended_at.is_(None))
    for hold_id in session.scalars(places).all():
        queueing.leave(session, actor, hold_id, at=at)
    again = select(ListingRepeat).where(
        ListingRepeat.owner_id == farewell.person_id, ListingRepeat.ended_at.is_(None)
    )
    for repeat in session.scalars(again).all():
        repeat.ended_at = at
    mine = select(Listing).where(Listing.owner_id == farewell.person_id, Listing.closed_at.is_(None))
    for listing in session.scalars(mine).all():
        listing.photo_count = 0
        close_now(session, actor, listing, CloseReason.WITHDRAWN, at=at)
    session.flush()
