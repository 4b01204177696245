"""What is left of a listing: what it holds, what is agreed or out, and when a copy is free."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select

from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.models import OWN_TABLES, Listing
from minga.sharing.models.exchanges import Exchange, Leg
from minga.sharing.models.loans import Loan
from minga.sharing.rules.exchanges import ONE, ExchangeKind
from minga.sharing.rules.windows import Window
from minga.sharing.rules.words import Direction, Kind

COUNTED_BY = {
    Kind.ITEM: "copies",
    Kind.JOB: "positions",
    Kind.SKILL: "places",
    Kind.HELP: "people_needed",
}
"""The own field that says how many there are, for kinds that have one; a stated quantity goes before it."""


@dataclass(frozen=True, slots=True)
class Away:
    """A copy that is agreed or out, until when, and with whom."""

    exchange_id: Id
    receiver_id: Id
    window: Window
    out: bool


def holds_milli(session: Session, listing: Listing) -> int | None:
    """How much there is in all, in thousandths; None for what is not used up, such as an offer of help."""
    if listing.quantity_milli is not None:
        return listing.quantity_milli
    if listing.kind is Kind.HELP and listing.direction is Direction.OFFER:
        return None
    if listing.kind is Kind.SPACE:
        return ONE
    if listing.kind not in COUNTED_BY:
        return None
    table = OWN_TABLES[listing.kind]
    column = getattr(table, COUNTED_BY[listing.kind])
    return ONE * int(session.scalar(select(column).where(table.listing_id == listing.id)) or 1)


def gone_milli(session: Session, listing_id: Id) -> int:
    """What is agreed, given, out or lost; what was called off or came back is there again."""
    counted = or_(
        Exchange.completed_at.is_(None),
        Exchange.kind != ExchangeKind.LOAN,
        Loan.lost_at.is_not(None),
    )
    return (
        session.scalar(
            select(func.sum(Leg.quantity_milli))
            .join(Exchange, Exchange.id == Leg.exchange_id)
            .outerjoin(Loan, Loan.leg_id == Leg.id)
            .where(Leg.listing_id == listing_id, Exchange.cancelled_at.is_(None), counted)
        )
        or 0
    )


def terms_of(listing: Listing) -> list[ExchangeKind]:
    """The ways of sharing of a listing that can be agreed on this node."""
    known = {kind.value for kind in ExchangeKind}
    return [ExchangeKind(term["kind"]) for term in listing.terms if term["kind"] in known]


def left_milli(session: Session, listing: Listing) -> int | None:
    """What can still be agreed, never negative; None when nothing is used up."""
    holds = holds_milli(session, listing)
    return None if holds is None else max(0, holds - gone_milli(session, listing.id))


def away(session: Session, listing_id: Id, *, except_exchange: Id | None = None) -> list[Away]:
    """Every copy of a thing that is lent or promised, with the time it is away. What is late is away without end."""
    rows = session.execute(
        select(
            Exchange.id,
            Exchange.receiver_id,
            Exchange.from_at,
            Exchange.until_at,
            Exchange.started_at,
            Loan.lost_at,
        )
        .outerjoin(Loan, Loan.exchange_id == Exchange.id)
        .where(
            Exchange.listing_id == listing_id,
            Exchange.kind == ExchangeKind.LOAN,
            Exchange.cancelled_at.is_(None),
            or_(Exchange.completed_at.is_(None), Loan.lost_at.is_not(None)),
        )
        .order_by(Exchange.from_at)
    )
    found = []
    for exchange_id, receiver_id, from_at, until_at, started_at, lost_at in rows:
        if exchange_id != except_exchange and from_at and until_at:
            window = Window(from_at, FOREVER if lost_at else until_at)
            found.append(Away(exchange_id, receiver_id, window, started_at is not None))
    return found


FOREVER = datetime.fromisoformat("9999-12-31T00:00:00+00:00")


def is_late(away_now: Away, at: datetime) -> bool:
    """Whether something that is out should be back already."""
    return away_now.out and away_now.window.until_at <= at


def windows(taken: list[Away], at: datetime) -> list[Window]:
    """The times that are taken; what is late is taken until it is back, which nobody knows."""
    return [Window(one.window.from_at, FOREVER) if is_late(one, at) else one.window for one in taken]


def free_copy(session: Session, listing_id: Id, copies: int) -> int | None:
    """The lowest number of a copy that is not out, or None when all are."""
    out = set(
        session.scalars(
            select(Loan.copy_no).where(
                and_(Loan.listing_id == listing_id, Loan.returned_on.is_(None), Loan.lost_at.is_(None))
            )
        )
    )
    lost = session.scalar(
        select(func.count()).select_from(Loan).where(Loan.listing_id == listing_id, Loan.lost_at.is_not(None))
    )
    if len(out) + (lost or 0) >= copies:
        return None
    return next(number for number in range(1, copies + 1) if number not in out)
