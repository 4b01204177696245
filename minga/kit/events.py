"""The one append-only store of facts: what happened, said once, in the transaction that did it.

Delivery (`kit.delivery`) works from rows beside the events, so that nothing ever touches an event again.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Literal, Protocol, TypeVar

from sqlalchemy import JSON, Index, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from minga.kit import seals
from minga.kit.db import note
from minga.kit.ids import Id, new_id
from minga.kit.insertions import Insertion
from minga.kit.questions import connection_of
from minga.kit.schema import Base, IdText, Instant, text_column

Audience = Literal["members", "stewards", "person", "operator"]
_ENTERED = text("for_id IS NOT NULL")
_PLAIN = re.compile(r"[A-Za-z0-9_.:@/+-]{0,64}")


class Doer(Protocol):
    """Whoever acts: what an event needs to know of an actor."""

    @property
    def person_id(self) -> Id | None: ...
    @property
    def for_by(self) -> Id | None: ...
    @property
    def via(self) -> str: ...
    @property
    def request_id(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact in the past tense: ids, enums, whole numbers and dates, never rows and never what somebody typed.

    Subclasses add facts and may set: `about`, the noun whose `<about>_id` fact is the subject; `audience`, who reads
    it in the log; `sensitive`, whether it belongs to the audit log; `version` of the shape.
    """

    named: ClassVar[dict[str, type["Event"]]] = {}
    about: ClassVar[str] = ""
    audience: ClassVar[Audience] = "stewards"
    sensitive: ClassVar[bool] = False
    version: ClassVar[int] = 1

    event_id: Id = field(default_factory=new_id)
    community_id: Id | None = None
    actor_id: Id | None = None
    happened_at: datetime | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        Event.named[cls.__name__] = cls

    @property
    def about_id(self) -> Id | None:
        """The id of the record this event speaks about; order of delivery is kept per subject."""
        return getattr(self, f"{self.about}_id", None) if self.about else None


HEADER = frozenset(f.name for f in fields(Event))


class EventRow(Base):
    """One fact. Append-only: triggers refuse every update and delete."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_community", "community_id", "id"),
        Index("ix_event_person", "person_id", "id"),
        Index("ix_event_about", "about_id", "id"),
        Index("ix_event_entered", "actor_id", "id", sqlite_where=_ENTERED, postgresql_where=_ENTERED),
    )

    id: Mapped[str] = mapped_column(IdText(32), primary_key=True)
    name: Mapped[str] = text_column(60)
    version: Mapped[int]
    community_id: Mapped[str | None] = mapped_column(IdText(32))
    root_id: Mapped[str | None] = mapped_column(IdText(32))
    actor_id: Mapped[str | None] = mapped_column(IdText(32))
    for_id: Mapped[str | None] = mapped_column(IdText(32))
    person_id: Mapped[str | None] = mapped_column(IdText(32))
    about_id: Mapped[str | None] = mapped_column(IdText(32))
    audience: Mapped[str] = text_column(10)
    sensitive: Mapped[bool]
    via: Mapped[str] = text_column(10)
    request_id: Mapped[str] = text_column(32)
    happened_at: Mapped[datetime] = mapped_column(Instant)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)


class Undelivered(Base):
    """An event whose reactions are not all done; the row goes when they are."""

    __tablename__ = "event_undelivered"

    event_id: Mapped[str] = mapped_column(IdText(32), primary_key=True)
    about_id: Mapped[str | None] = mapped_column(IdText(32))
    next_at: Mapped[datetime] = mapped_column(Instant, index=True)


seals.refuse_changes(EventRow.__table__)
_EVENT, _WAITS = Insertion(EventRow.__table__), Insertion(Undelivered.__table__)

EVENTS = "events"
"""What is noted (`db.note`) by a unit that wrote events."""

RootOf = Callable[[Session, Id], Id]
_root_of: list[RootOf] = []
E = TypeVar("E", bound=Event)


def find_roots_by(root_of: RootOf) -> None:
    """Communities say here how a subgroup's root is found, which names the chain of seals."""
    _root_of[:] = [root_of]


