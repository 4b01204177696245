"""Which communities somebody may know of."""

from datetime import datetime

from sqlalchemy import Select, or_, select

from minga.communities.access.filters import communities_of
from minga.communities.models import Community, Lineage
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.events import find_roots_by
from minga.kit.ids import is_id


def visible_communities(actor: Actor) -> Select[str]:
    """Their own communities and the subgroups of these, but no quiet one they do not belong to."""
    return (
        select(Lineage.community_id)
        .where(
            Lineage.above_id.in_(communities_of(actor)),
            or_(Lineage.steps == 0, Lineage.roles_reach.is_(True)),
        )
        .correlate(None)
    )


def community_to_see(session: Session, actor: Actor, slug_or_id: str, *, at: datetime) -> Community:
    """The community at an address, for its members and those of the communities above; else it is not there."""
    if len(slug_or_id) > 64:
        raise NotFound()
    named = Community.id if is_id(slug_or_id) else Community.slug
    found = session.scalar(
        select(Community).where(named == slug_or_id, Community.id.in_(visible_communities(actor)))
    )
    if found is None:
        raise NotFound()
    return found


def _root_of(session: Session, community_id: str) -> str:
    return session.scalars(select(Community.root_id).where(Community.id == community_id)).one()


find_roots_by(_root_of)
