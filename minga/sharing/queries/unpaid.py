"""Exchanges whose payer has not said a word: for the clock that reminds them, and after a fortnight their dispatchers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.models import Listing
from minga.sharing.models.amounts import ExchangeAmount
from minga.sharing.models.exchanges import Exchange


@dataclass(frozen=True, slots=True)
class Unpaid:
    """Who owes a word about an exchange, since when the other has said done, and where it is."""

    payer_id: Id
    payer_name: str
    done_at: datetime
    listing_id: Id
    title: str
    community_id: Id


def unpaid(session: Session, actor: Actor, exchange_id: Id) -> Unpaid | None:
    """What the clock has to know of one exchange: nobody reads it."""
    row = session.execute(
        select(
            ExchangeAmount.payer_id,
            Person.name,
            Exchange.provider_done_at,
            Exchange.listing_id,
            Listing.title,
            Listing.community_id,
        )
        .join(Exchange, Exchange.id == ExchangeAmount.exchange_id)
        .join(Listing, Listing.id == Exchange.listing_id)
        .join(Person, Person.id == ExchangeAmount.payer_id)
        .where(
            Exchange.id == exchange_id,
            ExchangeAmount.ended_at.is_(None),
            ExchangeAmount.posted_at.is_(None),
            Exchange.receiver_done_at.is_(None),
            Exchange.completed_at.is_(None),
            Exchange.cancelled_at.is_(None),
            Exchange.frozen_at.is_(None),
        )
    ).first()
    if row is None or actor.signed_in:
        return None
    payer_id, name, done_at, listing_id, title, community_id = row
    return Unpaid(payer_id, name, done_at, listing_id, title, community_id) if done_at else None
