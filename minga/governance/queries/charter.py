"""Which charter holds in a community: its own newest version, that of the nearest community above, or the shipped one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from minga.communities.access import community_to_read
from minga.communities.models import Lineage
from minga.governance.models import Charter
from minga.governance.rules.charter import SHIPPED, Rule, rule_for
from minga.governance.rules.charter_reading import read_rules
from minga.governance.rules.kinds import ProposalKind
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id

BASES = {one.value: one for one in ProposalKind}


@dataclass(frozen=True)
class CharterView:
    """The rules in force; `id` and `n` are nothing where a community has decided nothing and the shipped rules hold."""

    id: Id | None
    community_id: Id | None
    n: int
    rules: tuple[Rule, ...]
    kinds: dict[str, str]
    simple_majority: bool = False

    def base_of(self, own_kind: str) -> ProposalKind | None:
        """The kind that a community's own kind is mapped to."""
        return BASES.get(self.kinds.get(own_kind, ""))

    def rule_for(self, kind: str, amount: int | None = None, own_kind: str = "") -> Rule:
        return rule_for(self.rules, kind, amount, own_kind)


def charter_of(session: Session, community_id: Id, *, at: datetime) -> CharterView:
    """The charter in force at a moment; whoever asks has been let into the community."""
    found = session.scalars(
        select(Charter)
        .join(Lineage, Lineage.above_id == Charter.community_id)
        .where(
            Lineage.community_id == community_id,
            Charter.in_force_at <= at,
            or_(Charter.until_at.is_(None), Charter.until_at > at),
        )
        .order_by(Lineage.steps, Charter.n.desc())
        .limit(1)
    ).first()
    if found is None:
        return CharterView(None, None, 0, SHIPPED, {})
    rules = read_rules(found.rules, found.kinds)
    return CharterView(found.id, found.community_id, found.n, rules, dict(found.kinds), found.simple_majority)


def charter_to_read(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> CharterView:
    """The charter in force, for somebody who may read the community's pages."""
    return charter_of(session, community_to_read(session, actor, community_id, at=at).id, at=at)
