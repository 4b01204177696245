"""The link by which whoever runs the machine lets a person set new means."""

from datetime import datetime

from sqlalchemy import select

from minga.identity.commands.invites import invite_token, make_invite, read_invite, use_invite
from minga.identity.commands.people import grant_operator, make_person, propose_handle
from minga.identity.models import Person
from minga.identity.rules.actor import Actor
from minga.identity.rules.invites import Purpose, dead_invite
from minga.identity.rules.names import handle_key
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id


def make_link(session: Session, actor: Actor, key: bytes, person_id: Id, *, at: datetime) -> str:
    """A token that works once, for half an hour, and opens a sign-in that may only set means."""
    if not actor.operator:
        raise NotFound()
    invite = make_invite(session, actor, purpose=Purpose.RECOVER, person_id=person_id, at=at)
    return invite_token(key, invite)


def use_link(session: Session, key: bytes, token: str, *, at: datetime) -> Id:
    """Whose link this is; it is used up by asking."""
    invite = read_invite(session, key, token, at=at)
    if invite.purpose is not Purpose.RECOVER or invite.person_id is None:
        raise dead_invite()
    use_invite(session, invite.id, invite.person_id, at=at)
    return invite.person_id


def add_operator(session: Session, actor: Actor, key: bytes, name: str, *, at: datetime) -> tuple[str, str]:
    """Make the person of that handle operator, or a new person of that name; answers handle and a one-time link.

    Safe to repeat: somebody who is operator already only gets a new link.
    """
    if not actor.operator:
        raise NotFound()
    person_id = session.scalar(
        select(Person.id).where(Person.handle_key == handle_key(name), Person.erased_at.is_(None))
    )
    if person_id is None:
        handle = propose_handle(session, name, at=at)
        person_id = make_person(session, actor, name=name, handle=handle, at=at)
    grant_operator(session, actor, person_id, at=at)
    handle = session.scalars(select(Person.handle).where(Person.id == person_id)).one()
    return handle, make_link(session, actor, key, person_id, at=at)
