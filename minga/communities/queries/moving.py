"""What was taken out of a community, and where it came from, for those who may take it out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from minga.communities.access import require
from minga.communities.access.moving import TAKE_OUT
from minga.communities.access.moving import export_to_take as _to_take
from minga.communities.models import Community, CommunityExport, CommunityOrigin, Lineage, Membership
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id

SHOWN = 20
SLUGS_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportLine:
    """One file: who asked, who agreed, and whether it is being made, ready, or over."""

    id: Id
    asked_by: str
    agreed_by: str | None
    asked_at: datetime
    until_at: datetime | None
    size: int | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a community came from."""

    name: str
    did: str
    is_fork: bool
    came_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPage:
    """The page: the root community, its files, and its origin when it came from elsewhere."""

    root_name: str
    lines: tuple[ExportLine, ...]
    origin: Origin | None


def exports(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> ExportPage:
    """Files of a community with all its groups, newest first."""
    root = session.get_one(Community, session.get_one(Community, community_id).root_id)
    require(session, actor, TAKE_OUT, root.id, at=at, seconded=True)
    agreed = aliased(Person)
    rows = session.execute(
        select(CommunityExport, Person.name, agreed.name)
        .join(Person, Person.id == CommunityExport.asked_by_id)
        .outerjoin(agreed, agreed.id == CommunityExport.agreed_by_id)
        .where(CommunityExport.community_id == root.id)
        .order_by(CommunityExport.id.desc())
        .limit(SHOWN)
    ).all()
    came = session.get(CommunityOrigin, root.id)
    return ExportPage(
        root_name=root.name,
        lines=tuple(
            ExportLine(
                id=one.id,
                asked_by=asker,
                agreed_by=other,
                asked_at=one.asked_at,
                until_at=one.until_at,
                size=one.size,
                state=_state(one, at),
            )
            for one, asker, other in rows
        ),
        origin=Origin(name=came.origin_name, did=came.origin_did, is_fork=came.is_fork, came_at=came.came_at)
        if came
        else None,
    )


def _state(one: CommunityExport, at: datetime) -> str:
    if one.until_at is None:
        return "waiting"
    return "ready" if one.until_at > at else "over"


def export_ready(session: Session, actor: Actor, export_id: Id, *, at: datetime) -> tuple[Id, str]:
    """The number of a file and its community's address, when it is there to be taken; NotFound otherwise."""
    found = _to_take(session, actor, export_id, at=at)
    slug = session.get_one(Community, found.community_id).slug
    return (found.id, slug) if _state(found, at) == "ready" else ("", slug)


def people_of(session: Session, actor: Actor, slugs: Sequence[str], *, at: datetime) -> list[Id]:
    """Whoever was ever a member of these communities or their groups; for whoever runs the node, to be told."""
    if not actor.operator:
        raise NotFound()
    trees = (
        select(Lineage.community_id)
        .join(Community, Community.id == Lineage.above_id)
        .where(Community.slug.in_(list(slugs)[:SLUGS_MAX]))
    )
    return list(
        session.scalars(select(Membership.person_id).where(Membership.community_id.in_(trees)).distinct())
    )
