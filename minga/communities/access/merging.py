"""Who reads that two accounts may be one person: the one who is asked, and those who may keep people there."""

from datetime import datetime

from minga.communities.access.decisions import may, require_scope
from minga.communities.access.keeping import KEEP
from minga.communities.models import PersonMerge
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id, parse_id
from minga.kit.refs import register


def merge_to_see(
    session: Session, actor: Actor, merge_id: Id, *, at: datetime, lock: bool = False
) -> PersonMerge:
    """One such question; to everybody else it is not there."""
    require_scope(actor, writing=lock)
    if not actor.signed_in or actor.for_by is not None:
        raise NotFound()
    found = session.get(PersonMerge, parse_id(merge_id), with_for_update=lock or None)
    if found is None or actor.token_community_id not in (None, found.community_id):
        raise NotFound()
    if found.into_id != actor.person_id and not keeps_there(session, actor, found, at=at):
        raise NotFound()
    return found


def keeps_there(session: Session, actor: Actor, found: PersonMerge, *, at: datetime) -> bool:
    """Whether the actor may keep people in the community of the question."""
    return bool(may(session, actor, KEEP, found.community_id, at=at))


register("person_merge", see=merge_to_see, address=lambda merge_id: f"/person-merges/{merge_id}")
