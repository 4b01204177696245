"""Payment asks: only who asks and who is asked see one."""

from datetime import datetime

from sqlalchemy import or_, select

from minga.communities.access import may
from minga.identity import Actor
from minga.kit import refs
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id, parse_id
from minga.ledger.models import PaymentAsk


def payment_ask_to_see(session: Session, actor: Actor, ask_id: Id, *, at: datetime) -> PaymentAsk:
    """A payment ask of one's own, made or received."""
    return _own(session, actor, ask_id, at=at, locked=False)


def payment_ask_to_change(session: Session, actor: Actor, ask_id: Id, *, at: datetime) -> PaymentAsk:
    """The same, kept from others until the unit ends."""
    return _own(session, actor, ask_id, at=at, locked=True)


def _own(session: Session, actor: Actor, ask_id: Id, *, at: datetime, locked: bool) -> PaymentAsk:
    wanted = select(PaymentAsk).where(
        PaymentAsk.id == parse_id(ask_id),
        or_(PaymentAsk.asker_id == actor.person_id, PaymentAsk.payer_id == actor.person_id),
    )
    if locked:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalars(wanted).first() if actor.signed_in else None
    if found is None or not may(session, actor, "community.see", found.community_id, at=at):
        raise NotFound()
    return found


refs.register("payment_ask", see=payment_ask_to_see, address=lambda id_: f"/payment-asks/{id_}")
