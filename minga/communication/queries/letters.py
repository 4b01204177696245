"""What is to be told or printed for those whom one looks after."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from minga.communication import access
from minga.communication.models import (
    Notice,
)
from minga.communities.models import Community, Keeping
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import NotSignedIn
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of
from minga.kit.refs import LINES_MAX, Act, NeedLine, Ref, needs


@dataclass(frozen=True, slots=True)
class LetterRow:
    """Something to tell or print, and for whom."""

    id: Id
    name: str
    sentence: str
    facts: dict[str, Any]
    made_at: datetime


def letters(
    session: Session, actor: Actor, community_id: Id, *, after: str | None = None, limit: int | None = None
) -> Page[LetterRow]:
    """What those whom the actor looks after were told there and have not heard yet, oldest first."""
    if not actor.signed_in or actor.for_by is not None:
        raise NotSignedIn()
    access.require_scope(actor, "read")
    many, kept = limit_of(limit), access.kept_people(actor).subquery()
    wanted = (
        select(Notice.id, Person.name, Notice.sentence, Notice.facts, Notice.made_at)
        .join(kept, (kept.c.person_id == Notice.person_id) & (kept.c.community_id == Notice.community_id))
        .join(Person, Person.id == Notice.person_id)
        .where(Notice.community_id == community_id, Notice.seen_at.is_(None))
        .order_by(Notice.id)
        .limit(many + 1)
    )
    if after:
        wanted = wanted.where(beyond((Notice.id,), Cursor.decode(after, str)))
    page = page_of(session.execute(wanted).all(), many, lambda row: (row.id,))
    return Page(tuple(LetterRow(*row) for row in page.items), page.next)


@needs.register
def needs_of(session: Session, actor: Actor, *, at: datetime) -> tuple[NeedLine, ...]:
    """Letters that wait to be told or printed, a line for each person, by one statement."""
    if not actor.signed_in or actor.for_by is not None:
        return ()
    kept = access.kept_people(actor).subquery()
    rows = session.execute(
        select(
            Keeping.id,
            Person.name,
            Community.id.label("community_id"),
            Community.slug,
            func.count().label("n"),
            func.min(Notice.made_at).label("since_at"),
        )
        .join(kept, (kept.c.person_id == Notice.person_id) & (kept.c.community_id == Notice.community_id))
        .join(Person, Person.id == Notice.person_id)
        .join(Community, Community.id == Notice.community_id)
        .join(Keeping, (Keeping.person_id == Person.id) & Keeping.until_at.is_(None))
        .where(Notice.seen_at.is_(None))
        .group_by(Keeping.id, Person.name, Community.id, Community.slug)
        .order_by(Keeping.id)
        .limit(LINES_MAX)
    )
    return tuple(_letters_line(row) for row in rows)


def _letters_line(row: Any) -> NeedLine:
    return NeedLine(
        kind="letters",
        ref=Ref("keeping", row.id),
        title=N_("Letters to tell or print for {name}: {n}."),
        facts={"name": row.name, "n": row.n},
        community_id=row.community_id,
        since_at=row.since_at,
        weight=0,
        acts=(Act(N_("Read"), None, f"/c/{row.slug}/letters"),),
    )
