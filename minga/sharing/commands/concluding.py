"""Agreeing with all that belongs to it: the exchange, what is given in return, and what is set aside for it."""

from datetime import datetime

from minga.identity import Actor
from minga.kit.db import Session
from minga.sharing.commands import agreeing, amounts, counters, swaps
from minga.sharing.commands.agreeing import Deal
from minga.sharing.models import Listing
from minga.sharing.models.asks import Ask
from minga.sharing.models.exchanges import Exchange


def conclude(
    session: Session, actor: Actor, listing: Listing, ask: Ask, deal: Deal, *, at: datetime
) -> Exchange:
    """Make the exchange of an ask that both agreed to; nothing of it stands when a part of it cannot be."""
    exchange = agreeing.agree(session, actor, listing, ask, deal, at=at)
    counter = counters.kept(session, ask)
    if counter.listing_id is not None:
        swaps.add_other_leg(session, exchange, listing, counter.listing_id, ask.person_id, at=at)
    if counter.unit is not None:
        counters.check_settled_here(session, listing, ask.community_id, ask.term, at=at)
        amounts.set_aside(session, actor, exchange, counter, at=at)
    return exchange
