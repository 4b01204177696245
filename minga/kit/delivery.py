"""From events to reactions: each runs in its own transaction, leaves a receipt, is tried again, or ends as a dead letter."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from minga.kit.clock import Clock
from minga.kit.db import Database, Session
from minga.kit.errors import NotFound
from minga.kit.events import Event, EventRow, Undelivered, event_from
from minga.kit.ids import Id
from minga.kit.schema import Base, IdText, Instant, text_column

WAITS = (1, 10, 60, 600, 3600)
"""Seconds before the next try of a reaction that failed; after the last it is a dead letter."""

UNKNOWN = "unknown"
"""The name under which an event of an unknown kind becomes a dead letter instead of being skipped silently."""

Reaction = Callable[..., None]
E = TypeVar("E", bound=Event)
_reactions: dict[str, dict[str, Reaction]] = defaultdict(dict)


class Receipt(Base):
    """Proof that one reaction to one event is done; it makes redelivery harmless."""

    __tablename__ = "event_receipt"

    event_id: Mapped[str] = mapped_column(IdText(32), primary_key=True)
    reaction: Mapped[str] = text_column(80, primary_key=True)
    done_at: Mapped[datetime] = mapped_column(Instant)


class Attempt(Base):
    """Where one reaction to one event stands after failing; `dead_at` makes it a dead letter."""

    __tablename__ = "event_attempt"

    event_id: Mapped[str] = mapped_column(IdText(32), primary_key=True)
    reaction: Mapped[str] = text_column(80, primary_key=True)
    tries: Mapped[int]
    next_at: Mapped[datetime] = mapped_column(Instant)
    error: Mapped[str] = text_column(500)
    dead_at: Mapped[datetime | None] = mapped_column(Instant, index=True)


def on(kind: type[E], *, name: str) -> Callable[[Reaction], Reaction]:
    """Mark a function `(session, event, *, at)` as a reaction under a stable name such as "communication.thank"."""

    def register(reaction: Reaction) -> Reaction:
        if name in _reactions[kind.__name__]:
            raise ValueError(f"two reactions are called {name}")
        _reactions[kind.__name__][name] = reaction
        return reaction

    return register


def reactions_to(event_name: str) -> dict[str, Reaction]:
    """The reactions to one kind of event, by name."""
    return _reactions.get(event_name, {})


def all_reactions() -> dict[str, list[str]]:
    """Names of reactions by event, for the generated documentation."""
    return {event: sorted(found) for event, found in sorted(_reactions.items()) if found}


class UnknownReaction(Exception):
    """A stored delivery names an event or a reaction that this release does not have."""


def _refuse_unknown(_session: Session, event: Event, *, at: datetime) -> None:
    raise UnknownReaction(f"{type(event).__name__} at {at}")


def deliver(database: Database, clock: Clock, *, limit: int = 100) -> int:
    """Run what follows from events that wait; answers how many events were looked at."""
    with database.read() as session:
        waiting = session.scalars(_due(clock(), limit)).all()
    for event_id in waiting:
        _deliver_one(database, clock, event_id)
    return len(waiting)


def _due(now: datetime, limit: int) -> Any:
    earlier = aliased(Undelivered)
    blocked = exists().where(
        earlier.about_id == Undelivered.about_id, earlier.event_id < Undelivered.event_id
    )
    return (
        select(Undelivered.event_id)
        .where(Undelivered.next_at <= now, ~blocked)
        .order_by(Undelivered.event_id)
        .limit(limit)
    )


def _deliver_one(database: Database, clock: Clock, event_id: Id) -> None:
    with database.read() as session:
        row = session.get_one(EventRow, event_id)
        done = set(session.scalars(select(Receipt.reaction).where(Receipt.event_id == event_id)))
        tried = {a.reaction: a for a in session.scalars(select(Attempt).where(Attempt.event_id == event_id))}
    named = reactions_to(row.name) if row.name in Event.named else {UNKNOWN: _refuse_unknown}
    open_ = [n for n in {*named, *tried} if n not in done and not (n in tried and tried[n].dead_at)]
    waits = [_try(database, clock, row, name, tried.get(name)) for name in sorted(open_)]
    later = [at for at in waits if at]
    with database.write() as session:
        undelivered = session.get(Undelivered, event_id)
        if undelivered is None:
            return
        if later:
            undelivered.next_at = min(later)
        else:
            session.delete(undelivered)


def _try(
    database: Database, clock: Clock, row: EventRow, name: str, before: Attempt | None
) -> datetime | None:
    """One reaction, once. Answers when to try again, or None when there is nothing left to try."""
    now = clock()
    if before and before.next_at > now:
        return before.next_at
    try:
        with database.write() as session:
            if session.get(Receipt, (row.id, name)) is None:
                session.add(Receipt(event_id=row.id, reaction=name, done_at=now))
                reactions_to(row.name).get(name, _refuse_unknown)(session, event_from(row), at=now)
            session.execute(delete(Attempt).where(Attempt.event_id == row.id, Attempt.reaction == name))
    except Exception as error:
        return _note_failure(database, now, row.id, name, error)
    return None


def _note_failure(
    database: Database, now: datetime, event_id: Id, name: str, error: Exception
) -> datetime | None:
    with database.write() as session:
        attempt = session.get(Attempt, (event_id, name))
        if attempt is None:
            attempt = Attempt(event_id=event_id, reaction=name, tries=0, error="", next_at=now)
            session.add(attempt)
        attempt.tries += 1
        attempt.error = f"{type(error).__name__}: {error}"[:500]
        if attempt.tries > len(WAITS) or isinstance(error, UnknownReaction):
            attempt.dead_at = now
            return None
        attempt.next_at = now + timedelta(seconds=WAITS[attempt.tries - 1])
        return attempt.next_at


@dataclass(frozen=True)
class DeadLetter:
    """A reaction that was given up, for the operator."""

    event_id: Id
    event_name: str
    reaction: str
    tries: int
    error: str
    dead_at: datetime | None


def dead_letters(session: Session, *, limit: int = 100) -> list[DeadLetter]:
    """Reactions that were given up, newest first."""
    found = (
        select(
            Attempt.event_id, EventRow.name, Attempt.reaction, Attempt.tries, Attempt.error, Attempt.dead_at
        )
        .join(EventRow, EventRow.id == Attempt.event_id)
        .where(Attempt.dead_at.is_not(None))
        .order_by(Attempt.dead_at.desc())
        .limit(limit)
    )
    return [DeadLetter(*row) for row in session.execute(found)]


def replay(session: Session, event_id: Id, reaction: str, *, at: datetime) -> None:
    """Give a dead letter another round of tries."""
    attempt = session.get(Attempt, (event_id, reaction))
    if attempt is None or attempt.dead_at is None:
        raise NotFound()
    attempt.tries, attempt.dead_at, attempt.next_at = 0, None, at
    row = session.get_one(EventRow, event_id)
    session.merge(Undelivered(event_id=event_id, about_id=row.about_id, next_at=at))
