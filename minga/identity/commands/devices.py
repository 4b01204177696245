"""Asking for a word about a device one is already signed in with. The ask waits like a sign-in and never lives."""

from datetime import datetime

from sqlalchemy import select

from minga.identity import events
from minga.identity.commands.sign_ins import Browser, remember_device
from minga.identity.commands.words import require_few_asks, try_number
from minga.identity.models import SignIn, SignInApproval
from minga.identity.rules.actor import Actor
from minga.identity.rules.sign_ins import LINE_MAX, WAITING, Ended, How
from minga.kit.crypto import digest, random_token
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.events import emit
from minga.kit.ids import Id, new_id
from minga.kit.secrets import Secret
from minga.kit.text import clean_line


def ask_for_device(
    session: Session, actor: Actor, *, line: str, asked_key: str, browser: Browser, at: datetime
) -> SignIn:
    """The ask of this device that waits, made when there is none; who may answer it is asked by the domain above."""
    own = session.get(SignIn, actor.sign_in_id) if actor.sign_in_id else None
    if own is None or own.person_id is None or own.person_id != actor.person_id:
        raise NotFound()
    if own.device_id is None:
        own.device_id = remember_device(session, own.person_id, browser, at=at)
    before = _waiting(session, own.person_id, own.device_id, at)
    if before is not None:
        return before
    require_few_asks(session, asked_key, at=at)
    ask = SignIn(
        id=new_id(),
        person_id=own.person_id,
        device_id=own.device_id,
        token_hash=digest(random_token()),  # nobody has it: this row opens nothing
        how=How.DEVICE,
        asked_at=at,
        asked_key=asked_key,
        approvers_needed=1,
        line=clean_line(line, LINE_MAX, field="line"),
        browser=browser.family,
        prefix=browser.prefix,
    )
    session.add(ask)
    session.flush()
    asked = events.SignInAsked(sign_in_id=ask.id, approvers_needed=1)
    emit(session, actor, asked, at=at, person_id=own.person_id)
    return ask


def device_ask(session: Session, actor: Actor, *, at: datetime) -> SignIn | None:
    """The ask of this device that waits right now, for the person who is signed in with it."""
    if not actor.signed_in or actor.device_id is None:
        return None
    return _waiting(session, actor.person_id or "", actor.device_id, at)


def enter_device_number(
    session: Session, actor: Actor, typed: str, *, secret: Secret, at: datetime
) -> SignInApproval | int | None:
    """The word that the number stands for, the tries left, or None when nothing waits. The count is kept."""
    ask = device_ask(session, actor, at=at)
    if ask is None:
        return None
    outcome = try_number(session, ask, typed, secret=secret, at=at)
    if not isinstance(outcome, int):
        ask.ended_at, ask.ended_why = at, Ended.ADMITTED
        session.flush()
    return outcome


def withdraw_device_ask(session: Session, actor: Actor, *, at: datetime) -> None:
    """Stop asking; doing it twice changes nothing."""
    ask = device_ask(session, actor, at=at)
    if ask is not None:
        ask.ended_at, ask.ended_why = at, Ended.WITHDRAWN


def _waiting(session: Session, person_id: Id, device_id: Id | None, at: datetime) -> SignIn | None:
    return session.scalar(
        select(SignIn)
        .where(
            SignIn.person_id == person_id,
            SignIn.device_id == device_id,
            SignIn.how == How.DEVICE,
            SignIn.ended_at.is_(None),
            SignIn.asked_at > at - WAITING,
        )
        .order_by(SignIn.asked_at.desc())
        .limit(1)
    )
