"""Which rule holds: values with history, inherited from above, loaded once per unit of work."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session as AnySession

from minga.communities.models import Lineage, Policy
from minga.communities.rules import effective, policy_kind
from minga.kit.db import Session
from minga.kit.ids import Id

_KEPT = "communities.policies"


def value(session: Session, community_id: Id, key: str, *, at: datetime) -> Any:
    """What the community's rule says at a moment, its own or the one it inherits."""
    kind = policy_kind(key)
    return effective(kind, line(session, community_id, at=at).get(key, ()))


def line(session: Session, community_id: Id, *, at: datetime) -> dict[str, list[Any]]:
    """The values set along the line from the topmost community down to this one, by key."""
    session.flush()
    kept: dict[Any, dict[str, list[Any]]] = session.info.setdefault(_KEPT, {})
    if (community_id, at) not in kept:
        kept[community_id, at] = _load(session, community_id, at)
    return kept[community_id, at]


def _load(session: Session, community_id: Id, at: datetime) -> dict[str, list[Any]]:
    """One query; of each community the value that began last."""
    rows = session.execute(
        select(Policy.key, Policy.value, Lineage.steps)
        .join(Lineage, Lineage.above_id == Policy.community_id)
        .where(Lineage.community_id == community_id, Policy.since_at <= at)
        .order_by(Lineage.steps.desc(), Policy.since_at, Policy.id)
    )
    latest: dict[tuple[int, str], Any] = {}
    for row in rows:
        latest[row.steps, row.key] = row.value
    found: dict[str, list[Any]] = defaultdict(list)
    for (_steps, key), set_value in latest.items():
        found[key].append(set_value)
    return dict(found)


@event.listens_for(AnySession, "after_flush")
def _forget_after_change(session: AnySession, _context: Any) -> None:
    if _KEPT in session.info and any(isinstance(one, (Policy, Lineage)) for one in session.new):
        session.info.pop(_KEPT)
