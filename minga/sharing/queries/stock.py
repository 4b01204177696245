"""What is left of a listing: what it holds, and what is agreed, given, out or lost."""

from datetime import datetime

from sqlalchemy import func, or_, select

from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.models import OWN_TABLES, Listing
from minga.sharing.models.exchanges import Exchange, Leg
from minga.sharing.models.loans import Loan
from minga.sharing.rules.exchanges import ONE, ExchangeKind
from minga.sharing.rules.words import Direction, Kind

COUNTED_BY = {
    Kind.ITEM: "copies",
    Kind.JOB: "positions",
    Kind.SKILL: "places",
    Kind.HELP: "people_needed",
}
"""The own field that says how many there are, for kinds that have one; a stated quantity goes before it."""


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


FOREVER = datetime.fromisoformat("9999-12-31T00:00:00+00:00")
