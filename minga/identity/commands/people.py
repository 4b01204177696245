"""Making people, naming them, and what the operator does with accounts."""

from datetime import datetime
from itertools import islice

from sqlalchemy import delete, exists, or_, select, update

from minga.identity import events
from minga.identity.models import HandlePast, OperatorGrant, Person, SignIn
from minga.identity.rules.actor import Actor
from minga.identity.rules.names import (
    HANDLE_CHANGED_AFTER,
    HANDLE_REDIRECTS,
    HANDLE_RESERVED,
    RESERVED,
    clean_handle,
    clean_name,
    handle_key,
    handle_taken,
    handles_near,
)
from minga.identity.rules.sign_ins import Ended
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, NotFound, Refused
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id, new_id
from minga.kit.text import fold


def make_person(
    session: Session,
    actor: Actor,
    *,
    name: str,
    handle: str,
    language: str = "en",
    zone: str = "UTC",
    at: datetime,
) -> Id:
    """A new person without any means to sign in. Raises Conflict with free handles when the handle is taken."""
    chosen = require_free(session, handle, name=name, at=at)
    called = clean_name(name)
    person = Person(
        id=new_id(),
        handle=chosen,
        handle_key=chosen,
        name=called,
        name_key=name_key(called),
        language=language,
        zone=zone,
        look={},
        made_at=at,
    )
    session.add(person)
    emit(session, actor, events.PersonMade(person_id=person.id), at=at, person_id=person.id)
    return person.id


def name_key(name: str) -> str:
    """What people are sorted and found by."""
    return fold(name)[:160]


def require_free(
    session: Session, handle: str, *, name: str = "", own_id: Id | None = None, at: datetime
) -> str:
    """The cleaned handle, or a refusal that names up to two free ones."""
    chosen = clean_handle(handle)
    if _is_free(session, chosen, own_id, at):
        return chosen
    raise handle_taken(chosen, _free_near(session, name, chosen, at))


def propose_handle(session: Session, name: str, *, at: datetime) -> str:
    """A free handle made from the name."""
    return _free_near(session, name, "", at)[0]


def handle_like(session: Session, wished: str, name: str, *, at: datetime) -> str:
    """The handle somebody had elsewhere, or one made from their name when it is taken or kept here."""
    try:
        return require_free(session, wished, name=name, at=at)
    except Refused:
        return propose_handle(session, name, at=at)


def _is_free(session: Session, handle: str, own_id: Id | None, at: datetime) -> bool:
    taken = exists().where(Person.handle_key == handle, Person.id != (own_id or ""))
    kept = exists().where(
        HandlePast.handle_key == handle,
        HandlePast.reserved_until > at,
        HandlePast.person_id != (own_id or ""),
    )
    return not session.scalar(select(or_(taken, kept)))


def _free_near(session: Session, name: str, handle: str, at: datetime) -> list[str]:
    """Two free handles; one look for all candidates."""
    candidates = [one for one in islice(handles_near(name, handle=handle), 40) if one != handle]
    taken = set(session.scalars(select(Person.handle_key).where(Person.handle_key.in_(candidates))))
    taken |= set(
        session.scalars(
            select(HandlePast.handle_key).where(
                HandlePast.handle_key.in_(candidates), HandlePast.reserved_until > at
            )
        )
    )
    free = [one for one in candidates if one not in taken and one not in RESERVED and len(one) >= 3]
    return free[:2] or [f"neighbour.{new_id()[-8:]}"]


