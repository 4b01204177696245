"""Who touches a place in a queue: whose it is. Others see how long the queue is, and nobody's name."""

from datetime import datetime

from sqlalchemy import select

from minga.communities.access import register_policy
from minga.communities.rules import PolicyKind, YesNo
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.sharing.access.asks import may_write, within_token
from minga.sharing.models.holds import Hold

PER_HOUSEHOLD = "holds.per_household"
register_policy(
    PolicyKind(
        key=PER_HOUSEHOLD,
        sentence=N_("Whether the people of one household have one place together in a queue."),
        bounds=YesNo(strict_when=True),
        default=False,
        theme="sharing",
    )
)


def own_hold(session: Session, actor: Actor, hold_id: Id, *, at: datetime) -> Hold:
    """A place in a queue, for whoever stands there; a stranger learns nothing."""
    if not actor.signed_in:
        raise NotFound()
    found = session.scalar(
        select(Hold).where(Hold.id == parse_id(hold_id), Hold.person_id == actor.person_id)
    )
    if found is None or not within_token(actor, found.community_id):
        raise NotFound()
    may_write(actor)
    return found
