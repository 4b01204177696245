"""What stands in a thread, and whom one talks with."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import aliased

from minga.communication import access
from minga.communication.models import (
    Post,
    Thread,
    ThreadMember,
)
from minga.communication.rules import (
    POSTS_SHOWN,
)
from minga.communities.access import Stub
from minga.communities.models import Hidden
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import NotFound, NotSignedIn
from minga.kit.ids import Id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of
from minga.kit.refs import Ref, address_of
from minga.kit.sealed import FieldKey, field_key

NEWEST_MAX = 10_000
TOLD_MAX = 1_000


@dataclass(frozen=True, slots=True)
class PostRow:
    """One message as it is read; without name while it is not told.

    Without words when its author took it back, and for all but the author when moderators have hidden it.
    """

    id: Id
    author_id: Id
    author_name: str
    words: str
    at: datetime
    edited: bool
    removed: bool
    mine: bool
    hidden: Stub | None = None
    may_restore: bool = False


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
    last_hidden: bool = False


def thread(session: Session, actor: Actor, ref: Ref, *, at: datetime) -> ThreadView:
    """What was written about a thing, for those who see the thing."""
    ref = access.ref_of(session, actor, str(ref), at=at)
    taking_part = access.may_write(session, actor, ref, at=at)
    found = access.thread_of(session, ref)
    if found is None:
        return ThreadView(str(ref), ref, (), False, taking_part, 0)
    rows = session.execute(
        _posts().where(Post.thread_id == found.id).order_by(Post.id.desc()).limit(POSTS_SHOWN + 1)
    ).all()
    key = field_key(session)
    member = session.get(ThreadMember, (found.id, actor.person_id)) if actor.signed_in else None
    read_to = (member.read_to if member else None) or ""
    posts = tuple(_post(key, actor, row) for row in reversed(rows[:POSTS_SHOWN]))
    unread = sum(1 for post in posts if not post.mine and post.id > read_to) if member else 0
    return ThreadView(found.id, ref, posts, len(rows) > POSTS_SHOWN, taking_part, unread)


def _post(key: FieldKey, actor: Actor, row: Any) -> PostRow:
    post, name = row[0], row[1]
    removed, mine = post.removed_at is not None, post.author_id == actor.person_id
    hidden = Stub(row[2], row[3], row[4]) if row[4] is not None else None
    return PostRow(
        id=post.id,
        author_id=post.author_id,
        author_name=name,
        words="" if removed or (hidden and not mine) else key.open(post.sealed, post.id),
        at=post.at,
        edited=post.edited_at is not None,
        removed=removed,
        mine=mine,
        hidden=hidden,
        may_restore=mine and removed and bool(post.sealed),
    )


def writers(session: Session, ref: Ref) -> tuple[Id, ...]:
    """Those who wrote or are told in the discussion about a thing; asked by reactions, never shown."""
    found = access.thread_of(session, ref)
    if found is None:
        return ()
    return tuple(
        session.scalars(
            select(ThreadMember.person_id).where(ThreadMember.thread_id == found.id).limit(TOLD_MAX)
        )
    )


def has_written(session: Session, actor: Actor, ref: Ref, *, since: datetime | None = None) -> bool:
    """Whether the actor has written about a thing, since a moment if one is given."""
    wanted = (
        select(Post.id)
        .join(Thread, Thread.id == Post.thread_id)
        .where(Thread.ref_kind == ref.kind, Thread.ref_id == ref.id, Post.author_id == actor.person_id)
    )
    if since is not None:
        wanted = wanted.where(Post.at >= since)
    return session.scalar(wanted.limit(1)) is not None


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
        last_hidden=last.hidden is not None and not last.mine and not last.removed,
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
    return {row[0].id: _post(key, actor, row) for row in rows}


def _posts() -> Any:
    """Messages with the name of who wrote them, as far as it is told, and why they are hidden, if they are."""
    named = case((ThreadMember.unnamed, ""), else_=Person.name)
    return (
        select(Post, named, Hidden.clause, Hidden.words, Hidden.hidden_at)
        .join(Person, Person.id == Post.author_id)
        .outerjoin(
            Hidden,
            and_(Hidden.about_id == Post.id, Hidden.kind == "post", Hidden.shown_again_at.is_(None)),
        )
        .join(
            ThreadMember,
            and_(ThreadMember.thread_id == Post.thread_id, ThreadMember.person_id == Post.author_id),
        )
    )


def posts_lately(session: Session, actor: Actor, *, at: datetime) -> int:
    """How many messages were written in the last day, of the newest ten thousand; for whoever runs the machine."""
    if not actor.operator:
        raise NotFound()
    newest = select(Post.at, Post.removed_at).order_by(Post.id.desc()).limit(NEWEST_MAX).subquery()
    of_a_day = select(func.count()).where(newest.c.at > at - timedelta(days=1), newest.c.removed_at.is_(None))
    return session.scalar(of_a_day) or 0
