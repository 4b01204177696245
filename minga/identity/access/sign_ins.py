"""From a cookie or a token to an actor: the only way in. Each question is one query.

A sign-in that waits, has ended or ran out, and one of a suspended or erased person, is nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, exists, literal, or_, select

from minga.identity.models import OperatorGrant, Person, SignIn, Token
from minga.identity.rules.actor import Actor, Me, Via
from minga.identity.rules.sign_ins import WAITING, TokenKind
from minga.kit import refs
from minga.kit.crypto import digest
from minga.kit.db import Instant, Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id
from minga.kit.questions import Question

COOKIE_LENGTH_MAX = 100
TOKEN_PREFIX = "mg_"
BALLOT_PREFIX = "mgb_"
LockedFor = Callable[[Any, Any, Any], ColumnElement[str]]
_locked_for: list[LockedFor] = []


def locked_by(find: LockedFor) -> None:
    """Communities say here, as SQL over a person, a device and a moment, which of them do not know that device."""
    _locked_for[:] = [find]


def _locked() -> ColumnElement[str]:
    return _locked_for[0](Person.id, SignIn.device_id, _AT) if _locked_for else literal("")


_OPERATOR = exists().where(OperatorGrant.person_id == Person.id, OperatorGrant.ended_at.is_(None))
_PERSON = (
    Person.id.label("person_id"),
    Person.handle,
    Person.name,
    Person.language,
    Person.zone,
    Person.photo,
    Person.look,
    _OPERATOR.label("operator"),
)


def is_live(at: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """The filter of sign-ins that hold right now. A clock that goes back ends none that began at once."""
    return and_(
        or_(SignIn.live_at <= at, SignIn.live_at == SignIn.asked_at),
        SignIn.ended_at.is_(None),
        SignIn.idle_until > at,
        SignIn.absolute_until > at,
    )


def is_waiting(at: datetime) -> ColumnElement[bool]:
    """The filter of sign-ins that wait for a member's word and have not run out."""
    return and_(SignIn.live_at.is_(None), SignIn.ended_at.is_(None), SignIn.asked_at > at - WAITING)


_AT = bindparam("at", type_=Instant)


def _by_cookie(*, means_only: bool) -> Select[Any]:
    return (
        select(
            SignIn.id,
            SignIn.device_id,
            SignIn.confirmed_at,
            SignIn.seen_on,
            _locked().label("locked"),
            *_PERSON,
        )
        .join(Person, Person.id == SignIn.person_id)
        .where(
            SignIn.token_hash == bindparam("hash"),
            is_live(_AT),
            SignIn.means_only.is_(means_only),
            Person.suspended_at.is_(None),
            Person.erased_at.is_(None),
        )
    )


def _by_token() -> Select[Any]:
    return (
        select(Token.id, Token.scopes, Token.community_id, Token.used_on, *_PERSON)
        .join(Person, Person.id == Token.person_id)
        .where(
            Token.hash == bindparam("hash"),
            Token.kind != TokenKind.BALLOT,
            Token.ended_at.is_(None),
            Token.expires_at > _AT,
            Person.suspended_at.is_(None),
            Person.erased_at.is_(None),
        )
    )


def _by_ballot_token() -> Select[Any]:
    """A ballot token holds as long as its sign-in, and never longer than it was made for."""
    return (
        select(
            Token.id, Token.scopes, Token.community_id, SignIn.device_id, _locked().label("locked"), *_PERSON
        )
        .join(Person, Person.id == Token.person_id)
        .join(SignIn, SignIn.id == Token.sign_in_id)
        .where(
            Token.hash == bindparam("hash"),
            Token.kind == TokenKind.BALLOT,
            Token.ended_at.is_(None),
            Token.expires_at > _AT,
            is_live(_AT),
            SignIn.person_id == Token.person_id,
            SignIn.means_only.is_(False),
            Person.suspended_at.is_(None),
            Person.erased_at.is_(None),
        )
    )


_BY_COOKIE = Question(lambda: _by_cookie(means_only=False))
_FOR_MEANS = Question(lambda: _by_cookie(means_only=True))
_BY_TOKEN = Question(_by_token)
_BY_BALLOT_TOKEN = Question(_by_ballot_token)


def actor_from_cookie(
    session: Session, cookie: str, *, at: datetime, via: Via = Via.WEB, request_id: str = ""
) -> tuple[Actor, Me | None]:
    """Who holds this sign-in cookie, and what the frame shows of them."""
    nobody = Actor.nobody(via, request_id), None
    if not cookie or len(cookie) > COOKIE_LENGTH_MAX:
        return nobody
    found = _BY_COOKIE.first(session, hash=digest(cookie), at=at)
    if found is None:
        return nobody
    actor = Actor(
        found.person_id,
        via,
        sign_in_id=found.id,
        device_id=found.device_id,
        confirmed_at=found.confirmed_at,
        locked=frozenset((found.locked or "").split()),
        operator=found.operator,
        request_id=request_id,
    )
    return actor, _me(found, found.seen_on)


