"""How exchanges tell what happened: one event to the other side, with the facts that all of them share."""

from datetime import datetime
from typing import Any

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.events import emit
from minga.sharing.access.exchanges import side_of
from minga.sharing.events.exchanges import ExchangeEvent, ListingTransferred, TransferHow
from minga.sharing.models.exchanges import Exchange
from minga.sharing.rules.exchanges import Side


def tell(
    session: Session,
    actor: Actor,
    exchange: Exchange,
    kind: type[ExchangeEvent],
    *,
    at: datetime,
    **facts: Any,
) -> None:
    """Emit an event about the exchange, for the other side to read in their log."""
    side = side_of(actor, exchange)
    other = exchange.provider_id if side is Side.RECEIVER else exchange.receiver_id
    emit(
        session,
        actor,
        kind(
            exchange_id=exchange.id,
            listing_id=exchange.listing_id,
            provider_id=exchange.provider_id,
            receiver_id=exchange.receiver_id,
            kind=exchange.kind,
            **facts,
        ),
        community_id=exchange.community_id,
        person_id=other,
        at=at,
    )


def tell_transfer(
    session: Session, actor: Actor, exchange: Exchange, how: TransferHow, *, at: datetime
) -> None:
    """Say that a thing went to somebody else, for a while or for good."""
    emit(
        session,
        actor,
        ListingTransferred(
            listing_id=exchange.listing_id,
            from_id=exchange.provider_id,
            to_id=exchange.receiver_id,
            how=how,
            exchange_id=exchange.id,
        ),
        community_id=exchange.community_id,
        person_id=exchange.receiver_id,
        at=at,
    )
