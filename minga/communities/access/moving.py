"""Files of whole communities: for those who may take one out, once two people wanted it."""

from datetime import datetime

from minga.communities.access.decisions import require
from minga.communities.models import CommunityExport
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound, NotSignedIn
from minga.kit.ids import Id, parse_id

TAKE_OUT = "community.export"


def export_to_take(session: Session, actor: Actor, export_id: Id, *, at: datetime) -> CommunityExport:
    """The file of that number; 404 for whoever may not take the community out, and for every token."""
    if not actor.signed_in:
        raise NotSignedIn()
    found = session.get(CommunityExport, parse_id(export_id))
    if found is None or actor.token_id is not None:
        raise NotFound()
    require(session, actor, TAKE_OUT, found.community_id, at=at, seconded=True)
    return found
