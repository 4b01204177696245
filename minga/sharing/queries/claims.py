"""What the clock has to know of somebody who said *I can* to a need: nobody reads it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.kit.refs import Ref
from minga.sharing.models import Listing, ListingHelp
from minga.sharing.models.exchanges import Exchange
from minga.sharing.rules.kinds import Urgency
from minga.sharing.rules.words import Direction

URGENT = (Urgency.URGENT, Urgency.EMERGENCY)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A promise: whose, since when, and the things that they may have written about."""

    by_id: Id
    agreed_at: datetime
    places: tuple[Ref, ...]


def is_urgent_claim(session: Session, actor: Actor, exchange_id: Id) -> bool:
    """Whether the exchange is somebody's promise for an urgent need."""
    found = session.scalar(
        select(ListingHelp.urgency)
        .join(Listing, Listing.id == ListingHelp.listing_id)
        .join(Exchange, Exchange.listing_id == Listing.id)
        .where(Exchange.id == exchange_id, Listing.direction == Direction.NEED)
    )
    return not actor.signed_in and found in URGENT


def claim_of(session: Session, actor: Actor, exchange_id: Id) -> Claimed | None:
    """Who promised when, and where they may have written about it since."""
    row = session.execute(
        select(Exchange.provider_id, Exchange.ask_id, Exchange.agreed_at).where(Exchange.id == exchange_id)
    ).first()
    if row is None or actor.signed_in:
        return None
    places = [Ref("exchange", exchange_id), *([Ref("ask", row.ask_id)] if row.ask_id else [])]
    return Claimed(row.provider_id, row.agreed_at, tuple(places))
