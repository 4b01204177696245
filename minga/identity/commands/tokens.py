"""Keys for the API: made on a page after a confirmation, shown once, ended any time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from minga.identity import events
from minga.identity.access.sign_ins import BALLOT_PREFIX, TOKEN_PREFIX
from minga.identity.models import Token
from minga.identity.rules.actor import Actor
from minga.identity.rules.sign_ins import BALLOT_TOKEN, TOKEN_DAYS, TOKENS_MAX, TokenKind, require_fresh
from minga.kit.crypto import digest, random_token
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid, NotFound
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id, new_id
from minga.kit.text import clean_line

DOMAINS = ("communities", "sharing", "communication", "identity", "reputation", "intelligence")
BALLOT_SCOPE = "ballot"
BALLOT_NAME = "Ballots"
SCOPES = ("read", "write", *(f"{domain}.{right}" for domain in DOMAINS for right in ("read", "write")))


def make_token(
    session: Session,
    actor: Actor,
    *,
    name: str,
    scopes: Sequence[str],
    days: int,
    community_id: Id | None = None,
    at: datetime,
) -> str:
    """A personal token: its text is answered once. Reading lasts at most 90 days, writing 30."""
    if actor.person_id is None or actor.token_id:
        raise NotFound()
    require_fresh(actor.confirmed_at, at)
    called = clean_line(name, 60, field="name", required=True)
    wanted = sorted(set(scopes))
    if not wanted or any(one not in SCOPES for one in wanted):
        sentence = N_("Choose what this token may do.")
        raise Invalid(sentence, fields={"scopes": sentence})
    most = TOKEN_DAYS["write" if any("write" in one for one in wanted) else "read"]
    if not 1 <= days <= most:
        sentence = N_("A token of this kind lasts 1 to {most} days.")
        raise Invalid(sentence, fields={"days": sentence}, most=most)
    count = session.scalar(
        select(func.count())
        .select_from(Token)
        .where(Token.person_id == actor.person_id, Token.ended_at.is_(None), Token.expires_at > at)
    )
    if (count or 0) >= TOKENS_MAX:
        raise Conflict(N_("You have twenty tokens. End one you no longer use first."))
    text = TOKEN_PREFIX + random_token()
    token = Token(
        id=new_id(),
        person_id=actor.person_id,
        name=called,
        kind=TokenKind.PERSONAL,
        hash=digest(text),
        scopes=wanted,
        community_id=community_id,
        made_at=at,
        expires_at=at + timedelta(days=days),
    )
    session.add(token)
    emit(session, actor, events.MeansChanged(person_id=actor.person_id, what="token_made"), at=at)
    return text


def make_ballot_token(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> str:
    """The one key with which a program casts ballots: for one community, 15 minutes, and no longer than this sign-in.

    Its text is answered once; an earlier one of the same sign-in ends. It is never made longer.
    """
    if actor.person_id is None or actor.token_id or actor.sign_in_id is None or actor.for_by:
        raise NotFound()
    require_fresh(actor.confirmed_at, at)
    session.execute(
        update(Token)
        .where(
            Token.person_id == actor.person_id,
            Token.kind == TokenKind.BALLOT,
            Token.sign_in_id == actor.sign_in_id,
            Token.ended_at.is_(None),
        )
        .values(ended_at=at)
    )
    text = BALLOT_PREFIX + random_token()
    token = Token(
        id=new_id(),
        person_id=actor.person_id,
        name=BALLOT_NAME,
        kind=TokenKind.BALLOT,
        hash=digest(text),
        scopes=[BALLOT_SCOPE],
        community_id=community_id,
        sign_in_id=actor.sign_in_id,
        made_at=at,
        expires_at=at + BALLOT_TOKEN,
    )
    session.add(token)
    event = events.MeansChanged(person_id=actor.person_id, what="ballot_token_made")
    emit(session, actor, event, at=at)
    return text


def end_token(session: Session, actor: Actor, token_id: Id, *, at: datetime) -> None:
    """End a token of one's own; it stops with the next request."""
    found = session.get(Token, token_id)
    if found is None or found.person_id != actor.person_id:
        raise NotFound()
    if found.ended_at is None:
        found.ended_at = at
        event = events.MeansChanged(person_id=found.person_id, what="token_ended")
        emit(session, actor, event, at=at)
