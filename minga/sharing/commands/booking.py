"""Booking hours: the rules of a room or a service are checked when somebody asks for them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from minga.kit.db import Session
from minga.kit.errors import Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.sharing.access.lending import lending_of
from minga.sharing.models import Listing
from minga.sharing.models.reservations import Reservation
from minga.sharing.queries import times
from minga.sharing.rules import bookings as rules
from minga.sharing.rules.exchanges import ONE
from minga.sharing.rules.windows import Window
from minga.sharing.rules.words import Direction, Kind

ONE_BY_ONE = N_("Things are lent one by one. Ask once for each.")
ONLY_LEFT = N_("Only {n} left.")
TOO_MANY = N_("That is more than there are.")
SAY_WHEN = N_("Say from when until when.")
MINE_MAX = 1_000


def check(session: Session, listing: Listing, wish: Window | None, person_id: Id, *, at: datetime) -> bool:
    """Raise when a wish does not keep the rules of booking; answers whether somebody has to look at it first."""
    if listing.direction is not Direction.OFFER or listing.kind not in times.BOOKED:
        return False
    if wish is None:
        if listing.kind is Kind.SPACE:
            raise Refused(SAY_WHEN, code="bad_window", fields={"from": SAY_WHEN, "until": SAY_WHEN})
        return False
    booking = lending_of(session, listing, at=at).booking
    zone = times.zone_of(session, listing.community_id)
    rules.check_booking(wish, booking, zone=zone, at=at)
    if booking.month_minutes_max:
        rules.check_month(_used_minutes(session, listing.id, person_id, wish, zone, at), wish, booking)
    return rules.needs_approval(wish, booking)


def check_copies(session: Session, listing: Listing, quantity_milli: int) -> None:
    """Raise unless so many can be lent together: 20 of 50 chairs, but one drill."""
    copies = times.copies_of(session, listing)
    if copies == 1 or quantity_milli % ONE:
        raise Refused(ONE_BY_ONE, code="one_by_one", fields={"quantity": ONE_BY_ONE})
    if quantity_milli // ONE > copies:
        raise Refused(ONLY_LEFT, code="only_left", n=copies, fields={"quantity": TOO_MANY})


def _used_minutes(
    session: Session, listing_id: Id, person_id: Id, wish: Window, zone: str, at: datetime
) -> int:
    """What somebody has booked already in the month in which the wish begins."""
    first = wish.from_at.astimezone(ZoneInfo(zone)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    after = (first + timedelta(days=32)).replace(day=1)
    rows = session.execute(
        select(Reservation.from_at, Reservation.until_at)
        .where(
            Reservation.listing_id == listing_id,
            Reservation.person_id == person_id,
            Reservation.ended_at.is_(None),
            Reservation.from_at >= first,
            Reservation.from_at < after,
        )
        .limit(MINE_MAX)
    )
    rest = lending_of(session, session.get_one(Listing, listing_id), at=at).buffer
    return sum(int((until - begin - rest).total_seconds()) // 60 for begin, until in rows)
