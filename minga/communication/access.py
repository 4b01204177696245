"""Who reads and who writes in a thread: those who see the thing it hangs on, and of them those who take part."""

from datetime import datetime

from sqlalchemy import Select, select

from minga.communication.models import Notice, Post, Thread
from minga.communities.access import About, communities_of, reportable
from minga.communities.models import Keeping, Membership
from minga.identity import Actor
from minga.identity.models import Block
from minga.kit import refs
from minga.kit.db import Session
from minga.kit.errors import Forbidden, NotFound, NotSignedIn, Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.kit.refs import Ref, TakingPart
from minga.kit.sealed import field_key


def ref_of(session: Session, actor: Actor, thread: str, *, at: datetime) -> Ref:
    """The thing that a thread hangs on, by the thread's id or as `kind:id`; 404 for whoever may not see it."""
    if ":" in thread:
        ref = Ref.parse(thread)
    else:
        row = session.get(Thread, parse_id(thread))
        if row is None:
            raise NotFound()
        ref = Ref(row.ref_kind, row.ref_id)
    refs.to_see(session, actor, ref, at=at)
    require_scope(actor, "read")
    return ref


def require_scope(actor: Actor, right: str) -> None:
    """A key of the API reads or writes conversations only when it was made for that."""
    if actor.token_scopes is None:
        return
    enough = {"write", "communication.write"} | ({"read", "communication.read"} if right == "read" else set())
    if not actor.token_scopes & enough:
        raise Forbidden(
            N_("This key may not do that. Make one that may, or use the page."), code="token_scope"
        )


def people_to_write(session: Session, actor: Actor, ref: Ref, *, at: datetime) -> TakingPart:
    """Those who take part, if the actor is one of them; in a discussion, those who are told besides its writers."""
    if not actor.signed_in:
        raise NotSignedIn()
    require_scope(actor, "write")
    if refs.is_discussed(ref.kind):
        return refs.writing_about(session, actor, ref, at=at)
    circle = refs.people_of(session, ref)
    if actor.person_id not in circle.people:
        raise Forbidden(N_("Only those who take part can write here."), code="not_your_thread")
    return circle


def thread_of(session: Session, ref: Ref) -> Thread | None:
    return session.scalar(select(Thread).where(Thread.ref_kind == ref.kind, Thread.ref_id == ref.id))


def own_post(session: Session, actor: Actor, post_id: Id, *, at: datetime) -> Post:
    """The actor's own message; a stranger learns nothing, and another reader learns whose it is to change."""
    post = session.get(Post, parse_id(post_id))
    if post is None or not actor.signed_in:
        raise NotFound()
    thread = session.get_one(Thread, post.thread_id)
    refs.to_see(session, actor, Ref(thread.ref_kind, thread.ref_id), at=at)
    require_scope(actor, "write")
    if post.author_id != actor.person_id:
        raise Forbidden(N_("Only who wrote it can change it."), code="not_yours")
    return post


def may_write(session: Session, actor: Actor, ref: Ref, *, at: datetime) -> bool:
    """Whether the actor takes part and nobody of those who do has blocked another.

    In a discussion of the community nobody silences anybody by blocking: its rules say who writes.
    """
    if refs.is_discussed(ref.kind):
        try:
            refs.writing_about(session, actor, ref, at=at)
        except Refused:
            return False
        return True
    people = refs.people_of(session, ref).people
    return actor.person_id in people and not blocked_among(session, people)


def may_write_to_each_other(session: Session, people: tuple[Id, ...]) -> None:
    """Raise when one of those who take part has blocked another; who blocked whom is not told."""
    if blocked_among(session, people):
        raise Forbidden(N_("You cannot write to each other here."), code="cannot_write")


def blocked_among(session: Session, people: tuple[Id, ...]) -> bool:
    return bool(
        session.scalar(
            select(Block.id)
            .where(Block.blocker_id.in_(people), Block.blocked_id.in_(people), Block.ended_at.is_(None))
            .limit(1)
        )
    )


def kept_people(actor: Actor) -> Select[str, str]:
    """Whom the actor looks after, with the community that keeps them: whose letters they tell or print."""
    mine = select(Membership.id).where(
        Membership.person_id == (actor.person_id or ""),
        Membership.ended_on.is_(None),
        Membership.community_id.in_(communities_of(actor)),
    )
    return select(Keeping.person_id, Keeping.community_id).where(
        Keeping.keeper_id.in_(mine), Keeping.until_at.is_(None)
    )


def letter_to_tell(session: Session, actor: Actor, notice_id: Id) -> Notice:
    """What a kept person was told and has not heard yet, for whoever looks after them."""
    require_scope(actor, "write")
    kept = kept_people(actor).subquery()
    found = session.scalar(
        select(Notice)
        .join(kept, (kept.c.person_id == Notice.person_id) & (kept.c.community_id == Notice.community_id))
        .where(Notice.id == parse_id(notice_id))
    )
    if found is None or not actor.signed_in or actor.for_by is not None:
        raise NotFound()
    return found


def post_to_see(session: Session, actor: Actor, post_id: Id, *, at: datetime) -> Post:
    """A message that was not taken back, for those who see what its thread hangs on."""
    post = session.get(Post, parse_id(post_id))
    if post is None or not actor.signed_in or post.removed_at is not None:
        raise NotFound()
    thread = session.get_one(Thread, post.thread_id)
    refs.to_see(session, actor, Ref(thread.ref_kind, thread.ref_id), at=at)
    require_scope(actor, "read")
    return post


def _about(session: Session, post_id: Id) -> About | None:
    """What a handler reads of a message: whoever took part and reported it has shown them this one, nothing else."""
    found = session.get(Post, post_id)
    if found is None:
        return None
    thread = session.get_one(Thread, found.thread_id)
    words = field_key(session).open(found.sealed, found.id) if found.sealed else ""
    return About(thread.community_id, found.author_id, words[:60], words)


reportable("post", word=N_("A message"), about=_about, hides=True)
refs.register("post", see=post_to_see)
