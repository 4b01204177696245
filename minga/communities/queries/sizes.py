"""Every community of the node by name and size, for whoever runs it; nothing of its content."""

from datetime import datetime

import msgspec
from sqlalchemy import select

from minga.communities.models import Community
from minga.communities.queries.communities import member_count
from minga.communities.rules import JoiningMode
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Forbidden
from minga.kit.i18n import N_
from minga.kit.ids import Id

ALL_MAX = 1_000


class Sized(msgspec.Struct, frozen=True, kw_only=True):
    """A community as whoever runs the node sees it: name, size, age, and nothing of its content."""

    id: Id
    slug: str
    name: str
    members: int
    made_at: datetime
    paused: bool
    archived: bool


def all_communities(session: Session, actor: Actor) -> list[Sized]:
    """Every community of the node except quiet groups, for whoever runs it."""
    if not actor.operator:
        raise Forbidden(N_("Only whoever runs this node can do that."))
    rows = session.execute(
        select(
            Community.id,
            Community.slug,
            Community.name,
            member_count(Community.id),
            Community.made_at,
            Community.paused_at,
            Community.archived_at,
        )
        .where(Community.joining_mode != JoiningMode.QUIET)
        .order_by(Community.made_at, Community.id)
        .limit(ALL_MAX)
    )
    return [
        Sized(
            id=row[0],
            slug=row[1],
            name=row[2],
            members=row[3],
            made_at=row[4],
            paused=row[5] is not None,
            archived=row[6] is not None,
        )
        for row in rows
    ]
