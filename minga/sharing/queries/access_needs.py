"""One's own access need, opened for oneself, with the pools in which it may count."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select

from minga.communities.models import Community
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.kit.sealed import field_key
from minga.sharing.access.access_needs import of_oneself, own_access_need
from minga.sharing.access.pools import visible_pools
from minga.sharing.models.access_needs import AccessConsent
from minga.sharing.models.pools import Pool, PoolRule
from minga.sharing.rules.access_needs import POOLS_MAX, sealed_about
from minga.sharing.rules.allocation.names import Rule


@dataclass(frozen=True, slots=True)
class OwnAccessNeed:
    """The words, and the pools that count points: id, name, community, and whether it counts there."""

    words: str
    confirmed_at: datetime | None
    pools: tuple[tuple[Id, str, str, bool], ...]


def access_need(session: Session, actor: Actor, *, at: datetime) -> OwnAccessNeed:
    """What one entered oneself; empty where there is nothing."""
    person_id = of_oneself(actor)
    row = own_access_need(session, actor)
    last = select(func.max(PoolRule.version)).where(PoolRule.pool_id == Pool.id).correlate(Pool)
    found = session.execute(
        select(Pool.id, Pool.name, Community.name, PoolRule.rule, PoolRule.parameters, AccessConsent.pool_id)
        .join(Community, Community.id == Pool.community_id)
        .join(PoolRule, and_(PoolRule.pool_id == Pool.id, PoolRule.version == last.scalar_subquery()))
        .outerjoin(
            AccessConsent, and_(AccessConsent.pool_id == Pool.id, AccessConsent.person_id == person_id)
        )
        .where(Pool.id.in_(visible_pools(actor, at=at)), Pool.ended_at.is_(None))
        .order_by(Community.name, Pool.name, Pool.id)
    )
    pools = [
        (one[0], one[1], one[2], one[5] is not None)
        for one in found
        if one[5] is not None or counts_points(one[3], one[4])
    ]
    words = field_key(session).open(row.sealed, sealed_about(person_id)) if row else ""
    return OwnAccessNeed(words, row.confirmed_at if row else None, tuple(pools[:POOLS_MAX]))


def counts_points(rule: Rule, parameters: dict[str, object]) -> bool:
    """Whether a rule, or one of the rules it is made of, counts points."""
    quotas = parameters.get("quotas", ())
    names = [name for name, _ in quotas] if isinstance(quotas, list) else []
    return rule is Rule.NEED_POINTS or Rule.NEED_POINTS.value in names
