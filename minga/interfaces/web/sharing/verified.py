"""What somebody has verified, for lending what takes a skill: `sharing` is given it, and asks nobody."""

from minga.interfaces.http import Unit
from minga.kit.ids import Id
from minga.reputation import queries as reputation
from minga.sharing import queries


def skills_for(unit: Unit, listing_id: Id, person_id: Id) -> frozenset[str]:
    """The verified skills of a borrower where the thing is; nobody is looked up for what takes no skill."""
    needed = queries.needed_skill(unit.session, unit.actor, listing_id, at=unit.now)
    if needed is None:
        return frozenset()
    return reputation.verified_skills(unit.session, person_id, needed.community_id, at=unit.now)
