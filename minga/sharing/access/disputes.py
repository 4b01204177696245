"""Who sees a dispute: the two sides, and whom they would like to mediate, until that one says no."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from minga.identity import Actor
from minga.kit import refs
from minga.kit.db import Session
from minga.kit.errors import Forbidden, NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.kit.refs import TakingPart
from minga.sharing.access.asks import may_read, may_write, within_token
from minga.sharing.access.exchanges import side_of
from minga.sharing.models.disputes import Dispute, Mediator
from minga.sharing.models.exchanges import Exchange
from minga.sharing.rules.disputes import DisputeDates
from minga.sharing.rules.exchanges import Side

NOT_A_SIDE = N_("Only the two sides can do that.")
NOT_MEDIATING = N_("Only whom both sides chose can decide.")


@dataclass(frozen=True)
class Quarrel:
    """A dispute with its exchange, the side of the actor, and the actor's row where they mediate."""

    dispute: Dispute
    exchange: Exchange
    side: Side | None
    mediator: Mediator | None

    @property
    def dates(self) -> DisputeDates:
        one = self.dispute
        return DisputeDates(one.opened_at, one.mediation_at, one.decided_at, one.appealed_at, one.closed_at)

    @property
    def mediates(self) -> bool:
        """Whether the actor was chosen by both for the round that is now, and took it."""
        one = self.mediator
        return (
            one is not None
            and one.round == self.dates.round
            and one.refused_at is None
            and one.taken_at is not None
            and one.other_yes_at is not None
        )


def dispute_to_see(session: Session, actor: Actor, dispute_id: Id, *, at: datetime) -> Quarrel:
    """The dispute; a stranger learns nothing, and stewards are strangers unless they were asked."""
    if not actor.signed_in:
        raise NotFound()
    may_read(actor)
    return _found(session, actor, parse_id(dispute_id), lock=False)


def dispute_to_change(session: Session, actor: Actor, dispute_id: Id, *, at: datetime) -> Quarrel:
    """The dispute and its exchange, both locked, the exchange first."""
    if not actor.signed_in:
        raise NotFound()
    found = _found(session, actor, parse_id(dispute_id), lock=True)
    may_write(actor)
    return found


def _found(session: Session, actor: Actor, dispute_id: Id, *, lock: bool) -> Quarrel:
    wanted = (
        select(Exchange).join(Dispute, Dispute.exchange_id == Exchange.id).where(Dispute.id == dispute_id)
    )
    if lock:
        wanted = wanted.with_for_update(of=Exchange).execution_options(populate_existing=True)
    exchange = session.scalar(wanted)
    if exchange is None or not within_token(actor, exchange.community_id):
        raise NotFound()
    dispute = session.scalars(
        select(Dispute).where(Dispute.id == dispute_id).execution_options(populate_existing=True)
    ).one()
    mediator = session.scalar(
        select(Mediator).where(Mediator.dispute_id == dispute_id, Mediator.person_id == actor.person_id)
    )
    side = side_of(actor, exchange)
    if side is None and (mediator is None or mediator.refused_at is not None):
        raise NotFound()
    return Quarrel(dispute, exchange, side, mediator)


def for_sides(found: Quarrel) -> Quarrel:
    """Raise unless the actor is one of the two sides."""
    if found.side is None:
        raise Forbidden(NOT_A_SIDE, code="not_your_side")
    return found


def for_mediators(found: Quarrel) -> Quarrel:
    """Raise unless both sides chose the actor and the actor took it; nobody decides their own quarrel."""
    if found.side is not None or not found.mediates:
        raise Forbidden(NOT_MEDIATING, code="not_your_side")
    return found


def _taking_part(session: Session, dispute_id: Id) -> TakingPart:
    row = session.execute(
        select(Dispute.community_id, Exchange.provider_id, Exchange.receiver_id)
        .join(Exchange, Exchange.id == Dispute.exchange_id)
        .where(Dispute.id == dispute_id)
    ).first()
    if row is None:
        raise NotFound()
    chosen = session.scalars(
        select(Mediator.person_id).where(
            Mediator.dispute_id == dispute_id,
            Mediator.refused_at.is_(None),
            Mediator.taken_at.is_not(None),
            Mediator.other_yes_at.is_not(None),
        )
    )
    return TakingPart(row.community_id, (row.provider_id, row.receiver_id, *chosen))


refs.register(
    "dispute", see=dispute_to_see, address=lambda dispute_id: f"/disputes/{dispute_id}", people=_taking_part
)
