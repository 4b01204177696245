"""The skills of a community with how many open listings speak of each."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import func, or_, select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.access import circle_of, is_open, reaches
from minga.sharing.models import Listing, ListingSkillNamed, Skill
from minga.sharing.queries.headings import root_of
from minga.sharing.rules import Origin

SKILLS_MAX = 1_000


class SkillShown(msgspec.Struct, frozen=True):
    """A skill; one that nobody accepted yet is a proposal."""

    id: Id
    name: str
    labels: dict[str, Any]
    category_id: Id | None
    proposed: bool
    n: int

    def label(self, language: str) -> str:
        return str(self.labels.get(language.split("-")[0]) or self.name)


def skills(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[SkillShown]:
    """Those that were accepted and those that open listings speak of which the asker sees, by name."""
    seen = (
        select(ListingSkillNamed.skill_id, func.count().label("n"))
        .join(Listing, Listing.id == ListingSkillNamed.listing_id)
        .where(
            Listing.community_id == community_id,
            is_open(at),
            reaches(circle_of(session, actor, at=at), {Origin.OWN}),
        )
        .group_by(ListingSkillNamed.skill_id)
        .subquery()
    )
    found = (
        select(Skill.id, Skill.name, Skill.labels, Skill.category_id, Skill.accepted_at, seen.c.n)
        .join(seen, seen.c.skill_id == Skill.id, isouter=True)
        .where(
            Skill.community_id == root_of(session, community_id),
            Skill.merged_into_id.is_(None),
            or_(
                Skill.accepted_at.is_not(None), seen.c.n.is_not(None), Skill.proposed_by_id == actor.person_id
            ),
        )
        .order_by(Skill.name_key)
        .limit(SKILLS_MAX)
    )
    return [
        SkillShown(row.id, row.name, row.labels, row.category_id, row.accepted_at is None, row.n or 0)
        for row in session.execute(found)
    ]
