"""What is said about a poll beside ballots: vetoes, objections, challenges, and the numbers for its lot."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from minga.governance.models import Challenge, Objection, Poll, Scrutiny, Veto
from minga.governance.queries.proposal_page import Name
from minga.governance.rules.kinds import ChallengeKind, ObjectionEnd
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id

SAID_MAX = 100


@dataclass(frozen=True, slots=True)
class VetoLine:
    person: Name
    reason: str
    made_at: datetime
    is_mine: bool


@dataclass(frozen=True, slots=True)
class ObjectionLine:
    """An objection; `ended` is None while it stands."""

    id: Id
    person: Name
    argument: str
    made_at: datetime
    ended: ObjectionEnd | None
    judging: bool
    is_mine: bool


@dataclass(frozen=True, slots=True)
class ChallengeLine:
    """A challenge; `upheld` is the first one's answer, `answered_at` is when a second one agreed to it."""

    id: Id
    person: Name
    kind: ChallengeKind
    reason: str
    made_at: datetime
    upheld: bool | None
    answer: str
    answered_at: datetime | None
    first_is_me: bool


@dataclass(frozen=True, slots=True)
class ScrutinyLine:
    """Somebody who adds a secret number to the lot: first its hash, then itself."""

    person: Name
    commitment: str
    reveal: str
    is_mine: bool


def vetoes(session: Session, actor: Actor, found: Poll) -> tuple[VetoLine, ...]:
    """Vetoes that hold, with names and reasons: public also where ballots are secret."""
    rows = session.execute(
        select(Veto, Person.name, Person.handle)
        .join(Person, Person.id == Veto.person_id)
        .where(Veto.poll_id == found.id, Veto.withdrawn_at.is_(None))
        .order_by(Veto.made_at, Person.name)
        .limit(SAID_MAX)
    )
    return tuple(
        VetoLine(Name(name, handle), one.reason, one.made_at, one.person_id == actor.person_id)
        for one, name, handle in rows
    )


def objections(session: Session, actor: Actor, found: Poll) -> tuple[ObjectionLine, ...]:
    """Objections in the order in which they were made."""
    rows = session.execute(
        select(Objection, Person.name, Person.handle)
        .join(Person, Person.id == Objection.person_id)
        .where(Objection.poll_id == found.id)
        .order_by(Objection.id)
        .limit(SAID_MAX)
    )
    return tuple(
        ObjectionLine(
            one.id,
            Name(name, handle),
            one.argument,
            one.made_at,
            one.ended,
            one.judging_since_at is not None,
            one.person_id == actor.person_id,
        )
        for one, name, handle in rows
    )


def challenges(session: Session, actor: Actor, found: Poll) -> tuple[ChallengeLine, ...]:
    """What was said to have gone wrong, and how it was answered."""
    rows = session.execute(
        select(Challenge, Person.name, Person.handle)
        .outerjoin(Person, Person.id == Challenge.person_id)
        .where(Challenge.poll_id == found.id)
        .order_by(Challenge.id)
        .limit(SAID_MAX)
    )
    return tuple(
        ChallengeLine(
            one.id,
            Name(name or "", handle or ""),
            one.kind,
            one.reason,
            one.made_at,
            one.upheld,
            one.answer,
            one.answered_at,
            one.answered_by_id == actor.person_id,
        )
        for one, name, handle in rows
    )


def scrutiny(session: Session, actor: Actor, found: Poll) -> tuple[ScrutinyLine, ...]:
    """Who adds a secret number to the lot, and how far they are."""
    rows = session.execute(
        select(Scrutiny, Person.name, Person.handle)
        .join(Person, Person.id == Scrutiny.person_id)
        .where(Scrutiny.poll_id == found.id)
        .order_by(Person.name)
        .limit(SAID_MAX)
    )
    return tuple(
        ScrutinyLine(Name(name, handle), one.commitment, one.reveal, one.person_id == actor.person_id)
        for one, name, handle in rows
    )
