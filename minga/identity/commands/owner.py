"""The owner link: how a new node gets its first operator, once, and by nobody who was not shown the link."""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, select, update

from minga.identity import events
from minga.identity.commands.means import set_password
from minga.identity.commands.people import grant_operator, make_person
from minga.identity.models import OperatorGrant, OwnerLink
from minga.identity.rules.actor import Actor
from minga.identity.rules.sign_ins import OWNER_LINK
from minga.kit.crypto import digest, grouped, random_crockford, read_crockford
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id

LENGTH = 26


def is_owned(session: Session) -> bool:
    """Whether the node ever had an operator: from then on it is never new again."""
    return bool(session.scalar(select(exists().where(OperatorGrant.id.is_not(None)))))


def make_owner_link(session: Session, actor: Actor, *, at: datetime) -> str:
    """A fresh token of 130 random bits, in groups of four; it works for a day and ends the one before."""
    if not actor.operator:
        raise NotFound()
    owned = is_owned(session)
    session.execute(update(OwnerLink).where(OwnerLink.live == 1).values(live=None))
    token = random_crockford(LENGTH)
    session.add(OwnerLink(hash=digest(token), made_at=at, expires_at=at + OWNER_LINK))
    emit(session, actor, events.OwnerLinkMade(node_was_owned=owned), at=at)
    return grouped(token)


def owner_link_works(session: Session, token: str, *, at: datetime) -> bool:
    """Whether this token would be taken now."""
    return bool(session.scalar(select(OwnerLink.id).where(*_usable(token, at))))


def owner_link_was_used(session: Session, token: str) -> bool:
    """Whether this very token made an owner: its bearer may read that it did."""
    found = select(OwnerLink.id).where(
        OwnerLink.hash == digest(read_crockford(token[:60])), OwnerLink.used_at.is_not(None)
    )
    return bool(session.scalar(found))


def claim_owner_link(
    session: Session,
    actor: Actor,
    token: str,
    *,
    name: str,
    handle: str,
    language: str,
    zone: str,
    phc: str | None = None,
    at: datetime,
) -> Id:
    """Make the bearer of the link the node's operator; of two at the same moment one gets it, the other NotFound."""
    taken = session.execute(
        update(OwnerLink).where(*_usable(token, at)).values(used_at=at, live=None).returning(OwnerLink.id)
    ).first()
    if taken is None:
        raise dead_link()
    person_id = make_person(session, actor, name=name, handle=handle, language=language, zone=zone, at=at)
    if phc:
        set_password(session, Actor(person_id, actor.via, request_id=actor.request_id), person_id, phc, at=at)
    grant_operator(session, Actor.machine(), person_id, at=at)
    emit(session, actor, events.NodeOwned(person_id=person_id), at=at, person_id=person_id)
    return person_id


def dead_link() -> NotFound:
    """What the bearer of a dead link reads."""
    return NotFound(
        N_("This link was used or has ended. Whoever runs this machine makes a new one: minga owner-link."),
        code="owner_link_dead",
    )


def _usable(token: str, at: datetime) -> tuple[ColumnElement[bool], ...]:
    plain = read_crockford(token[:60])
    return (
        OwnerLink.hash == digest(plain),
        OwnerLink.live == 1,
        OwnerLink.used_at.is_(None),
        OwnerLink.expires_at > at,
    )
