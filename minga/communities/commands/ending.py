"""How one membership ends: its roles, its rest, its household, its vouches, its row. Whoever calls this has checked who may."""

from datetime import datetime

from sqlalchemy import select

from minga.communities.commands import roles
from minga.communities.commands.households import leave_home
from minga.communities.commands.keepers import let_go
from minga.communities.commands.vouches import end_vouches_of
from minga.communities.events import MembershipEnded
from minga.communities.models import Community, Membership, Pause
from minga.communities.rules import EndedWhy
from minga.communities.rules.time import today
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.events import emit


def end_membership(
    session: Session, actor: Actor, one: Membership, why: EndedWhy, *, at: datetime, decision: str = ""
) -> None:
    """End a live membership with all roles that hang on it, and tell it."""
    community = session.get_one(Community, one.community_id)
    roles.end_all_grants(session, actor, one, at=at)
    end_pause(session, one, at)
    leave_home(session, actor, one, at=at)
    let_go(session, actor, one, at=at)
    end_vouches_of(session, actor, one.person_id, [one.community_id], at=at)
    one.ended_on = today(at, community.zone)
    one.ended_why = why
    one.version += 1
    session.flush()
    told = MembershipEnded(membership_id=one.id, why=why, decision=decision)
    emit(session, actor, told, at=at, community_id=one.community_id, person_id=one.person_id)


def open_pause(session: Session, one: Membership) -> Pause | None:
    """The rest that runs now."""
    return session.scalar(select(Pause).where(Pause.membership_id == one.id, Pause.ended_at.is_(None)))


def end_pause(session: Session, one: Membership, at: datetime) -> bool:
    """End the rest that runs; whether there was one."""
    pause = open_pause(session, one)
    if pause is None:
        return False
    pause.ended_at = at
    session.flush()
    return True
