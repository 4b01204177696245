"""What happens between two people: blocking, and opening a folded field. And what they consent to."""

from datetime import datetime

from sqlalchemy import select, update

from minga.identity import events
from minga.identity.models import Block, Consent, FieldRead, Person
from minga.identity.rules.actor import Actor
from minga.kit.crypto import digest
from minga.kit.db import Session
from minga.kit.errors import Forbidden, NotFound
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id


def block(session: Session, actor: Actor, person_id: Id, *, at: datetime) -> None:
    """Both vanish for each other; the other is not told. Twice changes nothing."""
    if actor.person_id is None:
        raise NotFound()
    if actor.person_id == person_id:
        raise Forbidden(N_("You cannot block yourself."))
    live = select(Block.id).where(
        Block.blocker_id == actor.person_id, Block.blocked_id == person_id, Block.ended_at.is_(None)
    )
    if session.scalar(live):
        return
    session.add(Block(blocker_id=actor.person_id, blocked_id=person_id, made_at=at))
    event = events.PersonBlocked(person_id=person_id, blocked=True)
    emit(session, actor, event, at=at, person_id=actor.person_id)


def unblock(session: Session, actor: Actor, person_id: Id, *, at: datetime) -> None:
    """Be there for each other again."""
    ended = session.execute(
        update(Block)
        .where(
            Block.blocker_id == (actor.person_id or ""),
            Block.blocked_id == person_id,
            Block.ended_at.is_(None),
        )
        .values(ended_at=at)
        .returning(Block.id)
    ).first()
    if ended:
        event = events.PersonBlocked(person_id=person_id, blocked=False)
        emit(session, actor, event, at=at, person_id=actor.person_id)


def note_read(
    session: Session, actor: Actor, person_id: Id, key: str, *, community_id: Id | None, at: datetime
) -> None:
    """Say once per reader, field and day that a folded field was opened; the person finds it in their log."""
    if actor.person_id is None:
        raise NotFound()
    if session.get(FieldRead, (actor.person_id, person_id, key, at.date())):
        return
    session.add(FieldRead(reader_id=actor.person_id, person_id=person_id, key=key, on=at.date()))
    event = events.ContactRead(reader_id=actor.person_id, person_id=person_id, key=key)
    emit(session, actor, event, at=at, community_id=community_id, person_id=person_id)


def give_consent(
    session: Session, actor: Actor, purpose: str, *, words: str, community_id: Id = "", at: datetime
) -> None:
    """A dated yes to one use of one's data; `words` is the sentence that was read, kept as a digest."""
    if actor.person_id is None:
        raise NotFound()
    if consented(session, actor.person_id, purpose, community_id=community_id):
        return
    session.add(
        Consent(
            person_id=actor.person_id,
            purpose=purpose,
            community_id=community_id,
            words_hash=digest(words),
            given_at=at,
            via=actor.via,
            by_for_id=actor.for_by,
        )
    )
    emit(session, actor, events.ConsentGiven(person_id=actor.person_id, purpose=purpose), at=at)


def revoke_consent(
    session: Session, actor: Actor, purpose: str, *, community_id: Id = "", at: datetime
) -> None:
    """Take the yes back."""
    if actor.person_id is None:
        raise NotFound()
    ended = session.execute(
        update(Consent)
        .where(
            Consent.person_id == actor.person_id,
            Consent.purpose == purpose,
            Consent.community_id == community_id,
            Consent.revoked_at.is_(None),
        )
        .values(revoked_at=at)
        .returning(Consent.id)
    ).first()
    if ended:
        emit(session, actor, events.ConsentRevoked(person_id=actor.person_id, purpose=purpose), at=at)


def consented(session: Session, person_id: Id, purpose: str, *, community_id: Id = "") -> bool:
    """Whether the person said yes to this use and did not take it back."""
    return bool(
        session.scalar(
            select(Consent.id)
            .join(Person, Person.id == Consent.person_id)
            .where(
                Consent.person_id == person_id,
                Consent.purpose == purpose,
                Consent.community_id == community_id,
                Consent.revoked_at.is_(None),
                Person.erased_at.is_(None),
            )
        )
    )
