"""Which communities are near to one's own: partners, and federations to which one belongs."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select

from minga.communities.access import belongs, communities_of
from minga.communities.models import Community, Partnership
from minga.communities.rules.federations import KIND
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id

PARTNERS_MAX = 200


def is_near(session: Session, actor: Actor, found: Community, at: datetime) -> bool:
    """A federation to which one belongs by one's community, and a partner of one's community."""
    if not actor.signed_in or found.parent_id is not None:
        return False
    if found.kind == KIND and belongs(session, actor, found.id, at=at):
        return True
    return session.scalar(select(Community.id).where(Community.id == found.id, is_partner(actor))) is not None


def partner_of(session: Session, actor: Actor, community_id: Id) -> tuple[str, ...]:
    """The actor's communities that are partners of this one, by name."""
    if not actor.signed_in:
        return ()
    low, high = Partnership.low_id, Partnership.high_id
    rows = session.scalars(
        select(Community.name)
        .join(
            Partnership,
            or_(
                and_(low == Community.id, high == community_id),
                and_(high == Community.id, low == community_id),
            ),
        )
        .where(
            Partnership.active_at.is_not(None),
            Partnership.ended_at.is_(None),
            Community.id.in_(communities_of(actor)),
        )
        .order_by(Community.name)
        .limit(PARTNERS_MAX)
    )
    return tuple(rows)


def is_partner(actor: Actor) -> ColumnElement[bool]:
    """Whether the community of the row has an active partnership with one of the actor's."""
    own = communities_of(actor)
    return (
        exists()
        .where(
            Partnership.active_at.is_not(None),
            Partnership.ended_at.is_(None),
            or_(
                and_(Partnership.low_id == Community.id, Partnership.high_id.in_(own)),
                and_(Partnership.high_id == Community.id, Partnership.low_id.in_(own)),
            ),
        )
        .correlate(Community)
    )
