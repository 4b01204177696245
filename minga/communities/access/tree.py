"""Who sees how far into the tree of who brought in whom: the one question behind the list, the map and the API.

Stewards see all of it. Members see as many steps from themselves as the community's rule says, along links that no
block lies on; whoever is on trial sees who stands for them. What lies beyond is not asked for, so it cannot leak.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, Text, and_, case, cast, exists, false, func, literal, or_, select
from sqlalchemy.orm import aliased

from minga.communities.access import policies
from minga.communities.access.places import Place, place_of
from minga.communities.access.reach import is_on_trial, is_resting
from minga.communities.models import Membership, Unnamed
from minga.communities.rules import Standing
from minga.identity import Actor
from minga.identity.access.fields import not_blocked
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id

SEE_ALL = "tree.see_all"
FORMER, NAMELESS = "former", ""
"""How those stand who are no members any more, and who let themselves be shown as "a member"."""
SEE_LIST = "member.see_list"


def tree_to_see(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> Any:
    """The memberships that the actor may see in the tree, as a statement of rows; 404 where nobody is to see it.

    Columns: id, sponsor_id, person_id, name, handle, joined (a month), standing: FORMER and NAMELESS rows are to be
    shown without the rest. Only links between rows that are both there are links the actor may know of.
    """
    place = place_of(session, actor, community_id, at=at)
    if place is None or SEE_LIST not in place.capabilities:
        raise NotFound()
    if SEE_ALL in place.capabilities:
        return _rows(at, false()).where(Membership.community_id == community_id)
    degrees = policies.value(session, community_id, "tree.degrees", at=at)
    if degrees < 1 or place.membership_id is None:
        raise NotFound()
    seen = _upwards(actor, place, 1) if place.standing is Standing.TRIAL else _around(actor, place, degrees)
    mine = aliased(Membership)
    linked = (
        exists()
        .where(
            mine.id == place.membership_id,
            or_(mine.id == Membership.id, mine.sponsor_id == Membership.id, Membership.sponsor_id == mine.id),
        )
        .correlate(Membership)
    )
    hidden = and_(exists().where(Unnamed.membership_id == Membership.id).correlate(Membership), ~linked)
    return _rows(at, hidden).where(Membership.id.in_(select(seen.c.id)))


def branch_below(top_id: Id, *, with_top: bool = False) -> CTE:
    """Everybody whom a membership brought in, over any number of steps; links never leave a community."""
    start = select(Membership.id).where(
        Membership.id == top_id if with_top else Membership.sponsor_id == top_id
    )
    branch = start.cte("branch", recursive=True)
    further = aliased(Membership)
    return branch.union(select(further.id).join(branch, further.sponsor_id == branch.c.id))


def _rows(at: datetime, hidden: ColumnElement[bool]) -> Any:
    """Plain words only, and in order: of a thousand rows, reading dates and truths costs more than asking for them."""
    gone = or_(
        Membership.ended_on.is_not(None), Person.erased_at.is_not(None), Person.suspended_at.is_not(None)
    )
    standing = case(
        (gone, FORMER),
        (hidden, NAMELESS),
        (is_resting(), Standing.PAUSED.value),
        (is_on_trial(at), Standing.TRIAL.value),
        else_=Standing.FULL.value,
    )
    return (
        select(
            Membership.id,
            Membership.sponsor_id,
            Membership.person_id,
            Person.name,
            Person.handle,
            func.substr(cast(Membership.joined_on, Text), 1, 7).label("joined"),
            standing.label("standing"),
        )
        .join(Person, Person.id == Membership.person_id)
        .order_by(Membership.joined_on, Membership.id)
    )


def _upwards(actor: Actor, place: Place, most: int) -> CTE:
    """The actor's own membership and those above it, each with how many steps lie between."""
    up = (
        select(Membership.id, Membership.sponsor_id, literal(0).label("steps"))
        .where(Membership.id == place.membership_id)
        .cte("upwards", recursive=True)
    )
    above = aliased(Membership)
    return up.union(
        select(above.id, above.sponsor_id, up.c.steps + 1)
        .join(up, above.id == up.c.sponsor_id)
        .where(up.c.steps < most, not_blocked(actor, above.person_id))
    )


def _around(actor: Actor, place: Place, most: int) -> CTE:
    """Up from the actor, and down from each of those, never back along the way up: each membership comes once."""
    up = _upwards(actor, place, most)
    way = up.alias("way")
    around = select(up.c.id, up.c.steps).cte("around", recursive=True)
    below = aliased(Membership)
    return around.union(
        select(below.id, around.c.steps + 1)
        .join(around, below.sponsor_id == around.c.id)
        .where(
            around.c.steps < most,
            below.id.not_in(select(way.c.id)),
            not_blocked(actor, below.person_id),
        )
    )
