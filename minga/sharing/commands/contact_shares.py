"""Opening one's number or address to the other side of an exchange, and taking it back."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid
from minga.kit.events import emit
from minga.kit.ids import Id, parse_id
from minga.sharing.access.exchanges import Running, exchange_to_change
from minga.sharing.events.contact_shares import ContactShared, ContactShareEnded
from minga.sharing.models import ContactShare
from minga.sharing.queries.contact_shares import values_of
from minga.sharing.rules.contact_shares import NOTHING_THERE, OVER, ShareField


def share_contact(
    session: Session, actor: Actor, exchange_id: Id, field: ShareField, *, at: datetime
) -> ContactShare:
    """Let the other side of this exchange read one's number or address, until a week after it is over. Twice is once."""
    running = exchange_to_change(session, actor, parse_id(exchange_id), at=at)
    exchange = running.exchange
    before = _live(session, actor, running, field)
    if before is not None:
        return before
    if exchange.completed_at is not None or exchange.cancelled_at is not None:
        raise Conflict(OVER, code="exchange_over")
    if field not in values_of(session, exchange, str(actor.person_id), {field}):
        raise Invalid(NOTHING_THERE, code="nothing_there", fields={"field": NOTHING_THERE})
    made = ContactShare(
        exchange_id=exchange.id,
        from_id=actor.person_id,
        to_id=_other(running),
        field=field,
        made_at=at,
    )
    session.add(made)
    session.flush()
    _tell(session, actor, made, running, ContactShared, at)
    return made


def end_share(session: Session, actor: Actor, exchange_id: Id, field: ShareField, *, at: datetime) -> None:
    """Take it back; from the next request on the other side reads nothing of it. Twice changes nothing."""
    running = exchange_to_change(session, actor, parse_id(exchange_id), at=at)
    found = _live(session, actor, running, field)
    if found is not None:
        found.ended_at = at
        session.flush()
        _tell(session, actor, found, running, ContactShareEnded, at)


def _live(session: Session, actor: Actor, running: Running, field: ShareField) -> ContactShare | None:
    return session.scalar(
        select(ContactShare).where(
            ContactShare.exchange_id == running.exchange.id,
            ContactShare.from_id == actor.person_id,
            ContactShare.field == field,
            ContactShare.ended_at.is_(None),
        )
    )


def _other(running: Running) -> Id:
    exchange = running.exchange
    return exchange.receiver_id if running.side == "provider" else exchange.provider_id


def _tell(
    session: Session, actor: Actor, share: ContactShare, running: Running, kind: Any, at: datetime
) -> None:
    event = kind(exchange_id=share.exchange_id, from_id=share.from_id, to_id=share.to_id, field=share.field)
    community_id = running.exchange.community_id
    emit(session, actor, event, at=at, community_id=community_id, person_id=share.to_id)
