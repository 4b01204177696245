"""How one is shown in the tree of who brought in whom."""

from datetime import datetime

from minga.communities.access import require_scope
from minga.communities.commands.membership import live_membership
from minga.communities.models import Unnamed
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id


def show_in_tree(session: Session, actor: Actor, community_id: Id, *, named: bool, at: datetime) -> None:
    """Be shown by name, or as "a member" to all but stewards and one's own direct links. Twice changes nothing."""
    require_scope(actor, writing=True)
    mine = live_membership(session, community_id, actor.person_id or "")
    if mine is None or actor.token_community_id not in (None, community_id):
        raise NotFound()
    row = session.get(Unnamed, mine.id)
    if named and row is not None:
        session.delete(row)
    if not named and row is None:
        session.add(Unnamed(membership_id=mine.id, since_at=at))
    session.flush()
