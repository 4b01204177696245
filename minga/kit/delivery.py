"""From events to reactions: each runs in its own transaction, leaves a receipt, is tried again, or ends as a dead letter."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, delete, exists, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

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


@dataclass
class _Waiting:
    """One event with what is known of its reactions."""

    row: EventRow
    done: set[str]
    tried: dict[str, Attempt]

    def open(self) -> list[str]:
        """The reactions that are neither done nor given up, in the order of their names."""
        named = reactions_to(self.row.name) if self.row.name in Event.named else {UNKNOWN: _refuse_unknown}
        given_up = {name for name, attempt in self.tried.items() if attempt.dead_at}
        return sorted({*named, *self.tried} - self.done - given_up)


def deliver(database: Database, clock: Clock, *, limit: int = 100) -> int:
    """Run what follows from events that wait; answers how many events were looked at."""
    with database.read() as session:
        waiting = _load(session, clock(), limit)
    finished: list[Id] = []
    held_up: set[Id | None] = set()
    for one in waiting:
        if one.row.about_id in held_up:
            continue
        if _deliver_one(database, clock, one):
            finished.append(one.row.id)
        elif one.row.about_id:
            held_up.add(one.row.about_id)
    if finished:
        with database.write() as session:
            session.execute(delete(Undelivered).where(Undelivered.event_id.in_(finished), ~_tried_again()))
    return len(waiting)


def _load(session: Session, now: datetime, limit: int) -> list[_Waiting]:
    """Events that are due, oldest first, but none about a subject of which an earlier one waits for its next try."""
    held_up = select(Undelivered.about_id).where(Undelivered.next_at > now, Undelivered.about_id.is_not(None))
    due = (
        select(EventRow)
        .join(Undelivered, Undelivered.event_id == EventRow.id)
        .where(
            Undelivered.next_at <= now,
            or_(Undelivered.about_id.is_(None), Undelivered.about_id.not_in(held_up)),
        )
        .order_by(Undelivered.event_id)
        .limit(limit)
    )
    found = {row.id: _Waiting(row, set(), {}) for row in session.scalars(due)}
    if found:
        for receipt in session.scalars(select(Receipt).where(Receipt.event_id.in_(found))):
            found[receipt.event_id].done.add(receipt.reaction)
        for attempt in session.scalars(select(Attempt).where(Attempt.event_id.in_(found))):
            found[attempt.event_id].tried[attempt.reaction] = attempt
    return list(found.values())


def _deliver_one(database: Database, clock: Clock, waiting: _Waiting) -> bool:
    """Try every open reaction; whether nothing is left to do for this event."""
    waits = [_try(database, clock, waiting.row, name, waiting.tried.get(name)) for name in waiting.open()]
    later = [at for at in waits if at]
    if later:
        with database.write() as session:
            session.execute(
                update(Undelivered).where(Undelivered.event_id == waiting.row.id).values(next_at=min(later))
            )
    return not later


def _tried_again() -> ColumnElement[bool]:
    """The event has a reaction that is to be tried once more, perhaps because somebody just asked for it."""
    return exists().where(Attempt.event_id == Undelivered.event_id, Attempt.dead_at.is_(None))


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
