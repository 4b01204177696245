"""Writing in threads, changing and taking back what one wrote, reading on."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from minga.communication import access, rules
from minga.communication.events import PostRemoved, PostWritten
from minga.communication.models import Post, Thread, ThreadMember
from minga.communities.access import standing_of
from minga.communities.rules import Standing, moderation
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid, TooMany
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id, new_id
from minga.kit.jobs import Run
from minga.kit.refs import Ref, TakingPart, is_discussed
from minga.kit.schedule import every
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
    circle = access.people_to_write(session, actor, ref, at=at)
    key = f"{actor.person_id}:{form_id}"
    before = session.scalar(select(Post).where(Post.form_id == key))
    if before is not None:
        return before
    said = clean_text(words, rules.WORDS_MAX, field="words")
    if not said:
        raise Invalid(EMPTY, fields={"words": EMPTY})
    if not is_discussed(ref.kind):
        access.may_write_to_each_other(session, circle.people)
    _check_rate(session, actor, at)
    alike = _check_spam(session, actor, circle, said, at)
    found = access.thread_of(session, ref) or _open_thread(session, ref, circle, at)
    _join(session, found.id, actor.person_id, at)
    post_id = new_id()
    new = Post(
        id=post_id,
        thread_id=found.id,
        author_id=actor.person_id,
        form_id=key,
        sealed=field_key(session).seal(said, post_id),
        via=actor.via,
        alike=alike,
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


def _check_spam(session: Session, actor: Actor, circle: TakingPart, said: str, at: datetime) -> str:
    """Refuse the same words twenty times in an hour, and links in a newcomer's first messages; answers the mark."""
    mark = field_key(session).mark(moderation.alike_key(said), "alike")[:32]
    mine = select(func.count()).select_from(Post).where(Post.author_id == actor.person_id)
    same = mine.where(Post.at > at - timedelta(hours=1), Post.alike == mark)
    if (session.scalar(same) or 0) >= moderation.SAME_PER_HOUR:
        raise TooMany(moderation.TOO_ALIKE, retry_after=3_600)
    if moderation.has_link(said):
        trial = standing_of(session, actor, circle.community_id, at=at) is Standing.TRIAL
        if trial and (session.scalar(mine) or 0) < moderation.LOOKED_AT_FIRST:
            raise Invalid(moderation.NO_LINKS_YET, fields={"words": moderation.NO_LINKS_YET})
    return mark


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
                ThreadMember(
                    thread_id=made.id,
                    person_id=person_id,
                    joined_at=at,
                    unnamed=person_id in circle.unnamed,
                )
                for person_id in circle.people
            )
    except IntegrityError:
        there = access.thread_of(session, ref)
        if there is None:
            raise
        return there
    return made


def _join(session: Session, thread_id: Id, person_id: Id | None, at: datetime) -> None:
    """Who writes in a discussion for the first time takes part from then on."""
    if session.get(ThreadMember, (thread_id, person_id)) is None:
        session.add(ThreadMember(thread_id=thread_id, person_id=person_id, joined_at=at))
        session.flush()


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
    """Take one's own message back: nobody reads it, that it was there stays. Twice changes nothing."""
    found = access.own_post(session, actor, post_id, at=at)
    if found.removed_at is None:
        found.removed_at, found.removed_by_id = at, actor.person_id
        thread = session.get_one(Thread, found.thread_id)
        emit(
            session,
            actor,
            PostRemoved(thread_id=thread.id, post_id=found.id),
            community_id=thread.community_id,
            at=at,
        )
    return found


def restore_post(session: Session, actor: Actor, post_id: Id, *, at: datetime) -> Post:
    """Bring one's own message back within thirty days; after that its words are erased."""
    found = access.own_post(session, actor, post_id, at=at)
    if found.removed_at is None:
        return found
    if not found.sealed or at >= found.removed_at + rules.REMOVED_KEPT:
        raise Conflict(N_("Its words are erased. Write it again."), code="erased")
    found.removed_at, found.removed_by_id = None, None
    return found


@every("communication.erase_removed", hours=24)
def erase_removed(run: Run, _args: dict[str, object]) -> None:
    """The job: words of messages that were taken back thirty days ago are erased."""
    old = run.clock() - rules.REMOVED_KEPT
    with run.database.write() as session:
        session.execute(
            update(Post).where(Post.removed_at <= old, Post.sealed != "").values(sealed="", alike="")
        )


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
