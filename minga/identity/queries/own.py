"""What people ask about themselves: their fields, means, sign-ins, tokens and log. Secrets are never selected."""

from datetime import date, datetime

import msgspec
from sqlalchemy import func, or_, select

from minga.identity.access.sign_ins import is_live
from minga.identity.models import (
    Contact,
    Detail,
    Device,
    FieldAudience,
    Passkey,
    Password,
    Person,
    Picture,
    RecoveryCode,
    RecoveryContact,
    SignIn,
    Token,
)
from minga.identity.rules.actor import Actor
from minga.identity.rules.sign_ins import shown_prefix
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.events import EventRow
from minga.kit.ids import Id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of


class OwnProfile(msgspec.Struct, frozen=True):
    """All that a person told, and who reads it: everywhere, and differently in one community."""

    id: Id
    name: str
    handle: str
    language: str
    zone: str
    photo: str | None
    scope: str
    look: dict[str, str]
    version: int
    values: dict[str, str]
    audiences: dict[str, str]
    audiences_here: dict[str, str]


class SignInLine(msgspec.Struct, frozen=True):
    id: Id
    how: str
    browser: str
    network: str
    since: datetime
    seen_on: date | None
    this_one: bool
    held_until: datetime | None


class PasskeyLine(msgspec.Struct, frozen=True):
    id: Id
    name: str
    made_at: datetime
    used_on: date | None
    backed_up: bool


class TokenLine(msgspec.Struct, frozen=True):
    id: Id
    name: str
    kind: str
    scopes: list[str]
    community_id: Id | None
    made_at: datetime
    expires_at: datetime
    used_on: date | None


class Means(msgspec.Struct, frozen=True):
    """By what a person gets in, without any secret."""

    password_since: datetime | None
    passkeys: list[PasskeyLine]
    codes_left: int
    contacts: list[str]
    word_off: bool


class LogLine(msgspec.Struct, frozen=True):
    id: Id
    name: str
    happened_at: datetime
    via: str
    by_me: bool
    actor_handle: str | None
    actor_name: str | None
    facts: dict[str, object]


def own_profile(session: Session, actor: Actor, community_id: Id = "") -> OwnProfile:
    """One's own fields, with the audiences that hold everywhere and in that community."""
    person = session.get(Person, actor.person_id or "")
    if person is None:
        raise NotFound()
    values = {
        row.kind: row.value
        for row in session.execute(
            select(Contact.kind, Contact.value).where(
                Contact.person_id == person.id, Contact.ended_at.is_(None)
            )
        )
    }
    values |= dict(
        session.execute(select(Detail.key, Detail.value).where(Detail.person_id == person.id)).all()
    )
    everywhere: dict[str, str] = {}
    here: dict[str, str] = {}
    for row in session.execute(
        select(FieldAudience.key, FieldAudience.audience, FieldAudience.community_id).where(
            FieldAudience.person_id == person.id, FieldAudience.community_id.in_(["", community_id])
        )
    ):
        (here if row.community_id else everywhere)[row.key] = row.audience.value
    return OwnProfile(
        id=person.id,
        name=person.name,
        handle=person.handle,
        language=person.language,
        zone=person.zone,
        photo=person.photo,
        scope=person.scope,
        look=person.look,
        version=person.version,
        values=values,
        audiences=everywhere,
        audiences_here=here,
    )


def own_means(session: Session, actor: Actor) -> Means:
    """One's own ways in."""
    own = actor.person_id or ""
    keys = session.execute(
        select(Passkey.id, Passkey.name, Passkey.made_at, Passkey.used_on, Passkey.backed_up)
        .where(Passkey.person_id == own, Passkey.ended_at.is_(None))
        .order_by(Passkey.made_at)
    )
    codes = session.scalar(
        select(func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.person_id == own, RecoveryCode.used_at.is_(None), RecoveryCode.ended_at.is_(None))
    )
    contacts = session.scalars(
        select(Person.handle)
        .join(RecoveryContact, RecoveryContact.contact_id == Person.id)
        .where(RecoveryContact.person_id == own)
        .order_by(Person.handle)
    )
    return Means(
        password_since=session.scalar(select(Password.changed_at).where(Password.person_id == own)),
        passkeys=[PasskeyLine(*row) for row in keys],
        codes_left=codes or 0,
        contacts=list(contacts),
        word_off=bool(session.scalar(select(Person.word_off).where(Person.id == own))),
    )


