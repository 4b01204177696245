"""One's own part in sharing as rows of a table: exchanges with loans, asks, reservations. Nobody else's."""

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import NotSignedIn
from minga.sharing.access.asks import asks_of, may_read
from minga.sharing.models import Ask, Exchange, Listing, Loan, Reservation
from minga.sharing.rules.own_exports import OWN_COLUMNS, OwnTable

ROWS_MAX = 20_000
CHUNK = 500
_Provider, _Receiver = aliased(Person), aliased(Person)


def own_exported(
    session: Session, actor: Actor, table: OwnTable, *, at: datetime
) -> Iterator[dict[str, str]]:
    """The newest rows first, as many as fit; a key that is bound to one community takes out what is there."""
    if not actor.signed_in:
        raise NotSignedIn()
    may_read(actor)
    wanted, key, cells = {
        OwnTable.EXCHANGES: (_exchanges(actor), Exchange.id, _of_exchange),
        OwnTable.ASKS: (_asks(actor), Ask.id, _of_ask),
        OwnTable.RESERVATIONS: (_reservations(actor), Reservation.group_id, _of_reservation),
    }[table]
    left, before = ROWS_MAX, None
    while left > 0:
        here = wanted if before is None else wanted.where(key < before)
        rows = session.execute(here.order_by(key.desc()).limit(min(CHUNK, left))).all()
        for row in rows:
            yield dict.fromkeys(OWN_COLUMNS[table], "") | {
                name: _said(value) for name, value in cells(row, actor).items()
            }
        if not rows:
            return
        left, before = left - len(rows), rows[-1][0]


def _within(wanted: Any, column: Any, actor: Actor) -> Any:
    bound = actor.token_community_id
    return wanted if bound is None else wanted.where(column == bound)


def _exchanges(actor: Actor) -> Any:
    mine = or_(Exchange.provider_id == actor.person_id, Exchange.receiver_id == actor.person_id)
    wanted: Any = (
        select(
            Exchange.id,
            Listing.title,
            Exchange.kind,
            Exchange.provider_id,
            _Provider.handle.label("provider"),
            _Receiver.handle.label("receiver"),
            Exchange.agreed_at,
            Exchange.started_at,
            Exchange.completed_at,
            Exchange.cancelled_at,
            Loan.lent_on,
            Loan.due_on,
            Loan.returned_on,
        )
        .join(Listing, Listing.id == Exchange.listing_id)
        .join(_Provider, _Provider.id == Exchange.provider_id)
        .join(_Receiver, _Receiver.id == Exchange.receiver_id)
        .outerjoin(Loan, Loan.exchange_id == Exchange.id)
        .where(mine)
    )
    return _within(wanted, Exchange.community_id, actor)


def _of_exchange(row: Any, actor: Actor) -> dict[str, Any]:
    gives = row.provider_id == actor.person_id
    dates = ("agreed_at", "started_at", "completed_at", "cancelled_at", "lent_on", "due_on", "returned_on")
    return {
        "exchange": row.id,
        "title": row.title,
        "kind": row.kind,
        "side": "provider" if gives else "receiver",
        "other": row.receiver if gives else row.provider,
        "url": f"/exchanges/{row.id}",
        **{name: getattr(row, name) for name in dates},
    }


def _asks(actor: Actor) -> Any:
    columns = (Ask.person_id, Ask.owner_id, Ask.words, Ask.sent_at, Ask.answered_at, Ask.answer)
    wanted: Any = (
        select(Ask.id, Listing.title, Person.handle, *columns, Ask.withdrawn_at, Ask.lapsed_at)
        .join(Listing, Listing.id == Ask.listing_id)
        .join(Person, Person.id == Ask.person_id)
        .where(asks_of(actor))
    )
    return _within(wanted, Ask.community_id, actor)


def _of_ask(row: Any, actor: Actor) -> dict[str, Any]:
    """Whose the listing is stands in no row: it may be told only to whom it is agreed with."""
    dates = ("sent_at", "answered_at", "answer", "withdrawn_at", "lapsed_at")
    return {
        "ask": row.id,
        "title": row.title,
        "side": {row.owner_id: "answers", row.person_id: "asked"}.get(actor.person_id or "", "entered"),
        "words": row.words,
        "asked_by": row.handle,
        "url": f"/asks/{row.id}",
        **{name: getattr(row, name) for name in dates},
    }


def _reservations(actor: Actor) -> Any:
    wanted: Any = (
        select(
            Reservation.group_id,
            Reservation.listing_id,
            func.min(Listing.title).label("title"),
            func.count().label("copies"),
            func.min(Reservation.from_at).label("from_at"),
            func.max(Reservation.until_at).label("until_at"),
            func.max(Reservation.ended_at).label("ended_at"),
        )
        .join(Listing, Listing.id == Reservation.listing_id)
        .where(Reservation.person_id == actor.person_id)
        .group_by(Reservation.group_id, Reservation.listing_id)
    )
    return _within(wanted, Listing.community_id, actor)


def _of_reservation(row: Any, _actor: Actor) -> dict[str, Any]:
    names = ("title", "copies", "from_at", "until_at", "ended_at")
    return {
        "reservation": row.group_id,
        "url": f"/listings/{row.listing_id}",
        **{name: getattr(row, name) for name in names},
    }


def _said(value: Any) -> str:
    """A value as a cell: instants and days as ISO 8601, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, StrEnum):
        return value.value
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
