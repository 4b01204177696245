"""Writing in threads, reading on, telling people, and putting off what can wait."""

from datetime import datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from minga.communication import access, rules
from minga.communication.events import PostRemoved, PostWritten
from minga.communication.models import Notice, Post, PutOff, Thread, ThreadMember
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid, NotSignedIn
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id, new_id
from minga.kit.refs import NeedLine, Ref, TakingPart, needs
from minga.kit.sealed import field_key
from minga.kit.text import clean_text

EMPTY = N_("Write a few words first.")


def post(
    session: Session,
    actor: Actor,
    thread: str,
    words: str,
    *,
    form_id: str,
    at: datetime,
) -> Post:
    """Write in a thread, named by its id or as `kind:id` of the thing it hangs on. Sent twice, it stands once."""
    ref = access.ref_of(session, actor, thread, at=at)
    circle = access.people_to_write(session, actor, ref)
    key = f"{actor.person_id}:{form_id}"
    before = session.scalar(select(Post).where(Post.form_id == key))
    if before is not None:
        return before
    said = clean_text(words, rules.WORDS_MAX, field="words")
    if not said:
        raise Invalid(EMPTY, fields={"words": EMPTY})
    access.may_write_to_each_other(session, circle.people)
    _check_rate(session, actor, at)
    found = access.thread_of(session, ref) or _open_thread(session, ref, circle, at)
    post_id = new_id()
    new = Post(
        id=post_id,
        thread_id=found.id,
        author_id=actor.person_id,
        form_id=key,
        sealed=field_key(session).seal(said, post_id),
        via=actor.via,
        at=at,
    )
    session.add(new)
    found.last_post_at = at
    session.flush()
    _read_to(session, found.id, actor.person_id, post_id, at)
    emit(
        session,
        actor,
        PostWritten(
            thread_id=found.id, post_id=new.id, author_id=new.author_id, ref_kind=ref.kind, ref_id=ref.id
        ),
        community_id=found.community_id,
        at=at,
    )
    return new


def _check_rate(session: Session, actor: Actor, at: datetime) -> None:
    by_me = select(func.count()).select_from(Post).where(Post.author_id == actor.person_id)
    minute = session.scalar(by_me.where(Post.at > at - timedelta(minutes=1))) or 0
    day = session.scalar(by_me.where(Post.at > at - timedelta(days=1))) or 0
    rules.check_rate(minute, day)


def _open_thread(session: Session, ref: Ref, circle: TakingPart, at: datetime) -> Thread:
    """The thread of a thing, with those who take part; when two open it at once, both get the same one."""
    made = Thread(
        community_id=circle.community_id,
        ref_kind=ref.kind,
        ref_id=ref.id,
        kind=rules.ThreadKind.RELAY,
        made_at=at,
        last_post_at=at,
    )
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
            session.add_all(
                ThreadMember(thread_id=made.id, person_id=person_id, joined_at=at)
                for person_id in circle.people
            )
    except IntegrityError:
        there = access.thread_of(session, ref)
        if there is None:
            raise
        return there
    return made


def name_all(session: Session, ref: Ref) -> None:
    """From now on those who take part know each other's names."""
    found = access.thread_of(session, ref)
    if found is not None:
        session.execute(
            update(ThreadMember)
            .where(ThreadMember.thread_id == found.id, ThreadMember.unnamed)
            .values(unnamed=False)
        )


def change_post(session: Session, actor: Actor, post_id: Id, words: str, *, at: datetime) -> Post:
    """Put other words in one's own message; after a quarter of an hour it says that it was changed."""
    found = access.own_post(session, actor, post_id, at=at)
    if found.removed_at is not None:
        raise Conflict(N_("This message was taken back."), code="removed")
    said = clean_text(words, rules.WORDS_MAX, field="words")
    if not said:
        raise Invalid(EMPTY, fields={"words": EMPTY})
    found.sealed = field_key(session).seal(said, found.id)
    if at > found.at + rules.EDIT_SILENTLY:
        found.edited_at = at
    return found