def own_sign_ins(session: Session, actor: Actor, *, at: datetime) -> list[SignInLine]:
    """Where one is signed in now, this browser first, and recoveries that are about to be."""
    rows = session.execute(
        select(
            SignIn.id,
            SignIn.how,
            SignIn.browser,
            SignIn.prefix,
            SignIn.asked_at,
            SignIn.seen_on,
            SignIn.live_at,
        )
        .where(
            SignIn.person_id == (actor.person_id or ""),
            SignIn.ended_at.is_(None),
            or_(is_live(at), SignIn.live_at > at),
        )
        .order_by(SignIn.seen_on.desc(), SignIn.id.desc())
        .limit(100)
    )
    lines = [
        SignInLine(
            id=row.id,
            how=row.how.value,
            browser=row.browser,
            network=shown_prefix(row.prefix),
            since=row.asked_at,
            seen_on=row.seen_on,
            this_one=row.id == actor.sign_in_id,
            held_until=row.live_at if row.live_at and row.live_at > at else None,
        )
        for row in rows
    ]
    return sorted(lines, key=lambda line: not line.this_one)


def own_tokens(session: Session, actor: Actor, *, at: datetime) -> list[TokenLine]:
    """One's tokens that work now."""
    rows = session.execute(
        select(
            Token.id,
            Token.name,
            Token.kind,
            Token.scopes,
            Token.community_id,
            Token.made_at,
            Token.expires_at,
            Token.used_on,
        )
        .where(Token.person_id == (actor.person_id or ""), Token.ended_at.is_(None), Token.expires_at > at)
        .order_by(Token.made_at)
        .limit(100)
    )
    return [TokenLine(*row) for row in rows]


def own_log(session: Session, actor: Actor, *, after: str = "", limit: int | None = None) -> Page[LogLine]:
    """What happened to my data and what I did, newest first."""
    own, size = actor.person_id or "", limit_of(limit)
    found = (
        select(
            EventRow.id,
            EventRow.name,
            EventRow.happened_at,
            EventRow.via,
            EventRow.actor_id,
            Person.handle,
            Person.name.label("person_name"),
            EventRow.facts,
        )
        .outerjoin(Person, Person.id == EventRow.actor_id)
        .where(or_(EventRow.person_id == own, EventRow.actor_id == own))
        .order_by(EventRow.id.desc())
        .limit(size + 1)
    )
    if after:
        found = found.where(beyond([EventRow.id], Cursor.decode(after, str), descending=True))
    lines = [
        LogLine(
            id=row.id,
            name=row.name,
            happened_at=row.happened_at,
            via=row.via,
            by_me=row.actor_id == own,
            actor_handle=row.handle,
            actor_name=row.person_name,
            facts=row.facts,
        )
        for row in session.execute(found)
    ]
    return page_of(lines, size, lambda line: (line.id,))


def picture_file(session: Session, actor: Actor, key: str, edge: int) -> str | None:
    """The file of a photo in one size; whether the actor may see it is asked by the domain above."""
    return session.scalar(select(Picture.file).where(Picture.key == key, Picture.edge == edge))


def person_of_sign_in(session: Session, sign_in_id: Id) -> Id | None:
    """Whose sign-in this is, for those who tell its person; a decoy is nobody's."""
    found: Id | None = session.scalar(select(SignIn.person_id).where(SignIn.id == sign_in_id))
    return found


def person_of_device(session: Session, device_id: Id) -> Id | None:
    """Whose device this is, for those who tell its person."""
    found: Id | None = session.scalar(select(Device.person_id).where(Device.id == device_id))
    return found


def began_at(session: Session, person_id: Id, moment: datetime | None) -> bool:
    """Whether this is the moment in which the account was made."""
    made_at = session.scalar(select(Person.made_at).where(Person.id == person_id))
    return made_at is not None and made_at == moment
