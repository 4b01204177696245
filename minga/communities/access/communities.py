"""Which communities somebody may know of."""

from datetime import datetime
from functools import cache

from sqlalchemy import Select, bindparam, or_, select

from minga.communities.access import reach
from minga.communities.access.filters import communities_of
from minga.communities.access.places import Place, known_root, places_of
from minga.communities.models import Community, Lineage
from minga.communities.rules.decisions import Rule, no, refusal
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.events import find_roots_by
from minga.kit.ids import is_id
from minga.kit.questions import Question
from minga.kit.refs import register


def visible_communities(actor: Actor) -> Select[str]:
    """Their own communities and the subgroups of these, but no quiet one they do not belong to."""
    return (
        select(Lineage.community_id)
        .where(
            Lineage.above_id.in_(communities_of(actor)),
            or_(Lineage.steps == 0, Lineage.roles_reach.is_(True)),
            reach.is_unlocked(actor),
        )
        .correlate(None)
    )


def community_to_see(session: Session, actor: Actor, slug_or_id: str, *, at: datetime) -> Community:
    """The community at an address, for its members and those of the communities above; else it is not there.

    To a device that it does not know yet it says so, to its own people.
    """
    if len(slug_or_id) > 64 or not actor.signed_in:
        raise NotFound()
    wanted = _to_see(is_id(slug_or_id), actor.token_community_id is not None)
    found = session.scalars(wanted, {"wanted": slug_or_id, **reach.given(actor)}).first()
    if found is None:
        raise NotFound()
    if found.id in actor.locked:
        raise refusal(no(Rule.DEVICE, community=found.name))
    return found


def community_to_read(session: Session, actor: Actor, slug_or_id: str, *, at: datetime) -> Place | Community:
    """The same for whoever only needs its id, address, name and language: of one's own they are known already."""
    for place in places_of(session, actor, at=at).values():
        if slug_or_id in (place.slug, place.community_id):
            return place
    return community_to_see(session, actor, slug_or_id, at=at)


@cache
def _to_see(by_id: bool, within: bool) -> Select[Community]:
    named = Community.id if by_id else Community.slug
    seen = Community.id.in_(visible_communities(reach.anybody(within=within)))
    return select(Community).where(named == bindparam("wanted"), seen)


def _root_of(session: Session, community_id: str) -> str:
    known = known_root(session, community_id)
    return known or str(_ROOT.plain(session, community=community_id)[0][0])


_ROOT = Question(lambda: select(Community.root_id).where(Community.id == bindparam("community")))


find_roots_by(_root_of)
register("community", see=community_to_see, address=lambda community_id: f"/c/{community_id}")
