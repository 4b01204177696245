"""What stands beside an event in sharing's tables, for the reading of facts; asked by reactions, never by a page."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, or_, select

from minga.communities.models import Membership, Pause
from minga.kit.db import Session
from minga.kit.events import EventRow
from minga.kit.ids import Id
from minga.ledger.rules.units import TIME
from minga.sharing.models import Exchange, Leg, Loan
from minga.sharing.models.amounts import ExchangeAmount


def legs(session: Session, exchange_id: Id) -> list[Any]:
    """What an exchange moves, from whom to whom."""
    wanted = select(Leg.what, Leg.comes_back, Leg.giver_id, Leg.taker_id)
    return list(session.execute(wanted.where(Leg.exchange_id == exchange_id).order_by(Leg.n)))


def minutes_of(session: Session, exchange_id: Id) -> int:
    """The minutes that an exchange was settled with; none when it was settled otherwise, or not at all."""
    found = session.scalar(
        select(func.sum(ExchangeAmount.amount)).where(
            ExchangeAmount.exchange_id == exchange_id,
            ExchangeAmount.unit == TIME,
            ExchangeAmount.ended_at.is_(None),
        )
    )
    return int(found or 0)


def first_said(session: Session, about_id: Id, names: tuple[str, ...], until: Id) -> datetime | None:
    """When one of these events about a subject was said first, not later than that event."""
    return session.scalar(
        select(EventRow.happened_at)
        .where(EventRow.about_id == about_id, EventRow.name.in_(names), EventRow.id <= until)
        .order_by(EventRow.id)
        .limit(1)
    )


def was_resting(session: Session, person_id: Id, at: datetime) -> bool:
    """Whether a membership of that person rested at that moment."""
    rested = exists().where(
        Pause.membership_id == Membership.id,
        Membership.person_id == person_id,
        Pause.since_at <= at,
        or_(Pause.ended_at.is_(None), Pause.ended_at > at),
        or_(Pause.until_at.is_(None), Pause.until_at > at),
    )
    return bool(session.scalar(select(rested)))


def was_said(session: Session, about_id: Id, name: str, **facts: str) -> bool:
    """Whether an event of that name about a subject was said, with these facts."""
    said = session.scalars(
        select(EventRow.facts).where(EventRow.about_id == about_id, EventRow.name == name).limit(50)
    )
    return any(all(one.get(key) == value for key, value in facts.items()) for one in said)


def said_before(session: Session, about_id: Id, name: str) -> list[EventRow]:
    """The events of that name about a subject."""
    wanted = select(EventRow).where(EventRow.about_id == about_id, EventRow.name == name)
    return list(session.scalars(wanted.order_by(EventRow.id).limit(50)))


def is_disputed(session: Session, exchange_id: Id) -> bool:
    """Whether a dispute about the exchange is open, or ended with nothing of it counting."""
    said = session.execute(
        select(EventRow.name, EventRow.facts)
        .where(EventRow.about_id == exchange_id, EventRow.name.in_(("DisputeOpened", "DisputeClosed")))
        .order_by(EventRow.id)
    ).all()
    if not said:
        return False
    struck = any("strike" in facts.get("effects", ()) for _, facts in said)
    return struck or said[-1][0] == "DisputeOpened"


def events_of_exchange(session: Session, exchange_id: Id, names: Collection[str]) -> list[EventRow]:
    """The events of these names that tell about an exchange: of itself, its loan, and the thing that changed hands."""
    about = [exchange_id]
    about += session.scalars(select(Loan.leg_id).where(Loan.exchange_id == exchange_id))
    about += session.scalars(select(Exchange.listing_id).where(Exchange.id == exchange_id))
    rows = session.scalars(
        select(EventRow)
        .where(EventRow.about_id.in_(about), EventRow.name.in_(names))
        .order_by(EventRow.id)
        .limit(1_000)
    )
    return [row for row in rows if row.facts.get("exchange_id") == exchange_id]
