"""What one does about another person: opening a folded field, blocking. Only with people one may see."""

from datetime import datetime

from minga.communities.queries.people import blocked, folded_value, person
from minga.identity import Actor
from minga.identity import commands as identity
from minga.kit.db import Session
from minga.kit.errors import NotFound


def open_field(session: Session, actor: Actor, handle: str, key: str, *, at: datetime) -> str:
    """The value of a folded field; who opened it is told to the person, once a day and field."""
    person_id, community_id, value = folded_value(session, actor, handle, key, at=at)
    identity.note_read(session, actor, person_id, key, community_id=community_id, at=at)
    return value


def block_person(session: Session, actor: Actor, handle: str, *, at: datetime) -> None:
    """Vanish for each other."""
    identity.block(session, actor, person(session, actor, handle, at=at).id, at=at)


def unblock_person(session: Session, actor: Actor, handle: str, *, at: datetime) -> None:
    """Be there for each other again; only whom one blocks oneself can be named."""
    if not any(one.handle == handle.removeprefix("@").lower() for one in blocked(session, actor)):
        raise NotFound()
    identity.unblock(session, actor, identity.person_called(session, handle).id, at=at)
