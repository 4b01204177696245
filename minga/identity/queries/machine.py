"""What whoever runs the machine asks: who runs it too, and which sign-ins wait or live."""

from datetime import datetime

import msgspec
from sqlalchemy import or_, select

from minga.identity.models import OperatorGrant, Person, SignIn
from minga.identity.rules.actor import Actor
from minga.identity.rules.sign_ins import shown_prefix
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id


class OperatorLine(msgspec.Struct, frozen=True):
    """Somebody who runs the node."""

    id: Id
    handle: str
    name: str
    since: datetime


def operators(session: Session, actor: Actor) -> list[OperatorLine]:
    """Those who run the node."""
    if not actor.operator:
        raise NotFound()
    rows = session.execute(
        select(Person.id, Person.handle, Person.name, OperatorGrant.granted_at)
        .join(OperatorGrant, OperatorGrant.person_id == Person.id)
        .where(OperatorGrant.ended_at.is_(None))
        .order_by(OperatorGrant.granted_at)
        .limit(100)
    )
    return [OperatorLine(row.id, row.handle, row.name, row.granted_at) for row in rows]


class WaitingSignIn(msgspec.Struct, frozen=True):
    """A sign-in as the machine lists it."""

    id: Id
    handle: str
    state: str
    asked_at: datetime
    browser: str
    network: str
    line: str


def sign_ins(session: Session, actor: Actor, *, waiting: bool, at: datetime) -> list[WaitingSignIn]:
    """Sign-ins on the node, newest first, for whoever runs the machine; decoys are not people and not listed."""
    if not actor.operator:
        raise NotFound()
    found = (
        select(
            SignIn.id,
            Person.handle,
            SignIn.live_at,
            SignIn.asked_at,
            SignIn.browser,
            SignIn.prefix,
            SignIn.line,
        )
        .join(Person, Person.id == SignIn.person_id)
        .where(SignIn.ended_at.is_(None))
        .order_by(SignIn.asked_at.desc())
        .limit(200)
    )
    found = (
        found.where(SignIn.live_at.is_(None))
        if waiting
        else found.where(or_(SignIn.live_at.is_(None), SignIn.absolute_until > at))
    )
    return [
        WaitingSignIn(
            id=row.id,
            handle=row.handle,
            state="live" if row.live_at and row.live_at <= at else "held" if row.live_at else "waiting",
            asked_at=row.asked_at,
            browser=row.browser,
            network=shown_prefix(row.prefix),
            line=row.line,
        )
        for row in session.execute(found)
    ]
