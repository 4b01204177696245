"""Beginning, confirming and ending sign-ins. A cookie's value is answered once and kept as a digest."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from minga.identity import events
from minga.identity.commands.people import end_all_sign_ins
from minga.identity.models import Device, SignIn
from minga.identity.rules.actor import Actor
from minga.identity.rules.sign_ins import ABSOLUTE, IDLE, MEANS_ONLY, Ended, How
from minga.kit.crypto import digest, random_token
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.events import emit
from minga.kit.ids import Id, new_id

PROVES = {How.PASSWORD, How.PASSKEY, How.OWNER_LINK, How.INVITE}


@dataclass(frozen=True, kw_only=True)
class Browser:
    """What is kept of the browser that asks: a cookie that recognises it, its family, its network's prefix."""

    cookie: str = ""
    family: str = ""
    prefix: str = ""


@dataclass(frozen=True, kw_only=True)
class Span:
    """How long sign-ins last on this node; settings may only shorten it."""

    idle: timedelta = IDLE
    absolute: timedelta = ABSOLUTE


NO_BROWSER = Browser()
FULL_SPAN = Span()


def start_sign_in(
    session: Session,
    person_id: Id,
    *,
    how: How = How.PASSWORD,
    browser: Browser = NO_BROWSER,
    span: Span = FULL_SPAN,
    means_only: bool = False,
    replaces: str = "",
    actor: Actor | None = None,
    at: datetime,
) -> str:
    """A live sign-in of a person who has proved who they are; answers the value of its cookie.

    `replaces` is the cookie this browser had: that sign-in ends, so that nobody else keeps a way in.
    """
    if replaces:
        end_by_cookie(session, replaces, why=Ended.REPLACED, at=at)
    cookie = random_token()
    absolute = MEANS_ONLY if means_only else span.absolute
    sign_in = SignIn(
        id=new_id(),
        person_id=person_id,
        device_id=remember_device(session, person_id, browser, at=at),
        token_hash=digest(cookie),
        how=how,
        means_only=means_only,
        asked_at=at,
        live_at=at,
        confirmed_at=at if how in PROVES or means_only else None,
        seen_on=at.date(),
        idle_until=at + min(span.idle, absolute),
        absolute_until=at + absolute,
        browser=browser.family,
        prefix=browser.prefix,
    )
    session.add(sign_in)
    doer = actor or Actor(person_id, sign_in_id=sign_in.id)
    emit(session, doer, events.SignInStarted(sign_in_id=sign_in.id, how=how), at=at, person_id=person_id)
    return cookie


def remember_device(session: Session, person_id: Id, browser: Browser, *, at: datetime) -> Id | None:
    """The row of this browser for this person, made when it is new; none for a browser without a cookie."""
    if not browser.cookie:
        return None
    hashed = device_hash(person_id, browser.cookie)
    known = session.execute(
        update(Device).where(Device.cookie_hash == hashed).values(seen_on=at.date()).returning(Device.id)
    ).first()
    if known:
        return str(known.id)
    device = Device(
        id=new_id(),
        person_id=person_id,
        cookie_hash=hashed,
        label=browser.family[:60],
        first_at=at,
        seen_on=at.date(),
    )
    session.add(device)
    session.flush()
    return device.id


def known_device(session: Session, person_id: Id, browser: Browser) -> Id | None:
    """The row of this browser, if the person was ever signed in with it."""
    if not browser.cookie:
        return None
    return session.scalar(
        select(Device.id).where(Device.cookie_hash == device_hash(person_id, browser.cookie))
    )


def device_hash(person_id: Id, cookie: str) -> str:
    """How a browser is recognised for one person, without linking two people who share it."""
    return digest(f"{person_id}|{cookie}")


def renew_cookie(session: Session, actor: Actor, *, confirmed: bool = False, at: datetime) -> str:
    """A new value for the cookie of this sign-in: after a confirmation and after every change of means."""
    cookie = random_token()
    values: dict[str, object] = {"token_hash": digest(cookie)}
    if confirmed:
        values["confirmed_at"] = at
    session.execute(update(SignIn).where(SignIn.id == actor.sign_in_id).values(**values))
    return cookie


def end_sign_in(
    session: Session, actor: Actor, sign_in_id: Id | None = None, *, at: datetime, why: Ended | None = None
) -> None:
    """End one's own sign-in: this one, or another of one's own. Others' are not there."""
    ending = sign_in_id or actor.sign_in_id
    found = session.get(SignIn, ending) if ending else None
    if found is None or found.person_id is None or found.person_id != actor.person_id:
        raise NotFound()
    if found.ended_at:
        return
    found.ended_at = at
    found.ended_why = why or (Ended.SIGNED_OUT if found.id == actor.sign_in_id else Ended.BY_PERSON)
    emit(session, actor, events.SignInEnded(sign_in_id=found.id, why=found.ended_why), at=at)


def end_other_sign_ins(session: Session, actor: Actor, *, at: datetime) -> int:
    """End all sign-ins of one's own but this one."""
    if actor.person_id is None:
        raise NotFound()
    ended = end_all_sign_ins(session, actor.person_id, why=Ended.BY_PERSON, but=actor.sign_in_id, at=at)
    if ended and actor.sign_in_id:
        emit(session, actor, events.SignInEnded(sign_in_id=actor.sign_in_id, why=Ended.BY_PERSON), at=at)
    return ended


def end_by_cookie(session: Session, cookie: str, *, why: Ended, at: datetime) -> None:
    """End whatever sign-in this cookie belongs to, live or waiting; unknown cookies are no fault."""
    found = session.scalar(
        select(SignIn).where(SignIn.token_hash == digest(cookie), SignIn.ended_at.is_(None))
    )
    if found is None:
        return
    found.ended_at, found.ended_why = at, why
    if found.person_id:
        doer = Actor(found.person_id, sign_in_id=found.id)
        emit(session, doer, events.SignInEnded(sign_in_id=found.id, why=why), at=at)


def end_by_machine(
    session: Session, actor: Actor, *, sign_in_id: Id | None = None, person_id: Id | None = None, at: datetime
) -> int:
    """End one sign-in, or all of a person, on the machine."""
    if not actor.operator:
        raise NotFound()
    which = SignIn.id == sign_in_id if sign_in_id else SignIn.person_id == person_id
    ended = session.execute(
        update(SignIn)
        .where(which, SignIn.ended_at.is_(None))
        .values(ended_at=at, ended_why=Ended.BY_MACHINE)
        .returning(SignIn.id, SignIn.person_id)
    ).all()
    for row in ended:
        event = events.SignInEnded(sign_in_id=row.id, why=Ended.BY_MACHINE)
        emit(session, actor, event, at=at, person_id=row.person_id)
    return len(ended)