def change_handle(session: Session, actor: Actor, handle: str, *, at: datetime) -> str:
    """Take another handle; the old one leads here for 90 days and stays reserved for a year."""
    person = session.get_one(Person, actor.person_id)
    chosen = require_free(session, handle, name=person.name, own_id=person.id, at=at)
    if chosen == person.handle:
        return chosen
    if person.handle_changed_at and at - person.handle_changed_at < HANDLE_CHANGED_AFTER:
        again = (person.handle_changed_at + HANDLE_CHANGED_AFTER).date()
        sentence = N_("You can change your handle once in 30 days, next on {day}.")
        raise Conflict(sentence, fields={"handle": sentence}, day=again)
    session.execute(delete(HandlePast).where(HandlePast.handle_key.in_([chosen, person.handle_key])))
    session.add(
        HandlePast(
            handle_key=person.handle_key,
            person_id=person.id,
            redirects_until=at + HANDLE_REDIRECTS,
            reserved_until=at + HANDLE_RESERVED,
        )
    )
    person.handle = person.handle_key = chosen
    person.handle_changed_at = at
    person.version += 1
    emit(session, actor, events.ProfileChanged(person_id=person.id, fields=("handle",)), at=at)
    return chosen


def person_called(session: Session, handle: str) -> Person:
    """The person of a handle, for whoever runs the machine. Raises NotFound."""
    found = session.scalar(
        select(Person).where(Person.handle_key == handle_key(handle), Person.erased_at.is_(None))
    )
    if found is None:
        raise NotFound(N_("Nobody here is called @{handle}."), handle=handle_key(handle))
    return found


def require_operator(actor: Actor) -> None:
    """Raise NotFound unless the actor runs this node: pages of the node are not there for others."""
    if not actor.operator:
        raise NotFound()


def grant_operator(session: Session, actor: Actor, person_id: Id, *, at: datetime) -> None:
    """Make somebody operator; doing it twice changes nothing."""
    require_operator(actor)
    live = select(OperatorGrant.id).where(
        OperatorGrant.person_id == person_id, OperatorGrant.ended_at.is_(None)
    )
    if session.scalar(live):
        return
    session.add(OperatorGrant(person_id=person_id, granted_at=at, granted_by_id=actor.person_id))
    emit(session, actor, events.OperatorGranted(person_id=person_id), at=at, person_id=person_id)


def end_operator(session: Session, actor: Actor, person_id: Id, *, at: datetime) -> None:
    """Take the grant back; the last operator keeps it."""
    require_operator(actor)
    live = list(session.scalars(select(OperatorGrant).where(OperatorGrant.ended_at.is_(None))))
    ending = [grant for grant in live if grant.person_id == person_id]
    if not ending:
        return
    if len(live) == 1:
        raise Forbidden(N_("This is the last operator. Make somebody else operator first."))
    ending[0].ended_at, ending[0].ended_by_id = at, actor.person_id
    emit(session, actor, events.OperatorEnded(person_id=person_id), at=at, person_id=person_id)


def suspend(session: Session, actor: Actor, person_id: Id, *, at: datetime) -> None:
    """Close an account for now: all its sign-ins end in the same transaction."""
    require_operator(actor)
    person = session.get_one(Person, person_id)
    if person_id == actor.person_id:
        raise Forbidden(N_("You cannot suspend yourself."))
    if person.suspended_at:
        return
    person.suspended_at = at
    end_all_sign_ins(session, person_id, why=Ended.SUSPENDED, at=at)
    emit(session, actor, events.PersonSuspended(person_id=person_id), at=at, person_id=person_id)


def unsuspend(session: Session, actor: Actor, person_id: Id, *, at: datetime) -> None:
    """Open a suspended account again; the person signs in anew."""
    require_operator(actor)
    person = session.get_one(Person, person_id)
    if person.suspended_at is None:
        return
    person.suspended_at = None
    emit(session, actor, events.PersonUnsuspended(person_id=person_id), at=at, person_id=person_id)


def end_all_sign_ins(
    session: Session, person_id: Id, *, why: Ended, but: Id | None = None, at: datetime
) -> int:
    """End every sign-in of the person that is not over yet, but that one; answers how many."""
    ending = (
        update(SignIn)
        .where(SignIn.person_id == person_id, SignIn.ended_at.is_(None), SignIn.id != (but or ""))
        .values(ended_at=at, ended_why=why)
        .returning(SignIn.id)
    )
    return len(session.execute(ending).all())
