"""Who could help in a dispute."""

from datetime import datetime

from sqlalchemy import or_, select

from minga.communities.access import holders_of
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.access.disputes import Quarrel
from minga.sharing.models.disputes import Dispute, Mediator
from minga.sharing.models.exchanges import Exchange

CAPABILITY = "exchange.mediate"


def may_mediate(session: Session, found: Quarrel, *, at: datetime) -> dict[Id, str]:
    """Who could help: they mediate in the community, are no side, and were never on a side against one of the two."""
    exchange = found.exchange
    both = (exchange.provider_id, exchange.receiver_id)
    people = {
        one.person_id: one.name
        for one in holders_of(session, CAPABILITY, exchange.community_id, at=at)
        if one.person_id not in both
    }
    earlier = session.execute(
        select(Exchange.provider_id, Exchange.receiver_id)
        .join(Dispute, Dispute.exchange_id == Exchange.id)
        .where(or_(Exchange.provider_id.in_(both), Exchange.receiver_id.in_(both)))
    )
    quarrelled = {person for row in earlier for person in row}
    asked = session.scalars(select(Mediator.person_id).where(Mediator.dispute_id == found.dispute.id))
    return {key: name for key, name in people.items() if key not in quarrelled | set(asked)}
