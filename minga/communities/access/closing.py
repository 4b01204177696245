"""The notice that a community closes, for those who belong to it."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select

from minga.communities.access.decisions import require
from minga.communities.access.reach import is_on_trial, is_resting
from minga.communities.models import Closing, Membership
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id, parse_id
from minga.kit.refs import register


def is_open() -> ColumnElement[bool]:
    """The notice runs: nobody stopped it, and the day has not come."""
    return and_(Closing.stopped_at.is_(None), Closing.done_at.is_(None))


def is_full(at: datetime) -> ColumnElement[bool]:
    """Memberships whose word counts: live, over their trial, and not resting."""
    return and_(Membership.ended_on.is_(None), ~is_on_trial(at), ~is_resting())


def full_members(session: Session, community_id: Id, *, at: datetime) -> int:
    """How many members have a word in whether it closes."""
    wanted = (
        select(func.count())
        .select_from(Membership)
        .where(Membership.community_id == community_id, is_full(at))
    )
    return session.scalar(wanted) or 0


def open_closing(session: Session, community_id: Id) -> Closing | None:
    """The notice that runs in a community, for callers that have asked who may read it."""
    return session.scalar(select(Closing).where(Closing.community_id == community_id, is_open()))


def closing_to_see(session: Session, actor: Actor, closing_id: Id, *, at: datetime) -> Closing:
    """A notice, for whoever sees the community."""
    found = session.get(Closing, parse_id(closing_id))
    if found is None:
        raise NotFound()
    require(session, actor, "community.see", found.community_id, at=at)
    return found


register("closing", see=closing_to_see, address=lambda id: f"/closings/{id}")
