"""Communities as pages and the API show them: one's own, those that may be found, one in full, its groups."""

import json
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Text, and_, case, cast, false, func, or_, select
from sqlalchemy.orm import aliased

from minga.communities.access import (
    communities_of,
    community_to_see,
    place_of,
    policies,
    visible_communities,
)
from minga.communities.models import (
    Community,
    Lineage,
    Membership,
    Pause,
    Policy,
    SlugPast,
)
from minga.communities.queries.members import roles_of, standing_now
from minga.communities.queries.partners import is_near, partner_of
from minga.communities.rules import policy_kind
from minga.communities.rules.time import last_day
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id, is_id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of

GROUPS_MAX = 200
LISTED = ("node", "network", "public")


class CommunityCard(msgspec.Struct, frozen=True, kw_only=True):
    """A community in a list. `members` is None where it is not told."""

    id: Id
    slug: str
    name: str
    purpose: str
    kind: str
    language: str
    is_mine: bool
    members: int | None
    joining: str


class CommunityPage(msgspec.Struct, frozen=True, kw_only=True):
    """A community in full, as far as the reader may see it."""

    id: Id
    slug: str
    name: str
    kind: str
    purpose: str
    description: str
    contact: str
    notice: str
    language: str
    zone: str
    currency: str | None
    photo: str | None
    parent_id: Id | None
    parent_slug: str | None
    parent_name: str | None
    root_id: Id
    joining: str
    joining_mode: str
    listed: str
    members: int | None
    is_member: bool
    is_inside: bool
    partner_of: tuple[str, ...]
    """The reader's communities that have an active partnership with this one, by name."""
    closed: bool
    archived: bool
    made_at: datetime
    version: int


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A group in a community, as its list shows it."""

    id: Id
    slug: str
    name: str
    purpose: str
    joining_mode: str
    depth: int
    is_member: bool
    members: int


def set_by(key: str, community: Any, at: datetime) -> Any:
    """What a root community has set last for a rule, as JSON text; null when nothing."""
    return (
        select(cast(Policy.value, Text))
        .where(Policy.community_id == community, Policy.key == key, Policy.since_at <= at)
        .order_by(Policy.since_at.desc(), Policy.id.desc())
        .limit(1)
        .correlate(Community)
        .scalar_subquery()
    )


def member_count(community: Any) -> Any:
    """How many live memberships a community has, beside its row."""
    return (
        select(func.count())
        .select_from(Membership)
        .where(Membership.community_id == community, Membership.ended_on.is_(None))
        .correlate(Community)
        .scalar_subquery()
    )


def communities(
    session: Session,
    actor: Actor,
    *,
    at: datetime,
    q: str = "",
    kind: str = "",
    after: str | None = None,
    limit: int | None = None,
) -> Page[CommunityCard]:
    """One's own communities first, then those that show themselves on this node, by name. Nobody sees none."""
    most = limit_of(limit)
    mine = Community.id.in_(communities_of(actor))
    listed = set_by("community.listed", Community.id, at)
    found_by = and_(Community.parent_id.is_(None), listed.in_([f'"{one}"' for one in LISTED]))
    rank = case((mine, 0), else_=1).label("rank")
    name = func.lower(Community.name).label("sorted_name")
    question = select(
        rank,
        name,
        Community.id,
        Community.slug,
        Community.name,
        Community.purpose,
        Community.kind,
        Community.language,
        set_by("community.show_member_count", Community.id, at).label("count_shown"),
        set_by("joining.way", Community.id, at).label("way"),
        member_count(Community.id).label("members"),
    ).where(or_(mine, found_by) if actor.signed_in else false(), Community.archived_at.is_(None))
    if q:
        question = question.where(func.lower(Community.name).contains(q.lower()[:80], autoescape=True))
    if kind:
        question = question.where(Community.kind == kind)
    if after:
        cursor = Cursor.decode(after, int, str, str)
        question = question.where(beyond((rank, name, Community.id), cursor))
    rows = session.execute(question.order_by(rank, name, Community.id).limit(most + 1)).all()
    page = page_of(rows, most, lambda row: (row.rank, row.sorted_name, row.id))
    return Page(tuple(_card(row) for row in page.items), page.next)


def _card(row: Any) -> CommunityCard:
    told = row.rank == 0 or read_rule(row.count_shown, "community.show_member_count")
    return CommunityCard(
        id=row.id,
        slug=row.slug,
        name=row.name,
        purpose=row.purpose,
        kind=row.kind,
        language=row.language,
        is_mine=row.rank == 0,
        members=row.members if told else None,
        joining=read_rule(row.way, "joining.way"),
    )


def read_rule(text: str | None, key: str) -> Any:
    """The value of a rule that was read as JSON text, or its default."""
    return policy_kind(key).default if text is None else json.loads(text)


