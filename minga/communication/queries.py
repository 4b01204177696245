"""What stands in a thread, whom one talks with, what one was told, and what waits for one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, select, tuple_
from sqlalchemy.orm import aliased

from minga.communication import access
from minga.communication.models import Notice, Post, PutOff, Thread, ThreadMember
from minga.communication.rules import POSTS_SHOWN, NoticeClass, Urgency
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import NotSignedIn
from minga.kit.ids import Id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of
from minga.kit.refs import NeedLine, Ref, address_of, needs
from minga.kit.sealed import FieldKey, field_key


@dataclass(frozen=True, slots=True)
class PostRow:
    """One message as it is read; without words when its author took it back, without name while it is not told."""

    id: Id
    author_id: Id
    author_name: str
    words: str
    at: datetime
    edited: bool
    removed: bool
    mine: bool


@dataclass(frozen=True, slots=True)
class ThreadView:
    """A thread with its newest messages, oldest of them first. `address` names it also before it exists."""

    address: str
    ref: Ref
    posts: tuple[PostRow, ...]
    earlier: bool
    may_write: bool
    unread: int


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """One of my conversations in the list of them."""

    thread_id: Id
    ref: Ref
    page: str | None
    with_names: tuple[str, ...]
    last_post_at: datetime
    last_words: str
    last_mine: bool
    unread: int


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


def thread(session: Session, actor: Actor, ref: Ref, *, at: datetime) -> ThreadView:
    """What was written about a thing, for those who see the thing."""
    ref = access.ref_of(session, actor, str(ref), at=at)
    taking_part = access.may_write(session, actor, ref)
    found = access.thread_of(session, ref)
    if found is None:
        return ThreadView(str(ref), ref, (), False, taking_part, 0)
    rows = session.execute(
        _posts().where(Post.thread_id == found.id).order_by(Post.id.desc()).limit(POSTS_SHOWN + 1)
    ).all()
    key = field_key(session)
    member = session.get(ThreadMember, (found.id, actor.person_id)) if actor.signed_in else None
    read_to = (member.read_to if member else None) or ""
    posts = tuple(_post(key, actor, post, name) for post, name in reversed(rows[:POSTS_SHOWN]))
    unread = sum(1 for post in posts if not post.mine and post.id > read_to) if member else 0
    return ThreadView(found.id, ref, posts, len(rows) > POSTS_SHOWN, taking_part, unread)


def _post(key: FieldKey, actor: Actor, post: Post, name: str) -> PostRow:
    removed = post.removed_at is not None
    return PostRow(
        id=post.id,
        author_id=post.author_id,
        author_name=name,
        words="" if removed else key.open(post.sealed, post.id),
        at=post.at,
        edited=post.edited_at is not None,
        removed=removed,
        mine=post.author_id == actor.person_id,
    )


def ref_of_thread(session: Session, actor: Actor, thread: str, *, at: datetime) -> Ref:
    """The thing a thread hangs on, for whoever may see that thing."""
    return access.ref_of(session, actor, thread, at=at)


def my_threads(
    session: Session, actor: Actor, *, after: str | None = None, limit: int | None = None
) -> Page[ThreadLine]:
    """The conversations one takes part in, the one with the newest message first; three statements."""
    if not actor.signed_in:
        raise NotSignedIn()
    access.require_scope(actor, "read")
    many = limit_of(limit)
    mine = aliased(ThreadMember)
    last_id = select(func.max(Post.id)).where(Post.thread_id == Thread.id).correlate(Thread).scalar_subquery()
    unread = (
        select(func.count())
        .select_from(Post)
        .where(
            Post.thread_id == Thread.id,
            Post.author_id != actor.person_id,
            Post.id > func.coalesce(mine.read_to, ""),
        )
        .correlate(Thread, mine)
        .scalar_subquery()
    )
    wanted = (
        select(Thread.id, Thread.ref_kind, Thread.ref_id, Thread.last_post_at, last_id, unread)
        .join(mine, mine.thread_id == Thread.id)
        .where(mine.person_id == actor.person_id)
        .order_by(Thread.last_post_at.desc(), Thread.id.desc())
        .limit(many + 1)
    )
    if after:
        cursor = Cursor.decode(after, datetime, str)
        wanted = wanted.where(beyond((Thread.last_post_at, Thread.id), cursor, descending=True))
    rows = session.execute(wanted).all()
    page = page_of(rows, many, lambda row: (row[3], row[0]))
    others = _other_names(session, actor, [row[0] for row in page.items])
    last = _posts_by_id(session, actor, [row[4] for row in page.items])
    lines = tuple(
        _thread_line(Ref(row[1], row[2]), row[0], row[3], row[5], others, last[row[4]]) for row in page.items
    )
    return Page(lines, page.next)


def _thread_line(
    ref: Ref, thread_id: Id, at: datetime, unread: int, others: dict[Id, tuple[str, ...]], last: PostRow
) -> ThreadLine:
    return ThreadLine(
        thread_id=thread_id,
        ref=ref,
        page=address_of(ref),
        with_names=others.get(thread_id, ()),
        last_post_at=at,
        last_words=last.words,
        last_mine=last.mine,
        unread=unread,
    )


def _other_names(session: Session, actor: Actor, threads: list[Id]) -> dict[Id, tuple[str, ...]]:
    found = session.execute(
        select(ThreadMember.thread_id, Person.name)
        .join(Person, Person.id == ThreadMember.person_id)
        .where(
            ThreadMember.thread_id.in_(threads),
            ThreadMember.person_id != actor.person_id,
            ~ThreadMember.unnamed,
        )
        .order_by(Person.name)
    )
    names: dict[Id, tuple[str, ...]] = {}
    for thread_id, name in found:
        names[thread_id] = (*names.get(thread_id, ()), name)
    return names


def _posts_by_id(session: Session, actor: Actor, ids: list[Id]) -> dict[Id, PostRow]:
    key = field_key(session)
    rows = session.execute(_posts().where(Post.id.in_(ids)))
    return {post.id: _post(key, actor, post, name) for post, name in rows}


def _posts() -> Any:
    """Messages with the name of who wrote them, as far as it is told."""
    named = case((ThreadMember.unnamed, ""), else_=Person.name)
    return (
        select(Post, named)
        .join(Person, Person.id == Post.author_id)
        .join(
            ThreadMember,
            and_(ThreadMember.thread_id == Post.thread_id, ThreadMember.person_id == Post.author_id),
        )
    )


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


def waiting_for(session: Session, actor: Actor, *, at: datetime) -> tuple[NeedLine, ...]:
    """All that waits for one, most urgent first, without what one has put off."""
    lines = needs.of(session, actor, at=at)
    if not lines:
        return ()
    keys = [(line.kind, line.ref.kind, line.ref.id) for line in lines]
    hidden = {
        tuple(row)
        for row in session.execute(
            select(PutOff.kind, PutOff.ref_kind, PutOff.ref_id).where(
                PutOff.person_id == actor.person_id,
                PutOff.until_at > at,
                tuple_(PutOff.kind, PutOff.ref_kind, PutOff.ref_id).in_(keys),
            )
        )
    }
    return tuple(line for line, key in zip(lines, keys, strict=True) if line.weight >= 3 or key not in hidden)
