"""What the end of a dispute brings, carried out: finished, called off, given back, paid. Each is told like any other step."""

from datetime import datetime, timedelta

from minga.communities.models import Community
from minga.communities.rules.time import today
from minga.identity import Actor
from minga.kit.db import Session, new_id
from minga.kit.refs import Ref
from minga.ledger import commands as ledger
from minga.ledger.rules import TIME
from minga.sharing.access.exchanges import Lent, Running, with_leg
from minga.sharing.commands import agreeing, amounts, deposits, exchanges, loans
from minga.sharing.models.exchanges import Exchange
from minga.sharing.rules.disputes import Effect, End
from minga.sharing.rules.exchanges import CancelCause, ExchangeKind


def carry_out(session: Session, actor: Actor, exchange: Exchange, end: End, *, at: datetime) -> None:
    """Do what was agreed or decided. The exchange goes on from here, or is over."""
    since = exchange.frozen_at or at
    exchange.frozen_at = None
    session.flush()
    running = with_leg(session, exchange, None)
    over = running.dates.apart.over
    if Effect.PAY in end.effects:
        _pay(session, actor, exchange, end.amount, at)
    if Effect.CANCEL in end.effects:
        _cancel(session, actor, exchange, over, at)
    elif Effect.FINISH in end.effects and not over:
        _finish(session, actor, running, since, at)
    elif Effect.RETURN in end.effects and not over:
        _is_back(session, actor, running, since, at)
    elif running.loan is not None and not over:
        running.loan.due_on += timedelta(days=max(0, (at - since).days))
    if running.loan is not None and running.loan.returned_on is not None:
        # What was decided stands in place of what the lender would have liked to keep.
        deposits.free(session, actor, running.loan, at=at)
    session.flush()


def _cancel(session: Session, actor: Actor, exchange: Exchange, over: bool, at: datetime) -> None:
    """Nothing is owed any more; what is over stays over, and what was given in return is undone."""
    if over:
        amounts.give_back(session, actor, exchange, reason="decided", at=at)
    else:
        exchanges.call_off(session, actor, exchange, at, cause=CancelCause.DECIDED)


def _finish(session: Session, actor: Actor, running: Running, since: datetime, at: datetime) -> None:
    exchange = running.exchange
    if exchange.kind is ExchangeKind.LOAN:
        _is_back(session, actor, running, since, at)
        return
    exchange.started_at = exchange.started_at or at
    exchange.provider_done_at = exchange.provider_done_at or at
    exchange.receiver_done_at = exchange.receiver_done_at or at
    amounts.pay(session, actor, exchange, at=at)
    exchanges.complete(session, actor, running, by_silence=False, at=at)


def _is_back(session: Session, actor: Actor, running: Running, since: datetime, at: datetime) -> None:
    """The loan ends as given back on the day the dispute began, so that no late days count from then."""
    if running.loan is None:
        return
    day = today(since, agreeing.zone_of(session, running.loan.community_id))
    loans.is_back(session, actor, Lent(running.loan, running.exchange, None), day, at)


def _pay(session: Session, actor: Actor, exchange: Exchange, amount: int, at: datetime) -> None:
    """So many minutes or so much money from who received to who gave, in place of what was agreed."""
    before = amounts.live_amount(session, exchange.id)
    amounts.give_back(session, actor, exchange, reason="decided", at=at)
    root = session.get_one(Community, session.get_one(Community, exchange.community_id).root_id)
    unit = before.unit if before is not None else TIME
    given = ledger.Transfer(
        id=new_id(),
        community_id=root.id,
        payer_id=exchange.receiver_id,
        payee_id=exchange.provider_id,
        unit=unit,
        amount=amount,
        source=Ref("exchange", exchange.id),
    )
    if unit == TIME:
        ledger.transfer(session, actor, given, at=at)
    else:
        ledger.memorandum(session, actor, given, at=at)
