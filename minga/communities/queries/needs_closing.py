"""Two lines of what waits for somebody: a community that is about to close, and one whose stewards are away."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from minga.communities.access import communities_of
from minga.communities.access.closing import is_full, is_open
from minga.communities.models import Closing, Community, Membership, Objection, Role, RoleGrant
from minga.communities.queries.needs_columns import columns
from minga.communities.rules.closing import ELDERS, QUIET
from minga.communities.rules.roles import STEWARD
from minga.identity import Actor
from minga.identity.models import SignIn
from minga.kit.i18n import N_
from minga.kit.refs import Act, NeedLine, Ref


def closings(actor: Actor, at: datetime) -> Select[Any]:
    """Notices that run where the actor is a full member and has not objected."""
    objected = (
        exists()
        .where(Objection.closing_id == Closing.id, Objection.person_id == actor.person_id)
        .correlate(Closing)
    )
    shown = columns(
        "community_closes",
        Closing.id,
        Closing.community_id,
        Closing.announced_at,
        Closing.closes_at,
        Community.slug,
        Community.name,
    )
    return (
        select(*shown)
        .select_from(Closing)
        .join(Community, Community.id == Closing.community_id)
        .join(Membership, Membership.community_id == Closing.community_id)
        .where(
            is_open(),
            Closing.closes_at > at,
            Membership.person_id == actor.person_id,
            is_full(at),
            Closing.community_id.in_(communities_of(actor)),
            ~objected,
        )
        .order_by(Closing.closes_at)
    )


def closing_line(row: Any, _at: datetime) -> NeedLine:
    return NeedLine(
        kind="community_closes",
        ref=Ref("closing", row.id),
        title=N_("{community} is about to close for good."),
        why=N_("Read why, and say so if you do not want it."),
        facts={"community": row.other},
        community_id=row.community_id,
        since_at=row.since_at,
        due_at=row.due_at,
        weight=2,
        acts=(Act(N_("Read"), None, f"/c/{row.one}/closing"),),
    )


def stewards_away(actor: Actor, at: datetime) -> Select[Any]:
    """Communities whose stewards once were there, but none for 30 days, for their five longest full members."""
    since = at - QUIET
    mine, longer = aliased(Membership), aliased(Membership)
    lately = _steward_signed_in(at, or_(SignIn.seen_on >= since.date(), SignIn.live_at >= since))
    ever = _steward_signed_in(at, SignIn.live_at.is_not(None))
    before = (
        select(func.count())
        .select_from(longer)
        .where(
            longer.community_id == Community.id,
            longer.ended_on.is_(None),
            or_(longer.full_on.is_not(None), longer.trial_ends_at.is_(None), longer.trial_ends_at <= at),
            or_(
                longer.joined_on < mine.joined_on,
                and_(longer.joined_on == mine.joined_on, longer.id < mine.id),
            ),
        )
        .correlate(Community, mine)
        .scalar_subquery()
    )
    shown = columns(
        "stewards_away",
        Community.id,
        Community.id,
        Community.made_at,
        Community.archived_at,
        Community.slug,
        Community.name,
    )
    return (
        select(*shown)
        .select_from(Community)
        .join(mine, mine.community_id == Community.id)
        .where(
            mine.person_id == actor.person_id,
            mine.ended_on.is_(None),
            or_(mine.full_on.is_not(None), mine.trial_ends_at.is_(None), mine.trial_ends_at <= at),
            Community.id.in_(communities_of(actor)),
            Community.made_at <= since,
            Community.archived_at.is_(None),
            ever,
            ~lately,
            before < ELDERS,
        )
    )


def _steward_signed_in(at: datetime, when: ColumnElement[bool]) -> ColumnElement[bool]:
    """Somebody who holds the role of stewards has a sign-in of this kind."""
    return (
        exists()
        .where(
            Role.community_id == Community.id,
            Role.key == STEWARD,
            Role.ended_at.is_(None),
            RoleGrant.role_id == Role.id,
            RoleGrant.ended_at.is_(None),
            or_(RoleGrant.until_at.is_(None), RoleGrant.until_at > at),
            Membership.id == RoleGrant.membership_id,
            Membership.ended_on.is_(None),
            SignIn.person_id == Membership.person_id,
            when,
        )
        .correlate(Community)
    )


def away_line(row: Any, _at: datetime) -> NeedLine:
    return NeedLine(
        kind="stewards_away",
        ref=Ref("community", row.id),
        title=N_("Nobody who keeps {community} has been here for 30 days."),
        why=N_("Talk to the other members, and choose somebody who keeps it from now on."),
        facts={"community": row.other},
        community_id=row.id,
        since_at=row.since_at,
        weight=1,
        acts=(Act(N_("Who keeps it"), None, f"/c/{row.one}/roles"),),
    )
