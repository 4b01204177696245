"""Listings of example neighbours: nobody can ask for them, so they go without leaving anything."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.orm import aliased

from minga.communities.access import community_to_see, require
from minga.communities.rules.examples import examples_in
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.commands.life import close_now, erase
from minga.sharing.models import Listing
from minga.sharing.models.skills import ListingSkillNamed, Skill
from minga.sharing.rules import CloseReason


def erase_example_listings(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> int:
    """Close and delete what the example neighbours of a community have posted; answers how many."""
    community = community_to_see(session, actor, community_id, at=at)
    require(session, actor, "community.edit", community.id, at=at)
    theirs = session.scalars(
        select(Listing).where(Listing.owner_id.in_(examples_in(community.features)))
    ).all()
    for listing in theirs:
        if listing.closed_at is None:
            close_now(session, actor, listing, CloseReason.WITHDRAWN, at=at)
        erase(session, listing)
    session.flush()
    _forget_skills(session, examples_in(community.features))
    return len(theirs)


def _forget_skills(session: Session, people: Collection[Id]) -> None:
    """What they named goes where nobody else uses it, and is nobody's proposal where somebody does."""
    named = Skill.proposed_by_id.in_(people)
    merged = aliased(Skill)
    used = or_(
        exists().where(ListingSkillNamed.skill_id == Skill.id),
        exists().where(merged.merged_into_id == Skill.id),
    )
    unused = select(Skill.id).where(named, ~used, Skill.accepted_at.is_(None), Skill.merged_into_id.is_(None))
    session.execute(delete(Skill).where(Skill.id.in_(unused)).execution_options(synchronize_session=False))
    session.execute(
        update(Skill).where(named).values(proposed_by_id=None).execution_options(synchronize_session=False)
    )
