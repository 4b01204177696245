"""From events to reactions: each is a unit of its own, leaves a receipt, is tried again, or ends as a dead letter."""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import BigInteger, ColumnElement, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.clock import Clock
from minga.kit.db import Database, Session
from minga.kit.errors import NotFound
from minga.kit.events import Event, EventRow, Undelivered, event_from
from minga.kit.ids import Id
from minga.kit.insertions import Insertion
from minga.kit.questions import Question, connection_of
from minga.kit.schema import Base, IdText, Instant, text_column

WAITS = (1, 10, 60, 600, 3600)
"""Seconds before the next try of a reaction that failed; after the last it is a dead letter."""

UNKNOWN = "unknown"
"""The name under which an event of an unknown kind becomes a dead letter instead of being skipped silently."""

TRAIN = 10
"""How many events share one commit: a disk is asked to keep things once for all of them."""

TRAIN_SECONDS = 0.005
"""How long such a train may grow: who writes for somebody that waits for an answer must not wait longer for it."""

Reaction = Callable[..., None]
Unit = Callable[[], AbstractContextManager[Session]]
log = logging.getLogger("minga.worker")
E = TypeVar("E", bound=Event)
_reactions: dict[str, dict[str, Reaction]] = defaultdict(dict)
_replayable: set[str] = set()


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


def on(kind: type[E], *, name: str, replayable: bool = False) -> Callable[[Reaction], Reaction]:
    """Mark a function `(session, event, *, at)` as a reaction under a stable name such as "communication.thank".

    `replayable`: it may run for old events again (`kit.replaying`), because doing it twice changes nothing and it
    tells nobody.
    """

    def register(reaction: Reaction) -> Reaction:
        if name in _reactions[kind.__name__]:
            raise ValueError(f"two reactions are called {name}")
        _reactions[kind.__name__][name] = reaction
        if replayable:
            _replayable.add(name)
        return reaction

    return register


def reactions_to(event_name: str) -> dict[str, Reaction]:
    """The reactions to one kind of event, by name."""
    return _reactions.get(event_name, {})


def replayable() -> dict[str, list[str]]:
    """The reactions that may run again for old events, each with the kinds of events it follows."""
    return {
        name: sorted(event for event, found in _reactions.items() if name in found)
        for name in sorted(_replayable)
    }


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
        finished, waiting = _load(session, clock(), limit)
    looked_at, held_up = len(finished) + len(waiting), set[Id | None]()
    _finish(database, finished)
    while waiting:
        some = waiting[:TRAIN]
        try:
            with database.train() as unit:
                count, held = _deliver_some(unit, clock, some, held_up)
        except Exception:
            # One of them spoils the commit of all; whose fault it is shows when each has its own.
            log.exception("events are delivered one by one")
            count, held = _deliver_some(database.write, clock, some, held_up)
        held_up |= held
        waiting = waiting[count:]
    return looked_at


def _deliver_some(
    unit: Unit, clock: Clock, waiting: Sequence[_Waiting], held_up: AbstractSet[Id | None]
) -> tuple[int, set[Id | None]]:
    """Deliver some events in their order, at least one; answers how many, and the subjects of those that have to wait."""
    finished: list[Id] = []
    held: set[Id | None] = set()
    count, until = 0, time.monotonic() + TRAIN_SECONDS
    for count, one in enumerate(waiting, 1):  # noqa: B007 (how far it came)
        if one.row.about_id in held_up | held:
            continue
        if _deliver_one(unit, clock, one):
            finished.append(one.row.id)
        elif one.row.about_id:
            held.add(one.row.about_id)
        if time.monotonic() > until:
            break
    if finished:
        with unit() as session:
            session.execute(delete(Undelivered).where(Undelivered.event_id.in_(finished), ~_tried_again()))
    return count, held


def waits_since(session: Session) -> datetime | None:
    """When the event that waits longest for reactions, or for their next try, was or is due; None when none waits."""
    return session.scalar(select(func.min(Undelivered.next_at)))


