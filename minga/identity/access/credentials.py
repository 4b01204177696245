"""Looking up what somebody typed to sign in. Unknown, suspended and erased people are alike: nobody."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select

from minga.identity.models import AuthTrace, Contact, Device, Password, Person
from minga.identity.rules.names import handle_key
from minga.identity.rules.sign_ins import FAILURES_WITHIN
from minga.kit.crypto import derive, digest, mac
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.kit.secrets import Secret

TYPED_MAX = 254


@dataclass(frozen=True, slots=True)
class Credential:
    """What a try to sign in is checked against, and the tries before it."""

    asked_key: str
    person_id: Id | None
    phc: str | None
    known_device: bool
    failures: tuple[datetime, ...]


def asked_key(secret: Secret, typed: str) -> str:
    """Under which tries for one name are counted, without keeping the name."""
    return mac(derive(secret.reveal(), "tries"), typed.strip().removeprefix("@").casefold()[:TYPED_MAX]).hex()


def credential(
    session: Session, secret: Secret, typed: str, device_cookie: str, *, at: datetime
) -> Credential:
    """The person of a handle or a verified mail, if any, with their hash and the failures of the last 15 minutes."""
    key = asked_key(secret, typed)
    found = session.execute(
        select(Person.id, Password.phc)
        .outerjoin(Password, Password.person_id == Person.id)
        .where(_called(typed), Person.suspended_at.is_(None), Person.erased_at.is_(None))
    ).first()
    failures = failures_of(session, key, at=at)
    person_id = found.id if found else None
    hashed = digest(f"{person_id}|{device_cookie}") if person_id and device_cookie else ""
    known = session.scalar(select(exists().where(Device.cookie_hash == hashed)))
    return Credential(key, person_id, found.phc if found else None, bool(known), failures)


def failures_of(session: Session, key: str, *, at: datetime) -> tuple[datetime, ...]:
    """The failed tries of the last 15 minutes that count under one key."""
    found = select(AuthTrace.at).where(
        AuthTrace.asked_key == key, AuthTrace.outcome == "failed", AuthTrace.at > at - FAILURES_WITHIN
    )
    return tuple(session.scalars(found))


def _called(typed: str) -> ColumnElement[bool]:
    if "@" in typed.strip()[1:]:
        owner = select(Contact.person_id).where(
            Contact.kind == "mail",
            Contact.value_key == typed.strip().casefold()[:TYPED_MAX],
            Contact.verified_at.is_not(None),
            Contact.ended_at.is_(None),
        )
        return Person.id.in_(owner)
    return Person.handle_key == handle_key(typed)


def own_hash(session: Session, person_id: Id) -> str | None:
    """The hash of a signed-in person's own password, to confirm that it is them."""
    return session.scalar(select(Password.phc).where(Password.person_id == person_id))
