"""What of a library is reserved, waited for and asked for, as rows of a table, for those who stand at its desk."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.access.desk import desk_of, in_library
from minga.sharing.models import Hold, Listing, Reservation
from minga.sharing.models.asks import Ask
from minga.sharing.rules.desk_exports import DeskTable
from minga.sharing.rules.reservations import ReservationDates

ROWS_MAX = 5_000


def desk_rows(
    session: Session, actor: Actor, community_id: Id, table: DeskTable, *, at: datetime
) -> list[dict[str, str]]:
    """The rows of one table; what is over is not in it. Words that somebody wrote with an ask stay between the two."""
    desk_of(session, actor, community_id, at=at)
    if table is DeskTable.RESERVATIONS:
        return _reservations(session, community_id, at)
    if table is DeskTable.WAITING:
        return _waiting(session, community_id)
    return _asks(session, community_id, at)


def _of(kind: Any, *order: Any) -> Any:
    return (
        select(kind, Listing.number, Listing.title, Person.name, Person.handle)
        .join(Listing, Listing.id == kind.listing_id)
        .join(Person, Person.id == kind.person_id)
        .order_by(*order, kind.id)
        .limit(ROWS_MAX)
    )


def _reservations(session: Session, community_id: Id, at: datetime) -> list[dict[str, str]]:
    wanted = _of(Reservation, Reservation.from_at).where(
        in_library(community_id), Reservation.ended_at.is_(None), Reservation.until_at > at
    )
    return [
        {
            "reservation": one.id,
            **_who(row),
            "copy": str(one.copy_no),
            "from_at": one.from_at.isoformat(),
            "until_at": one.until_at.isoformat(),
            "state": _state(one, at),
        }
        for row in session.execute(wanted)
        for one in (row[0],)
    ]


def _state(one: Reservation, at: datetime) -> str:
    dates = ReservationDates(one.kept_until, one.confirmed_at, one.out_at, one.end_as)
    return dates.state(at).value


def _waiting(session: Session, community_id: Id) -> list[dict[str, str]]:
    wanted = _of(Hold, Hold.listing_id, Hold.placed_at).where(
        in_library(community_id), Hold.ended_at.is_(None)
    )
    return [
        {
            "hold": one.id,
            **_who(row),
            "since_at": one.placed_at.isoformat(),
            "ready_at": _said(one.ready_at),
            "ready_until": _said(one.ready_until),
        }
        for row in session.execute(wanted)
        for one in (row[0],)
    ]


def _asks(session: Session, community_id: Id, at: datetime) -> list[dict[str, str]]:
    wanted = _of(Ask, Ask.sent_at).where(
        in_library(community_id), Ask.answered_at.is_(None), Ask.withdrawn_at.is_(None), Ask.lapses_at > at
    )
    return [
        {
            "ask": one.id,
            **_who(row),
            "copies": f"{one.quantity_milli / 1000:g}",
            "from_at": _said(one.from_at),
            "until_at": _said(one.until_at),
            "sent_at": one.sent_at.isoformat(),
            "lapses_at": one.lapses_at.isoformat(),
        }
        for row in session.execute(wanted)
        for one in (row[0],)
    ]


def _who(row: Any) -> dict[str, str]:
    return {"number": str(row.number), "title": row.title, "name": row.name, "handle": row.handle or ""}


def _said(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
