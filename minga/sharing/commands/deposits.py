"""The deposit of a loan: set aside in the ledger while the thing is out, free again when it is back."""

from datetime import datetime, timedelta

from minga.communities.rules.time import end_of
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import new_id
from minga.kit.refs import Ref
from minga.ledger import commands as ledger
from minga.ledger.rules import Transfer
from minga.sharing.access.lending import lending_of
from minga.sharing.models import Listing, LoanDeposit
from minga.sharing.models.loans import Loan
from minga.sharing.queries import times

KEPT_AFTER_DUE = timedelta(days=60)
"""How long it stays set aside when the thing does not come back; what becomes of it is for the two to agree."""
BACK = "back"


def set_aside(session: Session, actor: Actor, listing: Listing, loan: Loan, *, at: datetime) -> None:
    """Hold the deposit that the listing states; the ledger refuses when the borrower's account does not reach."""
    lending = lending_of(session, listing, at=at)
    if not lending.deposit_minor:
        return
    until = end_of(loan.due_on, times.zone_of(session, listing.community_id)) + KEPT_AFTER_DUE
    given = Transfer(
        id=new_id(),
        community_id=listing.root_id,
        payer_id=loan.borrower_id,
        payee_id=loan.lender_id,
        unit=lending.deposit_unit,
        amount=lending.deposit_minor,
        source=Ref("exchange", loan.exchange_id),
    )
    entry = ledger.hold_transfer(session, actor, given, expires_at=until, at=at)
    session.add(
        LoanDeposit(
            loan_id=loan.leg_id, entry_id=entry.id, unit=given.unit, amount_minor=given.amount, held_at=at
        )
    )
    session.flush()


def free(session: Session, actor: Actor, loan: Loan, *, at: datetime) -> None:
    """It is back: what was set aside is the borrower's again. Twice changes nothing."""
    row = session.get(LoanDeposit, loan.leg_id)
    if row is None or row.freed_at is not None:
        return
    ledger.void(session, actor, row.entry_id, BACK, at=at)
    row.freed_at = at
    session.flush()
