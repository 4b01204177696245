"""Who sees an exchange and its loan, and on which side of it somebody stands."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, or_, select

from minga.identity import Actor
from minga.identity.access.fields import exchanged_by
from minga.kit import refs
from minga.kit.db import Session
from minga.kit.errors import Forbidden, NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.kit.refs import TakingPart
from minga.sharing.access.asks import may_read, may_write, within_token
from minga.sharing.models.exchanges import Exchange, Leg
from minga.sharing.models.loans import Loan
from minga.sharing.rules.exchanges import ExchangeDates, ExchangeStatus, Side, not_frozen


@dataclass(frozen=True)
class Running:
    """An exchange with its leg, its loan once it is out, and the side the actor is on."""

    exchange: Exchange
    leg: Leg
    loan: Loan | None
    side: Side | None

    @property
    def dates(self) -> ExchangeDates:
        """The dated facts, for the rules."""
        one = self.exchange
        return ExchangeDates(
            kind=one.kind,
            what=self.leg.what,
            started_at=one.started_at,
            provider_done_at=one.provider_done_at,
            receiver_done_at=one.receiver_done_at,
            completed_at=one.completed_at,
            cancelled_at=one.cancelled_at,
            cancel_wished_by=one.cancel_wished_by,
            lost=self.loan is not None and self.loan.lost_at is not None,
            frozen_at=one.frozen_at,
        )

    @property
    def both(self) -> tuple[Id, Id]:
        return self.exchange.provider_id, self.exchange.receiver_id

    def other_of(self, person_id: Id) -> Id:
        """The person on the other side."""
        provider_id, receiver_id = self.both
        return receiver_id if person_id == provider_id else provider_id


@dataclass(frozen=True)
class Lent:
    """A loan with the exchange it belongs to, and the side the actor is on."""

    loan: Loan
    exchange: Exchange
    side: Side | None


def exchanges_of(actor: Actor) -> ColumnElement[bool]:
    """The exchanges an actor takes part in."""
    return or_(Exchange.provider_id == actor.person_id, Exchange.receiver_id == actor.person_id)


def side_of(actor: Actor, exchange: Exchange) -> Side | None:
    if not actor.signed_in:
        return None
    if actor.person_id == exchange.provider_id:
        return Side.PROVIDER
    return Side.RECEIVER if actor.person_id == exchange.receiver_id else None


def exchange_to_see(session: Session, actor: Actor, exchange_id: Id, *, at: datetime) -> Running:
    """The exchange, for its two sides; a stranger learns nothing."""
    if not actor.signed_in:
        raise NotFound()
    may_read(actor)
    return _found(session, actor, parse_id(exchange_id), lock=False)


def exchange_to_change(session: Session, actor: Actor, exchange_id: Id, *, at: datetime) -> Running:
    """The exchange, locked, so that two steps taken at once come one after the other."""
    if not actor.signed_in:
        raise NotFound()
    running = _found(session, actor, parse_id(exchange_id), lock=True)
    may_write(actor)
    return running


def _found(session: Session, actor: Actor, exchange_id: Id, *, lock: bool) -> Running:
    wanted = select(Exchange).where(Exchange.id == exchange_id, exchanges_of(actor))
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    exchange = session.scalar(wanted)
    if exchange is None:
        raise NotFound()
    running = with_leg(session, exchange, side_of(actor, exchange))
    leg = running.leg
    if not within_token(
        actor, leg.giver_community_id, leg.taker_community_id, leg.giver_root_id, leg.taker_root_id
    ):
        raise NotFound()
    return running


def with_leg(session: Session, exchange: Exchange, side: Side | None) -> Running:
    """An exchange together with what it moves."""
    row = session.execute(
        select(Leg, Loan)
        .outerjoin(Loan, Loan.leg_id == Leg.id)
        .where(Leg.exchange_id == exchange.id, Leg.n == 1)
    ).one()
    return Running(exchange, row[0], row[1], side)


def loan_to_change(session: Session, actor: Actor, loan_id: Id, *, at: datetime) -> Lent:
    """The loan, locked, for its two sides."""
    if not actor.signed_in:
        raise NotFound()
    key = parse_id(loan_id)
    exchange = session.scalar(
        select(Exchange)
        .join(Loan, Loan.exchange_id == Exchange.id)
        .where(Loan.leg_id == key, exchanges_of(actor))
        .with_for_update(of=Exchange)
        .execution_options(populate_existing=True)
    )
    if exchange is None:
        raise NotFound()
    loan = session.scalar(select(Loan).where(Loan.leg_id == key).execution_options(populate_existing=True))
    if loan is None or not within_token(actor, loan.community_id):
        raise NotFound()
    may_write(actor)
    if exchange.frozen_at is not None:
        not_frozen(ExchangeStatus.DISPUTED)
    return Lent(loan, exchange, side_of(actor, exchange))


def for_lender(lent: Lent) -> Lent:
    """Raise unless the actor is who lent it."""
    if lent.side is not Side.PROVIDER:
        raise Forbidden(
            N_("Only who lent it can say that. You can say that you brought it back."), code="not_your_side"
        )
    return lent


def for_borrower(lent: Lent) -> Lent:
    """Raise unless the actor is who borrowed it."""
    if lent.side is not Side.RECEIVER:
        raise Forbidden(N_("Only who borrowed it can say that."), code="not_your_side")
    return lent


def _taking_part(session: Session, exchange_id: Id) -> TakingPart:
    found = session.get(Exchange, exchange_id)
    if found is None:
        raise NotFound()
    return TakingPart(found.community_id, (found.provider_id, found.receiver_id))


refs.register(
    "exchange",
    see=exchange_to_see,
    address=lambda exchange_id: f"/exchanges/{exchange_id}",
    people=_taking_part,
)


def exchanged_with(actor: Actor) -> Select[str]:
    """The people with whom the actor has a running or completed exchange; fields of theirs may be shown to these."""
    other = case((Exchange.provider_id == actor.person_id, Exchange.receiver_id), else_=Exchange.provider_id)
    return select(other).where(
        or_(Exchange.provider_id == actor.person_id, Exchange.receiver_id == actor.person_id),
        Exchange.cancelled_at.is_(None),
    )


exchanged_by(exchanged_with)
