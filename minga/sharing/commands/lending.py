"""What all steps of a loan share: its dates for the rules, its window, its events, the community's rules of lending."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.communities.access import register_policy
from minga.communities.rules import PolicyKind, Whole
from minga.communities.rules.time import end_of
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.sharing.commands import agreeing, reserving
from minga.sharing.events.loans import LoanEvent
from minga.sharing.models import Listing
from minga.sharing.models.exchanges import Exchange
from minga.sharing.models.loans import Loan, Renewal
from minga.sharing.rules import loans as rules
from minga.sharing.rules.loans import LoanDates

GRACE = "loan.grace_days"
RENEWALS = "loan.renewals_max"

register_policy(
    PolicyKind(
        key=GRACE,
        sentence=N_("How many days after its due day a loan counts as late."),
        bounds=Whole(0, 30, "lower"),
        default=rules.GRACE_DAYS,
        theme="sharing",
    )
)
register_policy(
    PolicyKind(
        key=RENEWALS,
        sentence=N_("How often a loan can be renewed without asking its owner."),
        bounds=Whole(0, 20, "lower"),
        default=rules.RENEWALS_MAX,
        theme="sharing",
    )
)


def dates_of(loan: Loan) -> LoanDates:
    """The dated facts of a loan, for the rules."""
    return LoanDates(loan.lent_on, loan.due_on, loan.brought_back_at, loan.returned_on, loan.lost_at)


def keep_until(session: Session, exchange: Exchange, loan: Loan, at: datetime) -> None:
    """The exchange's window follows the loan, so that others see until when it is away."""
    zone = agreeing.zone_of(session, loan.community_id)
    exchange.from_at = min(exchange.from_at or at, at)
    exchange.until_at = end_of(loan.due_on, zone)
    listing = session.get_one(Listing, loan.listing_id)
    reserving.keep(session, listing, exchange.id, exchange.until_at, at=at)


def open_wish_of(session: Session, loan: Loan) -> Renewal | None:
    return session.scalar(
        select(Renewal).where(
            Renewal.loan_id == loan.leg_id, Renewal.agreed_at.is_(None), Renewal.declined_at.is_(None)
        )
    )


def tell(
    session: Session, actor: Actor, loan: Loan, kind: type[LoanEvent], *, at: datetime, **facts: Any
) -> None:
    """Emit an event about the loan, for the other side to read in their log."""
    other = loan.lender_id if actor.person_id == loan.borrower_id else loan.borrower_id
    emit(
        session,
        actor,
        kind(
            loan_id=loan.leg_id,
            exchange_id=loan.exchange_id,
            listing_id=loan.listing_id,
            lender_id=loan.lender_id,
            borrower_id=loan.borrower_id,
            **facts,
        ),
        community_id=loan.community_id,
        person_id=other,
        at=at,
    )
