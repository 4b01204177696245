"""What somebody agreed to, since when, and what they took back: for themselves alone."""

from datetime import datetime

import msgspec
from sqlalchemy import select

from minga.identity.models import Consent, Person
from minga.identity.rules.actor import Actor
from minga.identity.rules.consents import PURPOSES
from minga.identity.rules.fields import Audience
from minga.kit.db import Session
from minga.kit.errors import NotSignedIn

EARLIER_MAX = 100


class ConsentLine(msgspec.Struct, frozen=True, kw_only=True):
    """One yes. `words_hash` is the digest of the sentence that was read then."""

    purpose: str
    given_at: datetime
    revoked_at: datetime | None
    via: str
    words_hash: str


def own_consents(session: Session, actor: Actor) -> list[ConsentLine]:
    """Everything the actor agreed to, newest first, with what they took back; one question."""
    if actor.person_id is None:
        raise NotSignedIn()
    rows = session.execute(
        select(Consent.purpose, Consent.given_at, Consent.revoked_at, Consent.via, Consent.words_hash)
        .where(Consent.person_id == actor.person_id, Consent.purpose.in_(tuple(PURPOSES)))
        .order_by(Consent.id.desc())
        .limit(EARLIER_MAX)
    )
    return [
        ConsentLine(purpose=row[0], given_at=row[1], revoked_at=row[2], via=row[3], words_hash=row[4])
        for row in rows
    ]


def reaches_outside(session: Session, actor: Actor) -> bool:
    """Whether the actor lets their profile be shown beyond their communities."""
    scope = session.scalar(select(Person.scope).where(Person.id == actor.person_id))
    return scope is not None and scope.rank > Audience.COMMUNITY.rank
