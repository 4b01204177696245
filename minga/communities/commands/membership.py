"""How a membership begins, rests, becomes full and ends."""

from datetime import datetime, timedelta

from sqlalchemy import select

from minga.communities.access import policies
from minga.communities.events import MembershipBegan
from minga.communities.models import Community, Lineage, Membership
from minga.communities.rules import CameBy
from minga.communities.rules.standing import TRIAL_DAYS_MAX
from minga.communities.rules.time import end_of, today
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id


def begin(
    session: Session,
    actor: Actor,
    community_id: Id,
    person_id: Id,
    *,
    at: datetime,
    came_by: CameBy,
    sponsor_id: Id | None = None,
    trial_days: int | None = None,
    guest_days: int | None = None,
) -> Membership:
    """Make a person a member; whoever calls this has checked who may. `trial_days` None asks the community's rule;
    with `guest_days` they are a guest who goes again.

    Internal: reached by founding, joining by invitation, an accepted application, and joining a subgroup.
    """
    community = session.get_one(Community, community_id)
    if live_membership(session, community_id, person_id):
        raise Conflict(N_("This person is a member of {community} already."), community=community.name)
    above = root_membership(session, community, person_id)
    if community.parent_id and above is None:
        raise Conflict(N_("Only members of the community above can be members of this group."))
    if above is not None and above.guest_until_at is not None:
        raise Conflict(N_("Guests are members of no group."))
    days = _days(session, community_id, guest_days, trial_days, at)
    joined_on = today(at, community.zone)
    earlier = session.scalars(
        select(Membership)
        .where(Membership.community_id == community_id, Membership.person_id == person_id)
        .order_by(Membership.id.desc())
        .limit(1)
    ).first()
    ends_at = end_of(joined_on + timedelta(days=days - 1), community.zone) if days else None
    membership = Membership(
        community_id=community_id,
        person_id=person_id,
        sponsor_id=sponsor_id,
        came_by=came_by,
        joined_on=joined_on,
        trial_ends_at=ends_at,
        guest_until_at=ends_at if guest_days else None,
        full_on=None if days else joined_on,
        earlier_id=earlier.id if earlier else None,
        made_at=at,
    )
    session.add(membership)
    session.flush()
    told = MembershipBegan(
        membership_id=membership.id, came_by=came_by, trial_ends_at=membership.trial_ends_at
    )
    emit(session, actor, told, at=at, community_id=community_id, person_id=person_id)
    return membership


def _days(
    session: Session, community_id: Id, guest_days: int | None, trial_days: int | None, at: datetime
) -> int:
    """How long they are a guest or on trial; 0 when they are full members at once."""
    days: int = guest_days or (
        policies.value(session, community_id, "joining.trial_days", at=at)
        if trial_days is None
        else trial_days
    )
    if days and policies.value(session, community_id, "trial.ends_by", at=at) == "steward":
        return TRIAL_DAYS_MAX  # by somebody's word; a date that nobody waits for is only the last resort
    return days


def live_membership(session: Session, community_id: Id, person_id: Id) -> Membership | None:
    """The live row of one person in one community."""
    return session.scalar(
        select(Membership).where(
            Membership.community_id == community_id,
            Membership.person_id == person_id,
            Membership.ended_on.is_(None),
        )
    )


def root_membership(session: Session, community: Community, person_id: Id) -> Membership | None:
    """The live row in the root of the line."""
    return live_membership(session, community.root_id, person_id)


def below(session: Session, community_id: Id, person_id: Id) -> list[Membership]:
    """The live rows of a person in a community and in everything below it, topmost first."""
    return list(
        session.scalars(
            select(Membership)
            .join(Lineage, Lineage.community_id == Membership.community_id)
            .where(
                Lineage.above_id == community_id,
                Membership.person_id == person_id,
                Membership.ended_on.is_(None),
            )
            .order_by(Lineage.steps, Membership.id)
        )
    )
