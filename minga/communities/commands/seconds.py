"""The two-person rule, once for every act: one person asks, another one agrees, and only then it happens.

Where nobody else holds the capability the one who does acts alone; otherwise a community of one could never change.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.communities.access import holders_of, holds, require, second_to_see
from minga.communities.events import SecondAnswered, SecondAsked
from minga.communities.models import Second
from minga.communities.rules.seconds import ACTS, WAITS, WORDS_MAX
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, NotFound
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.kit.text import clean_text

Apply = Callable[[Session, Actor, Second, datetime], None]
_applied_by: dict[str, Apply] = {}


def applies(name: str) -> Callable[[Apply], Apply]:
    """Mark the function that does an act once two people stand behind it."""

    def register(apply: Apply) -> Apply:
        _applied_by[ACTS[name].name] = apply
        return apply

    return register


def ask(
    session: Session,
    actor: Actor,
    act: str,
    community_id: Id,
    *,
    at: datetime,
    wish: dict[str, Any],
    about: str = "",
    words: str = "",
    concerning: Id | None = None,
) -> Second:
    """Ask for a second yes. The answer is settled at once where nobody else could give one."""
    capability = ACTS[act].capability
    require(session, actor, capability, community_id, at=at, seconded=True)
    if _open(session, act, community_id, about, at) is not None:
        raise Conflict(N_("This waits for a second yes already."))
    others = [
        h for h in holders_of(session, capability, community_id, at=at) if h.person_id != actor.person_id
    ]
    second = Second(
        community_id=community_id,
        act=act,
        about=about,
        wish={**wish, "concerning": concerning} if concerning else wish,
        words=clean_text(words, WORDS_MAX, field="words"),
        asked_by_id=actor.person_id,
        asked_at=at,
        until_at=at + WAITS,
    )
    session.add(second)
    session.flush()
    emit(session, actor, SecondAsked(second_id=second.id, act=act), at=at, community_id=community_id)
    if not others:
        second.answered_at, second.agreed = at, True
        _applied_by[act](session, actor, second, at)
        session.flush()
    return second


def agree(session: Session, actor: Actor, second_id: Id, *, at: datetime) -> Second:
    """The second person's yes: the act happens now. Saying yes again changes nothing."""
    second = _to_answer(session, actor, second_id, at)
    if second.answered_at and second.agreed and second.answered_by_id == actor.person_id:
        return second
    _must_wait(second, at)
    _must_be_another(session, actor, second, at)
    capability = ACTS[second.act].capability
    if not holds(session, second.asked_by_id, capability, second.community_id, at=at):
        raise Conflict(N_("Whoever asked for this may not do it any more. Ask for it yourself."))
    second.answered_by_id, second.answered_at, second.agreed = actor.person_id, at, True
    told = SecondAnswered(second_id=second.id, act=second.act, agreed=True)
    emit(session, actor, told, at=at, community_id=second.community_id)
    _applied_by[second.act](session, actor, second, at)
    session.flush()
    return second


def refuse(session: Session, actor: Actor, second_id: Id, *, at: datetime) -> Second:
    """The second person's no: nothing happens."""
    second = _to_answer(session, actor, second_id, at)
    if second.answered_at and second.agreed is False and second.answered_by_id == actor.person_id:
        return second
    _must_wait(second, at)
    _must_be_another(session, actor, second, at)
    second.answered_by_id, second.answered_at, second.agreed = actor.person_id, at, False
    told = SecondAnswered(second_id=second.id, act=second.act, agreed=False)
    emit(session, actor, told, at=at, community_id=second.community_id)
    return second


def withdraw(session: Session, actor: Actor, second_id: Id, *, at: datetime) -> Second:
    """Whoever asked takes it back before anybody answered."""
    second = _to_answer(session, actor, second_id, at)
    if second.asked_by_id != actor.person_id:
        raise Forbidden(N_("Only whoever asked can take it back. You can say no."))
    _must_wait(second, at)
    second.withdrawn_at = at
    session.flush()
    return second


def _to_answer(session: Session, actor: Actor, second_id: Id, at: datetime) -> Second:
    found = session.get(Second, parse_id(second_id), with_for_update=True)
    if found is None:
        raise NotFound()
    return second_to_see(session, actor, found.id, at=at, capability=ACTS[found.act].capability)


def _must_wait(second: Second, at: datetime) -> None:
    if second.withdrawn_at is not None:
        raise Conflict(N_("This was taken back."))
    if second.answered_at is not None:
        raise Conflict(N_("This was answered already."))
    if second.until_at <= at:
        raise Conflict(N_("Nobody agreed in time. Ask again if it is still wanted."))


def _must_be_another(session: Session, actor: Actor, second: Second, at: datetime) -> None:
    if second.asked_by_id == actor.person_id:
        raise Forbidden(N_("Somebody else has to agree. You already did."), code="same_person")
    require(
        session,
        actor,
        ACTS[second.act].capability,
        second.community_id,
        at=at,
        seconded=True,
        concerning=second.wish.get("concerning"),
    )


def _open(session: Session, act: str, community_id: Id, about: str, at: datetime) -> Id | None:
    return session.scalar(
        select(Second.id).where(
            Second.community_id == community_id,
            Second.act == act,
            Second.about == about,
            Second.until_at > at,
            Second.answered_at.is_(None),
            Second.withdrawn_at.is_(None),
        )
    )