def emit(
    session: Session,
    actor: Doer,
    event: Event,
    *,
    at: datetime,
    community_id: Id | None = None,
    person_id: Id | None = None,
) -> Id:
    """Write the event beside the change it describes; both commit or neither. Answers the event's id.

    `person_id` is the person concerned when it is not the actor: they find it in their own log.
    """
    emit_all(session, actor, [(event, person_id)], at=at, community_id=community_id)
    return event.event_id


def emit_all(
    session: Session,
    actor: Doer,
    events: Sequence[tuple[Event, Id | None]],
    *,
    at: datetime,
    community_id: Id | None = None,
) -> None:
    """Write many events of one community at once, each with the person concerned, in their order."""
    session.flush()
    moment, root_id = at.astimezone(UTC), _root(session, community_id)
    rows = [
        {
            "id": event.event_id,
            "name": type(event).__name__,
            "version": event.version,
            "community_id": community_id,
            "root_id": root_id,
            "actor_id": actor.person_id,
            "for_id": actor.for_by,
            "person_id": person_id or actor.person_id,
            "about_id": event.about_id,
            "audience": event.audience,
            "sensitive": event.sensitive,
            "via": str(actor.via),
            "request_id": actor.request_id,
            "happened_at": moment,
            "facts": facts_of(event),
        }
        for event, person_id in events
    ]
    connection = connection_of(session)
    _EVENT.run(connection, rows)
    note(session, EVENTS)
    _WAITS.run(
        connection, ({"event_id": row["id"], "about_id": row["about_id"], "next_at": at} for row in rows)
    )
    if connection.dialect.name == "sqlite":
        sealed = [row | {"happened_at": moment.isoformat()} for row in rows]
        seals.append(connection, root_id or seals.NODE_CHAIN, sealed)


def _root(session: Session, community_id: Id | None) -> Id | None:
    return _root_of[0](session, community_id) if community_id and _root_of else community_id


def facts_of(event: Event) -> dict[str, Any]:
    """The event's own facts as JSON values; text that a member could have typed is refused."""
    return {f.name: _fact(f.name, getattr(event, f.name)) for f in fields(event) if f.name not in HEADER}


def _fact(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        return value
    if isinstance(value, tuple):
        return [_fact(name, inner) for inner in value]
    raise ValueError(f"{name}={value!r} is not an id, an enum, a whole number or a date")


def plain(row: EventRow) -> dict[str, Any]:
    """The row as plain values: what the seal covers, what exports carry."""
    return {
        "id": row.id,
        "name": row.name,
        "version": row.version,
        "community_id": row.community_id,
        "root_id": row.root_id,
        "actor_id": row.actor_id,
        "for_id": row.for_id,
        "person_id": row.person_id,
        "about_id": row.about_id,
        "audience": row.audience,
        "sensitive": bool(row.sensitive),
        "via": row.via,
        "request_id": row.request_id,
        "happened_at": row.happened_at.isoformat(),
        "facts": row.facts,
    }


def said_since(session: Session, event_id: Id) -> list[dict[str, Any]]:
    """What was emitted after this id (ids grow), as plain values; for `--dry-run`, inside its own transaction."""
    return [plain(row) for row in session.scalars(select(EventRow).where(EventRow.id > event_id))]


def event_from(row: EventRow) -> Event:
    """The event as it was emitted; a bare `Event` when this release knows no such name."""
    kind = Event.named.get(row.name, Event)
    known = {f.name for f in fields(kind)}
    facts = {name: tuple(v) if isinstance(v, list) else v for name, v in row.facts.items() if name in known}
    return kind(
        event_id=row.id,
        community_id=row.community_id,
        actor_id=row.actor_id,
        happened_at=row.happened_at,
        **facts,
    )
