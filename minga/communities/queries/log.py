"""The log of a community: facts as their audiences read them, and where its chain stands."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from minga.communities.access import communities_of, community_to_see, may, require
from minga.communities.models import Community, Membership
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.chains import ChainHead, head_of
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.events import EventRow
from minga.kit.ids import Id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of

EXPORT_MAX = 10_000


class LogLine(msgspec.Struct, frozen=True, kw_only=True):
    """One fact: who did what to whom, when, by which door."""

    id: Id
    name: str
    happened_at: datetime
    actor: str | None
    actor_handle: str | None
    person: str | None
    entered_by: str | None
    """Who acted for `actor`."""
    via: str
    audience: str
    facts: dict[str, Any]


class LogHead(msgspec.Struct, frozen=True, kw_only=True):
    """The newest link of the chain, and the last one that the node signed."""

    chain: Id
    seq: int
    hash: str
    signed_day: date | None
    signed_seq: int | None
    signed_hash: str | None
    signature: str | None
    public_key: str | None


class LogFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What to leave out: by name of the event, by handle of whoever acted or is concerned, by day."""

    name: str = ""
    handle: str = ""
    since_on: date | None = None
    until_on: date | None = None


ALL = LogFilter()


def log(
    session: Session,
    actor: Actor,
    community_id: Id,
    *,
    at: datetime,
    only: LogFilter = ALL,
    after: str | None = None,
    limit: int | None = None,
) -> Page[LogLine]:
    """The log, newest first: members read what concerns all, stewards everything that is not private."""
    most = limit_of(limit)
    question = _question(session, actor, community_id, only, at)
    if after:
        cursor = Cursor.decode(after, str)
        question = question.where(beyond((EventRow.id,), cursor, descending=True))
    rows = session.execute(question.limit(most + 1)).all()
    page = page_of(rows, most, lambda row: (row.id,))
    return Page(tuple(_line(row) for row in page.items), page.next)


def log_export(
    session: Session, actor: Actor, community_id: Id, *, at: datetime, only: LogFilter = ALL
) -> list[LogLine]:
    """The newest 10,000 lines that fit, for a file."""
    question = _question(session, actor, community_id, only, at)
    return [_line(row) for row in session.execute(question.limit(EXPORT_MAX))]


def _question(session: Session, actor: Actor, community_id: Id, only: LogFilter, at: datetime) -> Any:
    community = community_to_see(session, actor, community_id, at=at)
    require(session, actor, "log.see", community.id, at=at)
    audiences = ["members"]
    if may(session, actor, "log.see_full", community.id, at=at):
        audiences.append("stewards")
    doer, concerned, enterer = aliased(Person), aliased(Person), aliased(Person)
    question = (
        select(
            EventRow.id,
            EventRow.name,
            EventRow.happened_at,
            doer.name.label("actor"),
            doer.handle.label("actor_handle"),
            concerned.name.label("person"),
            enterer.name.label("entered_by"),
            EventRow.via,
            EventRow.audience,
            EventRow.facts,
            (EventRow.actor_id == EventRow.person_id).label("own"),
        )
        .outerjoin(doer, doer.id == EventRow.actor_id)
        .outerjoin(concerned, concerned.id == EventRow.person_id)
        .outerjoin(enterer, enterer.id == EventRow.for_id)
        .where(EventRow.community_id == community.id, EventRow.audience.in_(audiences))
        .order_by(EventRow.id.desc())
    )
    return _narrowed(question, only, community, doer, concerned)


def _narrowed(question: Any, only: LogFilter, community: Community, doer: Any, concerned: Any) -> Any:
    if only.name:
        question = question.where(EventRow.name == only.name[:60])
    if only.handle:
        key = only.handle.strip().lstrip("@").lower()[:30]
        question = question.where(or_(doer.handle_key == key, concerned.handle_key == key))
    zone = ZoneInfo(community.zone)
    if only.since_on:
        question = question.where(EventRow.happened_at >= _midnight(only.since_on, zone))
    if only.until_on:
        question = question.where(EventRow.happened_at < _midnight(only.until_on + timedelta(days=1), zone))
    return question


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _line(row: Any) -> LogLine:
    return LogLine(
        id=row.id,
        name=row.name,
        happened_at=row.happened_at,
        actor=row.actor,
        actor_handle=row.actor_handle,
        person=None if row.own else row.person,
        entered_by=row.entered_by,
        via=row.via,
        audience=row.audience,
        facts=row.facts,
    )


def log_names(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[str]:
    """The names of events that occur in what the reader may see."""
    found = _question(session, actor, community_id, ALL, at).with_only_columns(EventRow.name)
    return sorted(session.scalars(found.order_by(None).distinct().limit(200)))


def log_head(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> LogHead:
    """Where the chain of the community's root stands, for those who read the log."""
    community = community_to_see(session, actor, community_id, at=at)
    require(session, actor, "log.see", community.id, at=at)
    seq, head = head_of(session, community.root_id)
    signed = session.scalars(
        select(ChainHead).where(ChainHead.chain == community.root_id).order_by(ChainHead.day.desc()).limit(1)
    ).first()
    return LogHead(
        chain=community.root_id,
        seq=seq,
        hash=head,
        signed_day=signed.day if signed else None,
        signed_seq=signed.seq if signed else None,
        signed_hash=signed.hash if signed else None,
        signature=signed.signature if signed else None,
        public_key=signed.public_key if signed else None,
    )


def chain_of(session: Session, actor: Actor, slug: str) -> str:
    """The chain that carries a community's events; for whoever has the machine, or a member."""
    found = session.execute(select(Community.id, Community.root_id).where(Community.slug == slug)).first()
    if found is None or not (actor.operator or _is_inside(session, actor, found.id)):
        raise NotFound()
    return str(found.root_id)


def _is_inside(session: Session, actor: Actor, community_id: Id) -> bool:
    inside = communities_of(actor).where(Membership.community_id == community_id)
    return session.execute(inside).first() is not None
