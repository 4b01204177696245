"""What becomes of those who are kept when a membership ends: the keeper's, or their own. Whoever calls this has checked who may."""

from datetime import datetime

from sqlalchemy import select, update

from minga.communities.access.keeping import runs
from minga.communities.commands.keeping import end_yes
from minga.communities.events import KeepingLeft
from minga.communities.models import Keeping, Membership
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.events import emit


def let_go(session: Session, actor: Actor, one: Membership, *, at: datetime) -> None:
    """Whom this member kept waits for somebody else; whoever has taken over, or goes themselves, is kept no more.

    The row runs on without a live keeper, so that the card, the yes and whoever was asked already stay as they are.
    """
    session.execute(
        update(Keeping)
        .where(Keeping.keeper_id == one.id, Keeping.claimed_at.is_not(None), Keeping.until_at > at)
        .values(until_at=at)
    )
    tell_left_alone(session, actor, one, at=at)
    session.execute(
        update(Keeping)
        .where(Keeping.next_id == one.id, Keeping.until_at.is_(None))
        .values(next_id=None, next_asked_at=None)
    )
    theirs = select(Keeping).where(
        Keeping.person_id == one.person_id, Keeping.community_id == one.community_id, runs(at)
    )
    for each in session.scalars(theirs).all():
        each.until_at, each.next_id, each.next_asked_at = at, None, None
    end_yes(session, actor, one.person_id, one.community_id, at=at)
    session.flush()


def tell_left_alone(session: Session, actor: Actor, keeper: Membership, *, at: datetime) -> None:
    """Say of each whom this member kept that somebody else has to go on; nothing is written besides."""
    kept = select(Keeping).where(Keeping.keeper_id == keeper.id, Keeping.until_at.is_(None))
    for each in session.scalars(kept.order_by(Keeping.id)).all():
        told = KeepingLeft(keeping_id=each.id, from_id=keeper.id)
        emit(session, actor, told, at=at, community_id=each.community_id, person_id=each.person_id)