def actor_from_token(
    session: Session, bearer: str, *, at: datetime, via: Via = Via.API, request_id: str = ""
) -> tuple[Actor, Me | None]:
    """Who holds this bearer token, with its scopes and the community it is bound to. Never an operator."""
    nobody = Actor.nobody(via, request_id), None
    if not bearer.startswith(TOKEN_PREFIX) or len(bearer) > COOKIE_LENGTH_MAX:
        return nobody
    found = _BY_TOKEN.first(session, hash=digest(bearer), at=at)
    if found is None:
        return nobody
    actor = Actor(
        found.person_id,
        via,
        token_id=found.id,
        token_scopes=frozenset(found.scopes),
        token_community_id=found.community_id,
        request_id=request_id,
    )
    return actor, _me(found, found.used_on)


def actor_from_ballot_token(
    session: Session, bearer: str, *, at: datetime, request_id: str = ""
) -> tuple[Actor, Me | None]:
    """Who holds this ballot token; only what takes ballots asks. No use of it is noted anywhere."""
    nobody = Actor.nobody(Via.API, request_id), None
    if not bearer.startswith(BALLOT_PREFIX) or len(bearer) > COOKIE_LENGTH_MAX:
        return nobody
    found = _BY_BALLOT_TOKEN.first(session, hash=digest(bearer), at=at)
    if found is None:
        return nobody
    actor = Actor(
        found.person_id,
        Via.API,
        device_id=found.device_id,
        token_id=found.id,
        token_scopes=frozenset(found.scopes),
        token_community_id=found.community_id,
        locked=frozenset((found.locked or "").split()),
        request_id=request_id,
    )
    return actor, _me(found, at.date())


def _me(row: Any, seen_on: date | None) -> Me:
    return Me(
        person_id=row.person_id,
        handle=row.handle,
        name=row.name,
        language=row.language,
        zone=row.zone,
        photo=row.photo,
        look=row.look,
        seen_on=seen_on,
    )


def means_actor(
    session: Session, cookie: str, *, at: datetime, request_id: str = ""
) -> tuple[Actor, Me | None]:
    """Who holds a sign-in that may only set new means, after a recovery: pages of means ask this, no other."""
    if not cookie or len(cookie) > COOKIE_LENGTH_MAX:
        return Actor.nobody(request_id=request_id), None
    found = _FOR_MEANS.first(session, hash=digest(cookie), at=at)
    if found is None:
        return Actor.nobody(request_id=request_id), None
    actor = Actor(
        found.person_id,
        sign_in_id=found.id,
        device_id=found.device_id,
        confirmed_at=found.confirmed_at,
        request_id=request_id,
    )
    return actor, _me(found, found.seen_on)


@dataclass(frozen=True, slots=True)
class WaitingState:
    """What the bearer of a waiting cookie may know; the same for a name that exists and one that does not."""

    open: bool
    asked_at: datetime | None = None
    live_at: datetime | None = None
    means_only: bool = False
    person_id: str | None = None


def waiting_state(session: Session, cookie: str, *, at: datetime) -> WaitingState:
    """Where a sign-in that asked for a word stands. `person_id` is for our own use, never for the page."""
    found = session.execute(
        select(SignIn.person_id, SignIn.asked_at, SignIn.live_at, SignIn.ended_at, SignIn.means_only).where(
            SignIn.token_hash == digest(cookie[:COOKIE_LENGTH_MAX]), SignIn.asked_key.is_not(None)
        )
    ).first()
    if found is None or found.ended_at:
        return WaitingState(False)
    still = found.live_at is not None or found.asked_at > at - WAITING
    return WaitingState(still, found.asked_at, found.live_at, found.means_only, found.person_id)


def own_sign_in(session: Session, actor: Actor, id: Id, /, *, at: datetime) -> Id:
    """The id of a sign-in of one's own, in any state; others' are not there."""
    found = session.scalar(
        select(SignIn.id).where(SignIn.id == id, SignIn.person_id == (actor.person_id or ""))
    )
    if found is None:
        raise NotFound()
    return str(found)


def own_means(session: Session, actor: Actor, id: Id, /, *, at: datetime) -> Id:
    """One's own ways in, named by one's own id; others' are not there."""
    if not actor.signed_in or actor.person_id != id:
        raise NotFound()
    return id


refs.register("means", see=own_means, address=lambda _id: "/me/means")
refs.register("sign_in", see=own_sign_in, address=lambda _id: "/me/means")
