"""When a person is erased: who cannot go yet, and how memberships end."""

from datetime import datetime

from sqlalchemy import ColumnElement, select, update

from minga.communities.commands import roles
from minga.communities.commands.standing import leave
from minga.communities.models import Application, Community, Membership
from minga.identity import Actor, Via
from minga.kit.db import Session
from minga.kit.errors import Conflict
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.leaving import Farewell, InTheWay, at_farewell, stands_in_the_way

LAST_STEWARD = N_("You are the last steward of {community}. Hand the role on first.")


def _live(person_id: Id) -> tuple[ColumnElement[bool], ...]:
    return Membership.person_id == person_id, Membership.ended_on.is_(None)


@stands_in_the_way
def keeps_alone(session: Session, person_id: Id) -> list[InTheWay]:
    """A community always keeps a steward."""
    found = []
    rows = session.execute(
        select(Membership, Community.slug, Community.name)
        .join(Community, Community.id == Membership.community_id)
        .where(*_live(person_id))
        .order_by(Community.name)
    )
    for one, slug, name in rows:
        try:
            roles.must_leave_a_steward(session, one, one.made_at)
        except Conflict:
            found.append(InTheWay(LAST_STEWARD, f"/c/{slug}/roles", {"community": name}))
    return found


@at_farewell
def leave_everywhere(session: Session, farewell: Farewell, at: datetime) -> None:
    """Memberships end as by leaving; what waits for an answer is taken back."""
    actor = Actor(farewell.person_id, Via.WORKER)
    roots = session.scalars(
        select(Membership.community_id)
        .join(Community, Community.id == Membership.community_id)
        .where(*_live(farewell.person_id), Community.parent_id.is_(None))
    ).all()
    for community_id in roots:
        leave(session, actor, community_id, at=at)
    session.execute(
        update(Application)
        .where(
            Application.person_id == farewell.person_id,
            Application.answered_at.is_(None),
            Application.withdrawn_at.is_(None),
            Application.lapsed_at.is_(None),
        )
        .values(withdrawn_at=at)
    )
