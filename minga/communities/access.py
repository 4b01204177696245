"""Who may do what where: the only way to membership checks."""

from sqlalchemy import Select, select

from minga.communities.models import Membership
from minga.identity import Actor


def communities_of(actor: Actor) -> Select[str]:
    """The communities an actor lives in, as a subquery for other domains' filters."""
    return select(Membership.community_id).where(
        Membership.person_id == actor.person_id, Membership.ended_on.is_(None)
    )