def remove_post(session: Session, actor: Actor, post_id: Id, *, at: datetime) -> Post:
    """Take one's own message back: its words go, that it was there stays. Twice changes nothing."""
    found = access.own_post(session, actor, post_id, at=at)
    if found.removed_at is None:
        found.sealed, found.removed_at, found.removed_by_id = "", at, actor.person_id
        thread = session.get_one(Thread, found.thread_id)
        emit(
            session,
            actor,
            PostRemoved(thread_id=thread.id, post_id=found.id),
            community_id=thread.community_id,
            at=at,
        )
    return found


def read_thread(session: Session, actor: Actor, thread: str, *, at: datetime) -> None:
    """Note that the actor has read everything that stands in a thread now."""
    ref = access.ref_of(session, actor, thread, at=at)
    found = access.thread_of(session, ref)
    if found is None or not actor.signed_in:
        return
    last = session.scalar(select(func.max(Post.id)).where(Post.thread_id == found.id))
    if last is not None:
        _read_to(session, found.id, actor.person_id, last, at)


def _read_to(session: Session, thread_id: Id, person_id: Id | None, post_id: Id, at: datetime) -> None:
    member = session.get(ThreadMember, (thread_id, person_id))
    if member is not None and (member.read_to is None or member.read_to < post_id):
        member.read_to = post_id


def notify(
    session: Session,
    person_id: Id,
    *,
    event_id: Id,
    notice_class: rules.NoticeClass,
    ref: Ref,
    sentence: str,
    facts: dict[str, Any],
    community_id: Id | None,
    at: datetime,
    urgency: rules.Urgency = rules.Urgency.NORMAL,
) -> Notice | None:
    """Tell a person about an event, once however often it is said; None when they were told before."""
    told = select(Notice.id).where(Notice.person_id == person_id, Notice.event_id == event_id)
    if session.scalar(told) is not None:
        return None
    notice = Notice(
        person_id=person_id,
        event_id=event_id,
        community_id=community_id,
        notice_class=notice_class,
        urgency=urgency,
        ref_kind=ref.kind,
        ref_id=ref.id,
        sentence=sentence,
        facts=facts,
        made_at=at,
    )
    session.add(notice)
    session.flush()
    return notice


def see_notices(session: Session, actor: Actor, *, at: datetime) -> None:
    """Mark all one's notices as seen."""
    if not actor.signed_in:
        raise NotSignedIn()
    session.execute(
        update(Notice).where(Notice.person_id == actor.person_id, Notice.seen_at.is_(None)).values(seen_at=at)
    )


def put_off(session: Session, actor: Actor, kind: str, ref: Ref, *, zone: tzinfo, at: datetime) -> None:
    """Hide a line of *Needs you* until the next morning; twice at most, and never what cannot wait."""
    if not actor.signed_in:
        raise NotSignedIn()
    line = _line(session, actor, kind, ref, at)
    if line is None:
        return
    if line.weight >= 3:
        raise Conflict(N_("This cannot wait."), code="cannot_wait")
    found = session.get(PutOff, (actor.person_id, kind, ref.kind, ref.id))
    if found is None:
        session.add(
            PutOff(
                person_id=actor.person_id,
                kind=kind,
                ref_kind=ref.kind,
                ref_id=ref.id,
                until_at=rules.next_morning(at, zone),
                times=1,
            )
        )
    elif found.until_at > at:
        return
    elif found.times >= rules.LATER_TIMES_MAX:
        raise Conflict(N_("You have put this off twice. Do it, or say no."), code="put_off_twice")
    else:
        found.times, found.until_at = found.times + 1, rules.next_morning(at, zone)


def _line(session: Session, actor: Actor, kind: str, ref: Ref, at: datetime) -> NeedLine | None:
    waiting = needs.of(session, actor, at=at)
    return next((line for line in waiting if line.kind == kind and line.ref == ref), None)
