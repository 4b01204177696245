"""Who reads and who writes in a thread: those who see the thing it hangs on, and of them those who take part."""

from datetime import datetime

from sqlalchemy import select

from minga.communication.models import Post, Thread
from minga.identity import Actor
from minga.identity.models import Block
from minga.kit import refs
from minga.kit.db import Session
from minga.kit.errors import Forbidden, NotFound, NotSignedIn
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.kit.refs import Ref, TakingPart


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


def people_to_write(session: Session, actor: Actor, ref: Ref) -> TakingPart:
    """Those who take part, if the actor is one of them."""
    if not actor.signed_in:
        raise NotSignedIn()
    require_scope(actor, "write")
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


def may_write(session: Session, actor: Actor, ref: Ref) -> bool:
    """Whether the actor takes part and nobody of those who do has blocked another."""
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
