"""What one was told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from minga.communication import access
from minga.communication.models import (
    Notice,
)
from minga.communication.rules import (
    NoticeClass,
    Urgency,
)
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotSignedIn
from minga.kit.ids import Id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of
from minga.kit.refs import Ref, address_of


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One thing a person was told."""

    id: Id
    notice_class: NoticeClass
    urgency: Urgency
    sentence: str
    facts: Mapping[str, Any]
    page: str | None
    made_at: datetime
    seen: bool


def notices(
    session: Session, actor: Actor, *, after: str | None = None, limit: int | None = None
) -> Page[NoticeRow]:
    """What one was told, newest first."""
    if not actor.signed_in:
        raise NotSignedIn()
    access.require_scope(actor, "read")
    many = limit_of(limit)
    wanted = (
        select(Notice).where(Notice.person_id == actor.person_id).order_by(Notice.id.desc()).limit(many + 1)
    )
    if after:
        wanted = wanted.where(beyond((Notice.id,), Cursor.decode(after, str), descending=True))
    page = page_of(session.scalars(wanted).all(), many, lambda row: (row.id,))
    return Page(tuple(_notice(row) for row in page.items), page.next)


def _notice(row: Notice) -> NoticeRow:
    return NoticeRow(
        id=row.id,
        notice_class=row.notice_class,
        urgency=row.urgency,
        sentence=row.sentence,
        facts=row.facts,
        page=address_of(Ref(row.ref_kind, row.ref_id)),
        made_at=row.made_at,
        seen=row.seen_at is not None,
    )


def unseen_notices(session: Session, actor: Actor) -> int:
    """How many notices one has not looked at."""
    count = select(func.count()).select_from(Notice)
    return (
        session.scalar(count.where(Notice.person_id == actor.person_id, Notice.seen_at.is_(None))) or 0
        if actor.signed_in
        else 0
    )


def unseen_about(session: Session, actor: Actor, ref: Ref, notice_class: NoticeClass) -> bool:
    """Whether the actor has a notice of that class about a thing and has not looked at it."""
    found = select(Notice.id).where(
        Notice.person_id == actor.person_id,
        Notice.seen_at.is_(None),
        Notice.ref_kind == ref.kind,
        Notice.ref_id == ref.id,
        Notice.notice_class == notice_class,
    )
    return session.scalar(found.limit(1)) is not None
