"""Reserving as a member does it: days or hours are asked for, and called off again. None commits."""

from datetime import datetime

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.sharing.access.exchanges import with_leg
from minga.sharing.access.reservations import reservation_to_end
from minga.sharing.commands import asks, exchanges
from minga.sharing.commands.asks import Wish
from minga.sharing.models import Ask, Exchange
from minga.sharing.rules.reservations import BOOKING_SILENT, ReservationDates, ReservationState

SAY_WHEN = N_("Say from when until when.")
IT_IS_OUT = N_("It is out already. Bring it back, or say that it is lost.")


def reserve(session: Session, actor: Actor, listing_id: Id, wish: Wish, *, form_id: str, at: datetime) -> Ask:
    """Ask for certain days or hours: they are held until the owner answers. The same form sent twice is one ask."""
    begins, ends = wish.from_at or wish.from_on, wish.until_at or wish.until_on
    missing = {name: SAY_WHEN for name, value in (("from", begins), ("until", ends)) if value is None}
    if missing:
        raise Refused(SAY_WHEN, code="bad_window", fields=missing)
    return asks.ask(session, actor, listing_id, wish, form_id=form_id, at=at)


def finish_booking(session: Session, exchange_id: Id, *, at: datetime) -> None:
    """A room whose time is over counts as used and left; earlier, or when it went another way, nothing happens."""
    exchange = session.get(Exchange, exchange_id, with_for_update=True)
    if exchange is None or exchange.completed_at or exchange.cancelled_at or exchange.started_at:
        return
    if exchange.until_at is None or exchange.until_at + BOOKING_SILENT > at:
        return
    running = with_leg(session, exchange, None)
    exchanges.complete(session, Actor.machine(), running, by_silence=True, at=at)


def cancel_reservation(
    session: Session, actor: Actor, reservation_id: Id, *, at: datetime
) -> ReservationState:
    """Call a reservation off before it is fetched, together with what was asked or agreed. Twice changes nothing."""
    first = reservation_to_end(session, actor, reservation_id, at=at)[0]
    dates = ReservationDates(first.kept_until, first.confirmed_at, first.out_at, first.end_as)
    state = dates.state(at)
    if not state.open:
        return state
    if state is ReservationState.OUT:
        raise Conflict(IT_IS_OUT, code="it_is_out")
    if first.exchange_id is not None:
        exchanges.cancel(session, actor, first.exchange_id, at=at)
    elif first.ask_id is not None and first.person_id == actor.person_id:
        asks.withdraw(session, actor, first.ask_id, at=at)
    elif first.ask_id is not None:
        asks.decline(session, actor, first.ask_id, at=at)
    return ReservationState.CANCELLED
