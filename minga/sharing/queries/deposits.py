"""What became of a deposit, for the two sides of a loan."""

from dataclasses import dataclass
from datetime import datetime

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.access.exchanges import exchange_to_see
from minga.sharing.models import LoanDeposit
from minga.sharing.rules.exchanges import Side


@dataclass(frozen=True, slots=True)
class DepositView:
    """How much was set aside, what the lender would like to keep of it and why, and what was kept."""

    loan_id: Id
    unit: str
    amount_minor: int
    wished_minor: int | None
    words: str
    declined: bool
    kept_minor: int | None
    settled: bool
    mine_to_answer: bool
    mine_to_free: bool


def deposit(session: Session, actor: Actor, exchange_id: Id, *, at: datetime) -> DepositView | None:
    """The deposit of an exchange, if there is one."""
    running = exchange_to_see(session, actor, exchange_id, at=at)
    row = session.get(LoanDeposit, running.loan.leg_id) if running.loan else None
    if row is None:
        return None
    waits = row.wished_minor is not None and row.freed_at is None and running.exchange.frozen_at is None
    return DepositView(
        loan_id=row.loan_id,
        unit=row.unit,
        amount_minor=row.amount_minor,
        wished_minor=row.wished_minor,
        words=row.wished_words or "",
        declined=row.declined_at is not None,
        kept_minor=row.kept_minor,
        settled=row.freed_at is not None,
        mine_to_answer=waits and running.side is Side.RECEIVER and row.declined_at is None,
        mine_to_free=waits and running.side is Side.PROVIDER,
    )
