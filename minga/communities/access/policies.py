"""Which rule holds: values with history, inherited from above, loaded once per unit of work."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, event, select
from sqlalchemy.orm import Session as AnySession

from minga.communities.models import Community, Lineage, Policy
from minga.communities.rules import effective, policy_kind
from minga.kit.db import Instant, Session
from minga.kit.ids import Id
from minga.kit.questions import Question

_KEPT = "communities.policies"
ROOT = -1


def value(session: Session, community_id: Id, key: str, *, at: datetime) -> Any:
    """What the community's rule says at a moment, its own or the one it inherits."""
    by_steps = line(session, community_id, at=at).get(key, {})
    downwards = [by_steps[steps] for steps in sorted(by_steps, reverse=True) if steps != ROOT]
    return effective(policy_kind(key), by_steps.get(ROOT), downwards)


def line(session: Session, community_id: Id, *, at: datetime) -> dict[str, dict[int, Any]]:
    """The values set along the line, by key: what the root has set under `ROOT`, the others by their steps above."""
    session.flush()
    kept: dict[Any, dict[str, dict[int, Any]]] = session.info.setdefault(_KEPT, {})
    if (community_id, at) not in kept:
        kept[community_id, at] = _load(session, community_id, at)
    return kept[community_id, at]


def _load(session: Session, community_id: Id, at: datetime) -> dict[str, dict[int, Any]]:
    """One query; of each community the value that began last."""
    found: dict[str, dict[int, Any]] = defaultdict(dict)
    for row in _LINE.rows(session, community=community_id, at=at):
        found[row.key][ROOT if row.parent_id is None else row.steps] = row.value
    return dict(found)


_LINE = Question(
    lambda: (
        select(Policy.key, Policy.value, Lineage.steps, Community.parent_id)
        .join(Lineage, Lineage.above_id == Policy.community_id)
        .join(Community, Community.id == Lineage.above_id)
        .where(
            Lineage.community_id == bindparam("community"), Policy.since_at <= bindparam("at", type_=Instant)
        )
        .order_by(Policy.since_at, Policy.id)
    )
)


@event.listens_for(AnySession, "after_flush")
def _forget_after_change(session: AnySession, _context: Any) -> None:
    if _KEPT in session.info and any(isinstance(one, (Policy, Lineage)) for one in session.new):
        session.info.pop(_KEPT)
