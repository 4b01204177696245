"""Hints that something changed: which events a reader of some topics is told of, as ids only.

A hint says "look again"; what there is to see is fetched with the reader's own rights. So each topic is authorised
when somebody subscribes, each event again when it is sent, and what a hint says never depends on what was typed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from minga.kit import refs
from minga.kit.errors import Invalid, NotFound
from minga.kit.events import Event, EventRow
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.refs import Ref, Viewer

TOPICS_MAX = 20
AGAIN_SECONDS = 5
NOT_TOPICS = N_("Name 1 to {most} topics, like person:me or listing:ID.")
CHANGED = "changed"


@dataclass(frozen=True)
class Said:
    """What a hint needs to know of an event."""

    id: Id
    name: str
    community_id: Id | None
    person_id: Id | None
    about_id: Id | None
    audience: str
    happened_at: datetime
    version: int | None

    @property
    def ref(self) -> Ref | None:
        about = Event.named[self.name].about if self.name in Event.named else ""
        return Ref(about, self.about_id) if about and self.about_id else None


@dataclass(frozen=True)
class Hint:
    """One line of the stream: that something about this ref changed, and its version where that is known."""

    id: Id
    topic: str
    act: str
    ref: str | None
    rev: int | None
    at: datetime


@dataclass(frozen=True)
class Topic:
    """What somebody listens to: a thing and, of a community, all that happens in it; `name` as they wrote it."""

    name: str
    ref: Ref

    def touches(self, said: Said) -> bool:
        if self.ref.kind == "community" and said.community_id == self.ref.id:
            return True
        if self.name == "person:me":
            return said.person_id == self.ref.id
        return said.ref == self.ref


def topics_of(session: Session, actor: Viewer, text: str, *, at: datetime) -> tuple[Topic, ...]:
    """The topics of an address, such as `person:me,listing:ID`; NotFound when one is not this reader's to see."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not 1 <= len(names) <= TOPICS_MAX:
        raise Invalid(NOT_TOPICS, most=TOPICS_MAX)
    topics = tuple(_topic(actor, name) for name in dict.fromkeys(names))
    if not still_theirs(session, actor, topics, at=at):
        raise NotFound()
    return topics


def _topic(actor: Viewer, name: str) -> Topic:
    if name == "person:me":
        if actor.person_id is None:
            raise NotFound()
        return Topic(name, Ref("person", actor.person_id))
    return Topic(name, Ref.parse(name))


def still_theirs(session: Session, actor: Viewer, topics: Iterable[Topic], *, at: datetime) -> bool:
    """Whether the reader may still see everything they listen to; when not, their stream ends."""
    for topic in topics:
        if topic.name == "person:me":
            if actor.person_id != topic.ref.id:
                return False
        elif not refs.may_see(session, actor, topic.ref, at=at):
            return False
    return True


def newest(session: Session) -> Id | None:
    """The id of the newest event."""
    return session.scalar(select(EventRow.id).order_by(EventRow.id.desc()).limit(1))


def said_after(session: Session, after: Id | None, *, limit: int = 1_000) -> list[Said]:
    """The events after this one, oldest first."""
    columns = (EventRow.id, EventRow.name, EventRow.community_id, EventRow.person_id, EventRow.about_id)
    query = select(*columns, EventRow.audience, EventRow.happened_at, EventRow.facts).order_by(EventRow.id)
    if after:
        query = query.where(EventRow.id > after)
    rows = session.execute(query.limit(limit)).all()
    return [Said(r[0], r[1], r[2], r[3], r[4], r[5], r[6], _version(r.facts)) for r in rows]


def _version(facts: dict[str, object]) -> int | None:
    version = facts.get("version")
    return version if isinstance(version, int) else None


def hints_for(
    session: Session, actor: Viewer, topics: Sequence[Topic], said: Iterable[Said], *, at: datetime
) -> list[Hint]:
    """The hints among these events that this reader may have now."""
    seen: dict[Ref, bool] = {}

    def may_see(ref: Ref) -> bool:
        if ref not in seen:
            seen[ref] = refs.may_see(session, actor, ref, at=at)
        return seen[ref]

    found = []
    for one in said:
        topic = next((topic for topic in topics if topic.touches(one)), None)
        if topic is None or not getattr(Event.named.get(one.name, Event), "hinted", True):
            continue
        mine = actor.person_id is not None and one.person_id == actor.person_id
        visible = one.ref is not None and may_see(one.ref)
        act = _act(one, mine=mine, visible=visible, operator=getattr(actor, "operator", False))
        if act:
            shown = str(one.ref) if visible else None
            found.append(
                Hint(one.id, topic.name, act, shown, one.version if visible else None, one.happened_at)
            )
    return found


def _act(said: Said, *, mine: bool, visible: bool, operator: bool) -> str:
    """The word for what happened; only "changed", or nothing, for whom the event's name is not meant."""
    if said.audience == "operator":
        return said.name if operator else ""
    if said.audience == "person":
        return said.name if mine else ""
    if said.audience == "members":
        return said.name if visible or mine or said.ref is None else ""
    of_a_record = said.ref is not None and said.ref.kind != "community"
    return CHANGED if mine or (visible and of_a_record) else ""


def oldest_kept(now: datetime, *, minutes: int = 10) -> Id:
    """The least id an event of that age can have; who resumes from before it has to look at everything anew."""
    return id_floor(now - timedelta(minutes=minutes))


def id_floor(at: datetime) -> Id:
    """The least id that can be made at that instant.

    >>> from datetime import UTC
    >>> id_floor(datetime(2026, 11, 20, tzinfo=UTC))[:12]
    '01a1f640bc00'
    """
    return f"{int(at.timestamp() * 1000):012x}".ljust(32, "0")


def a_little_before(event_id: Id) -> Id:
    """The id from which to look again, so that what another process committed late is not missed."""
    return f"{max(0, int(event_id[:12], 16) - AGAIN_SECONDS * 1000):012x}".ljust(32, "0")
