"""Groups inside a community: founding one, and joining one that is open."""

from datetime import datetime

from sqlalchemy import func, select

from minga.communities.access import community_to_see, policies, require, require_scope
from minga.communities.commands import membership as memberships
from minga.communities.commands.founding import free_slug, grant_at_founding, make_roles
from minga.communities.events import SubgroupFounded
from minga.communities.models import Community, Lineage, Membership
from minga.communities.rules import CameBy, JoiningMode
from minga.communities.rules.examples import with_examples
from minga.communities.rules.names import DEPTH_MAX, NAME_MAX, PURPOSE_MAX
from minga.communities.rules.templates import BUILT_IN
from minga.identity import Actor
from minga.kit.db import Session, new_id
from minga.kit.errors import Conflict, Forbidden, Invalid
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_line, clean_text


def found_subgroup(
    session: Session,
    actor: Actor,
    parent_id: Id,
    *,
    name: str,
    at: datetime,
    slug: str = "",
    purpose: str = "",
    mode: JoiningMode = JoiningMode.OPEN,
    steward_ids: tuple[Id, ...] = (),
) -> Community:
    """Found a group in a community. Its founder, and whoever else is named (memberships above), are its stewards."""
    parent = community_to_see(session, actor, parent_id, at=at)
    require(session, actor, "subgroup.found", parent.id, at=at)
    line = session.execute(
        select(Lineage.above_id, Lineage.steps, Lineage.roles_reach)
        .where(Lineage.community_id == parent.id)
        .order_by(Lineage.steps)
    ).all()
    if len(line) >= DEPTH_MAX:
        raise Conflict(N_("Groups lie at most {n} levels deep. Found this one further up."), n=DEPTH_MAX)
    new = new_id()
    group = Community(
        id=new,
        parent_id=parent.id,
        root_id=parent.root_id,
        name=clean_line(name, NAME_MAX, field="name", required=True),
        slug=free_slug(session, slug, f"{parent.slug} {name}", at=at),
        kind=parent.kind,
        purpose=clean_text(purpose, PURPOSE_MAX, field="purpose"),
        language=parent.language,
        zone=parent.zone,
        currency=parent.currency,
        features=with_examples(parent.features, []),
        joining_mode=mode,
        made_at=at,
        activated_at=at,
    )
    session.add(group)
    session.flush()
    session.add(Lineage(community_id=new, above_id=new, steps=0, roles_reach=True))
    for above_id, steps, reaches in line:
        reach = reaches and mode is not JoiningMode.QUIET
        session.add(Lineage(community_id=new, above_id=above_id, steps=steps + 1, roles_reach=reach))
    session.flush()
    make_roles(session, group, (*BUILT_IN, "steward"), at=at)
    for person_id in _stewards(session, actor, parent, steward_ids):
        first = memberships.begin(session, actor, new, person_id, at=at, came_by=CameBy.FOUNDED, trial_days=0)
        grant_at_founding(session, group, first, "steward", actor.person_id or person_id, at=at)
    told = SubgroupFounded(subject_id=new, parent_id=parent.id, mode=mode)
    emit(session, actor, told, at=at, community_id=new)
    if mode is not JoiningMode.QUIET:
        above = SubgroupFounded(subject_id=new, parent_id=parent.id, mode=mode)
        emit(session, actor, above, at=at, community_id=parent.id)
    return group


def join_subgroup(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> Membership:
    """Become a member of an open group, as a member of the community above."""
    require_scope(actor, writing=True)
    group = community_to_see(session, actor, community_id, at=at)
    if actor.person_id is None or group.parent_id is None:
        raise Forbidden(N_("This community is joined by an invitation or an application."))
    mine = memberships.live_membership(session, group.id, actor.person_id)
    if mine is not None:
        return mine
    require(session, actor, "community.see", group.root_id, at=at)
    if group.joining_mode is not JoiningMode.OPEN:
        raise Forbidden(N_("This group is not open. Ask one of its members to invite you."))
    if policies.value(session, group.id, "joining.way", at=at) == "closed":
        raise Forbidden(N_("{community} takes nobody in at the moment."), community=group.name)
    return memberships.begin(
        session, actor, group.id, actor.person_id, at=at, came_by=CameBy.OPEN, trial_days=0
    )


def _stewards(
    session: Session, actor: Actor, parent: Community, steward_ids: tuple[Id, ...]
) -> tuple[Id, ...]:
    """The founder's and the named ones' persons; all of them are members of the root."""
    wanted = set(steward_ids)
    found = session.scalars(
        select(Membership.person_id).where(
            Membership.id.in_(wanted),
            Membership.community_id == parent.id,
            Membership.ended_on.is_(None),
            Membership.person_id != actor.person_id,
        )
    ).all()
    known = session.scalar(
        select(func.count())
        .select_from(Membership)
        .where(Membership.id.in_(wanted), Membership.community_id == parent.id, Membership.ended_on.is_(None))
    )
    if known != len(wanted):
        raise Invalid(N_("Stewards of a group are members of the community above."))
    return (*((actor.person_id,) if actor.person_id else ()), *found)
