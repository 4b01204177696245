"""The deposit of a loan: set aside in the ledger while the thing is out, free again when it is back."""

from datetime import datetime, timedelta

from minga.communities.rules.time import end_of
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id, new_id
from minga.kit.refs import Ref
from minga.ledger import commands as ledger
from minga.ledger.rules import Transfer
from minga.sharing.access.exchanges import loan_to_change
from minga.sharing.access.lending import lending_of
from minga.sharing.commands.lending import tell
from minga.sharing.events import DepositAnswered
from minga.sharing.models import Listing, LoanDeposit
from minga.sharing.models.loans import Loan
from minga.sharing.queries import times
from minga.sharing.rules.exchanges import Side

KEPT_AFTER_DUE = timedelta(days=60)
"""How long it stays set aside when the thing does not come back; what becomes of it is for the two to agree."""
BACK = "back"
NOT_SO_MUCH = N_(
    "That is more than was set aside, or nothing. Say how much of the deposit you would like to keep."
)
SAY_WHY = N_("Say in a few words why: the borrower reads it and answers.")
SETTLED = N_("This deposit is settled already.")
THEIR_WORD = N_("Only the borrower can agree to that. You can let it go.")


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


def unit_of(session: Session, loan: Loan) -> str:
    """What its deposit is counted in."""
    return session.get_one(LoanDeposit, loan.leg_id).unit


def would_keep(session: Session, loan: Loan, amount: int, words: str) -> bool:
    """The lender would like to keep some of it: it stays set aside until the borrower says yes. False without one."""
    row = session.get(LoanDeposit, loan.leg_id)
    if row is None or row.freed_at is not None:
        return False
    if not 0 < amount <= row.amount_minor:
        raise Invalid(NOT_SO_MUCH, fields={"keep": NOT_SO_MUCH})
    if not words:
        raise Invalid(SAY_WHY, fields={"words": SAY_WHY})
    row.wished_minor, row.wished_words = amount, words
    session.flush()
    return True


def answer_deposit(session: Session, actor: Actor, loan_id: Id, *, agreed: bool, at: datetime) -> LoanDeposit:
    """What becomes of a deposit that the lender would like to keep in part.

    The borrower's yes lets that part move and frees the rest; their no leaves it set aside, to be talked over. The
    lender's no frees all of it. The same answer twice changes nothing.
    """
    lent = loan_to_change(session, actor, loan_id, at=at)
    row = session.get(LoanDeposit, lent.loan.leg_id)
    if row is None or row.wished_minor is None or lent.side is None:
        raise NotFound()
    if row.freed_at is not None:
        if agreed is (row.kept_minor is not None):
            return row
        raise Conflict(SETTLED, code="settled")
    if lent.side is Side.PROVIDER:
        if agreed:
            raise Forbidden(THEIR_WORD, code="not_your_side")
        free(session, actor, lent.loan, at=at)
    elif agreed:
        ledger.settle_transfer(session, actor, row.entry_id, amount=row.wished_minor, at=at)
        row.kept_minor, row.freed_at = row.wished_minor, at
    elif row.declined_at is not None:
        return row
    else:
        row.declined_at = at
    session.flush()
    tell(session, actor, lent.loan, DepositAnswered, at=at, kept_minor=row.kept_minor or 0, unit=row.unit)
    return row


def free(session: Session, actor: Actor, loan: Loan, *, at: datetime) -> None:
    """It is back: what was set aside is the borrower's again. Twice changes nothing."""
    row = session.get(LoanDeposit, loan.leg_id)
    if row is None or row.freed_at is not None:
        return
    ledger.void(session, actor, row.entry_id, BACK, at=at)
    row.freed_at = at
    session.flush()