def _finish(database: Database, finished: Sequence[Id]) -> None:
    """Strike events that nothing follows from off the list."""
    if finished:
        with database.write() as session:
            session.execute(delete(Undelivered).where(Undelivered.event_id.in_(finished), ~_tried_again()))


def _load(session: Session, now: datetime, limit: int) -> tuple[list[Id], list[_Waiting]]:
    """Events that are due, oldest first, but none about a subject of which an earlier one waits for its next try.

    First those that nothing follows from: most events of a busy node, and there is nothing to read of them.
    """
    names = {row.event_id: row.name for row in _DUE.rows(session, at=now, most=limit)}
    tried: dict[Id, dict[str, Attempt]] = defaultdict(dict)
    if names:
        for attempt in session.scalars(select(Attempt).where(Attempt.event_id.in_(names))):
            tried[attempt.event_id][attempt.reaction] = attempt
    wanted = [
        id for id, name in names.items() if id in tried or name not in Event.named or reactions_to(name)
    ]
    found = {}
    if wanted:
        rows = select(EventRow).where(EventRow.id.in_(wanted)).order_by(EventRow.id)
        found = {row.id: _Waiting(row, set(), tried[row.id]) for row in session.scalars(rows)}
        for receipt in session.scalars(select(Receipt).where(Receipt.event_id.in_(found))):
            found[receipt.event_id].done.add(receipt.reaction)
    return [id for id in names if id not in found], list(found.values())


def _due() -> Any:
    now: Any = bindparam("at", type_=Instant)
    held_up = select(Undelivered.about_id).where(Undelivered.next_at > now, Undelivered.about_id.is_not(None))
    return (
        select(Undelivered.event_id, EventRow.name)
        .join(EventRow, EventRow.id == Undelivered.event_id)
        .where(
            Undelivered.next_at <= now,
            or_(Undelivered.about_id.is_(None), Undelivered.about_id.not_in(held_up)),
        )
        .order_by(Undelivered.event_id)
        .limit(bindparam("most", type_=BigInteger))
    )


_DUE = Question(_due)


def _deliver_one(unit: Unit, clock: Clock, waiting: _Waiting) -> bool:
    """Try every open reaction; whether nothing is left to do for this event."""
    waits = [_try(unit, clock, waiting.row, name, waiting.tried.get(name)) for name in waiting.open()]
    later = [at for at in waits if at]
    if later:
        with unit() as session:
            session.execute(
                update(Undelivered).where(Undelivered.event_id == waiting.row.id).values(next_at=min(later))
            )
    return not later


def _tried_again() -> ColumnElement[bool]:
    """The event has a reaction that is to be tried once more, perhaps because somebody just asked for it."""
    return exists().where(Attempt.event_id == Undelivered.event_id, Attempt.dead_at.is_(None))


def _try(unit: Unit, clock: Clock, row: EventRow, name: str, before: Attempt | None) -> datetime | None:
    """One reaction, once. Answers when to try again, or None when there is nothing left to try."""
    now = clock()
    if before and before.next_at > now:
        return before.next_at
    try:
        with unit() as session:
            if _DONE.first(session, event=row.id, reaction=name) is None:
                receipt = {"event_id": row.id, "reaction": name, "done_at": now}
                _RECEIPT.run(connection_of(session), [receipt])
                reactions_to(row.name).get(name, _refuse_unknown)(session, event_from(row), at=now)
            if before is not None:
                session.execute(delete(Attempt).where(Attempt.event_id == row.id, Attempt.reaction == name))
    except Exception as error:
        return _note_failure(unit, now, row.id, name, error)
    return None


_RECEIPT = Insertion(Receipt.__table__)
_DONE = Question(
    lambda: select(Receipt.event_id).where(
        Receipt.event_id == bindparam("event"), Receipt.reaction == bindparam("reaction")
    )
)


def _note_failure(unit: Unit, now: datetime, event_id: Id, name: str, error: Exception) -> datetime | None:
    with unit() as session:
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
