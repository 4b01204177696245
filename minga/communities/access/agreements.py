"""Who reads an agreement: those who live where it holds, and whoever may ask to join there."""

from datetime import datetime

from minga.communities.access.decisions import require_scope
from minga.communities.access.doors import community_to_apply
from minga.communities.access.places import place_of
from minga.communities.models import Agreement
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id, parse_id
from minga.kit.refs import register


def agreement_to_see(session: Session, actor: Actor, agreement_id: Id, *, at: datetime) -> Agreement:
    """An agreement of a community one lives in or may ask to join; for everybody else it is not there."""
    found = session.get(Agreement, parse_id(agreement_id))
    if found is None or not actor.signed_in or found.community_id in actor.locked:
        raise NotFound()
    if place_of(session, actor, found.community_id, at=at) is None:
        community_to_apply(session, actor, found.community_id, at=at)
    require_scope(actor, writing=False)
    return found


register("agreement", see=agreement_to_see, address=lambda agreement_id: f"/agreements/{agreement_id}")