def community(session: Session, actor: Actor, slug_or_id: str, *, at: datetime) -> CommunityPage:
    """One community: in full for its members and those above, as a card where it shows itself, else not found."""
    if len(slug_or_id) > 64:
        raise NotFound()
    above = aliased(Community)
    named = Community.id if is_id(slug_or_id) else Community.slug
    row = session.execute(
        select(Community, above.slug, above.name, member_count(Community.id))
        .outerjoin(above, above.id == Community.parent_id)
        .where(named == slug_or_id)
    ).first()
    if row is None:
        raise NotFound()
    found: Community = row[0]
    if found.id in actor.locked:
        community_to_see(session, actor, found.id, at=at)
    inside = found.id in set(
        session.scalars(visible_communities(actor).where(Lineage.community_id == found.id))
    )
    rules = {key: policies.value(session, found.id, key, at=at) for key in _SHOWN}
    listed = rules["community.listed"]
    shown = _shows_itself(found, listed) and (actor.signed_in or listed == "public")
    if not inside and not shown and not is_near(session, actor, found, at):
        raise NotFound()
    place = place_of(session, actor, found.id, at=at)
    told = inside or rules["community.show_member_count"]
    return CommunityPage(
        id=found.id,
        slug=found.slug,
        name=found.name,
        kind=found.kind,
        purpose=found.purpose,
        description=found.description,
        contact=found.contact if inside else "",
        notice=found.notice if inside else "",
        language=found.language,
        zone=found.zone,
        currency=found.currency,
        photo=found.photo,
        parent_id=found.parent_id,
        parent_slug=row[1],
        parent_name=row[2],
        root_id=found.root_id,
        joining=rules["joining.way"],
        joining_mode=found.joining_mode,
        listed=listed,
        members=row[3] if told else None,
        is_member=place is not None and place.membership_id is not None,
        is_inside=inside,
        partner_of=partner_of(session, actor, found.id),
        closed=found.archived_at is not None or found.paused_at is not None,
        archived=found.archived_at is not None,
        made_at=found.made_at,
        version=found.version,
    )


_SHOWN = ("community.listed", "community.show_member_count", "joining.way")


def _shows_itself(found: Community, listed: str) -> bool:
    return found.parent_id is None and found.archived_at is None and listed != "nobody"


def moved(session: Session, actor: Actor, slug: str, *, at: datetime) -> str | None:
    """The present address behind one that a community gave up, if the reader may see that community."""
    community_id = session.scalar(
        select(SlugPast.community_id).where(SlugPast.slug == slug[:40], SlugPast.until_at > at)
    )
    if community_id is None:
        return None
    try:
        return community(session, actor, community_id, at=at).slug
    except NotFound:
        return None


def subgroups(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[Group]:
    """The groups below a community that the reader may know of, upper ones first."""
    top = community_to_see(session, actor, community_id, at=at)
    mine = Community.id.in_(communities_of(actor)).label("mine")
    rows = session.execute(
        select(
            Community.id,
            Community.slug,
            Community.name,
            Community.purpose,
            Community.joining_mode,
            Lineage.steps,
            mine,
            member_count(Community.id),
        )
        .join(Lineage, Lineage.community_id == Community.id)
        .where(
            Lineage.above_id == top.id,
            Lineage.steps > 0,
            Community.id.in_(visible_communities(actor)),
            Community.archived_at.is_(None),
        )
        .order_by(Lineage.steps, func.lower(Community.name), Community.id)
        .limit(GROUPS_MAX)
    )
    return [
        Group(
            id=row[0],
            slug=row[1],
            name=row[2],
            purpose=row[3],
            joining_mode=row[4],
            depth=row[5],
            is_member=bool(row[6]),
            members=row[7],
        )
        for row in rows
    ]


class Mine(msgspec.Struct, frozen=True, kw_only=True):
    """One's own membership, as the page of one's communities shows it."""

    membership_id: Id
    community_id: Id
    slug: str
    name: str
    parent_id: Id | None
    standing: str
    joined_on: date
    trial_last_day: date | None
    rests_until: datetime | None
    rests_by_self: bool | None
    rests_because: str
    roles: list[str]


def my_communities(session: Session, actor: Actor, *, at: datetime) -> list[Mine]:
    """Everywhere the actor is a member, also where stewards let the membership rest."""
    rows = session.execute(
        select(Membership, Community, Pause)
        .join(Community, Community.id == Membership.community_id)
        .outerjoin(Pause, and_(Pause.membership_id == Membership.id, Pause.ended_at.is_(None)))
        .where(Membership.person_id == (actor.person_id or ""), Membership.ended_on.is_(None))
        .order_by(Community.root_id, Community.made_at, Community.id)
        .limit(GROUPS_MAX)
    ).all()
    held = roles_of(session, [row[0].id for row in rows], at=at)
    return [_mine(one, where, pause, held.get(one.id, []), at) for one, where, pause in rows]


def _mine(one: Membership, where: Community, pause: Pause | None, roles: list[str], at: datetime) -> Mine:
    trial = one.trial_ends_at if one.full_on is None else None
    return Mine(
        membership_id=one.id,
        community_id=where.id,
        slug=where.slug,
        name=where.name,
        parent_id=where.parent_id,
        standing=standing_now(one, pause, at),
        joined_on=one.joined_on,
        trial_last_day=last_day(trial, where.zone) if trial and trial > at else None,
        rests_until=pause.until_at if pause else None,
        rests_by_self=pause.by_self if pause else None,
        rests_because=pause.reason if pause else "",
        roles=roles,
    )


def community_id(session: Session, actor: Actor, slug: str, *, at: datetime) -> Id:
    """The id behind an address, for whoever runs the node and those who may see the community."""
    if not actor.operator:
        return community(session, actor, slug, at=at).id
    found = session.scalar(select(Community.id).where(Community.slug == slug[:40]))
    if found is None:
        raise NotFound()
    return found
