"""Lists of members: for those who may bring members in, and for nobody else there."""

from datetime import datetime

from minga.communities.access.decisions import require
from minga.communities.access.places import place_of
from minga.communities.models import MemberImport
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id, parse_id

IMPORT = "member.import"


def import_to_work(session: Session, actor: Actor, import_id: Id, *, at: datetime) -> MemberImport:
    """A list of a community where the actor may bring members in; to everybody else it is not there."""
    found = session.get(MemberImport, parse_id(import_id))
    if found is None or place_of(session, actor, found.community_id, at=at) is None:
        raise NotFound()
    require(session, actor, IMPORT, found.community_id, at=at)
    return found
