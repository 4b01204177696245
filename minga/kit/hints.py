"""Hints that something changed: which events a reader of some topics is told of, as ids only.

A hint says "look again"; what there is to see is fetched with the reader's own rights. So each topic is authorised
when somebody subscribes, each event again when it is sent, and what a hint says never depends on what was typed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from minga.kit import refs
from minga.kit.errors import Invalid, NotFound
from minga.kit.events import Event, EventRow
from minga.kit.i18n import N_
from minga.kit.ids import Id, is_id
from minga.kit.refs import Ref, Viewer

TOPICS_MAX = 20
AGAIN_SECONDS = 5
NOT_TOPICS = N_("Name 1 to {most} topics, like person:me or listing:ID.")
CHANGED = "changed"


@dataclass(frozen=True)
class Said:
    """What a hint needs to know of an event: who it concerns, and all that its facts point at."""

    id: Id
    name: str
    community_id: Id | None
    person_id: Id | None
    about_id: Id | None
    audience: str
    happened_at: datetime
    version: int | None = None
    hangs_on: Ref | None = None
    pointed_at: tuple[Ref, ...] = ()

    @property
    def about(self) -> Ref | None:
        kind = Event.named[self.name].about if self.name in Event.named else ""
        return Ref(kind, self.about_id) if kind and self.about_id else None

    @property
    def ref(self) -> Ref | None:
        """The thing whose readers may be told: what it hangs on, else what it is about.

        A record that cannot be pointed at itself (a loan) is told to those who take part in the thing around it.
        """
        if self.hangs_on or (self.about and self.about.kind in refs.kinds()):
            return self.hangs_on or self.about
        shared = (one for one in self.pointed_at if refs.has_people(one.kind))
        return next(shared, self.about)


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
        """Whether the event could concern who listens to this; whether they may be told is asked afterwards."""
        if self.name == "person:me":
            return said.person_id == self.ref.id or any(one.id == self.ref.id for one in said.pointed_at)
        if self.ref.kind == "community" and said.community_id == self.ref.id:
            return True
        return self.ref in (said.ref, *said.pointed_at)


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
    return [_said(row) for row in session.execute(query.limit(limit))]


def _said(row: Any) -> Said:
    facts: dict[str, Any] = row.facts
    ids = {
        key[:-3]: value for key, value in facts.items() if key.endswith("_id") and value and is_id(str(value))
    }
    hangs_on = Ref(str(facts["ref_kind"]), ids["ref"]) if "ref_kind" in facts and "ref" in ids else None
    return Said(
        id=row.id,
        name=row.name,
        community_id=row.community_id,
        person_id=row.person_id,
        about_id=row.about_id,
        audience=row.audience,
        happened_at=row.happened_at,
        version=facts["version"] if isinstance(facts.get("version"), int) else None,
        hangs_on=hangs_on,
        pointed_at=tuple(Ref(kind, id) for kind, id in ids.items() if kind != "ref"),
    )


def hints_for(
    session: Session, actor: Viewer, topics: Sequence[Topic], said: Iterable[Said], *, at: datetime
) -> list[Hint]:
    """The hints among these events that this reader may have now."""
    seen: dict[Ref, bool] = {}
    found = []
    for one in said:
        topic = next((topic for topic in topics if topic.touches(one)), None)
        if topic is None or one.name not in Event.named or not getattr(Event.named[one.name], "hinted", True):
            continue
        ref = one.ref
        if ref is not None and ref not in seen:
            seen[ref] = refs.may_see(session, actor, ref, at=at)
        visible = ref is not None and seen[ref]
        mine = actor.person_id is not None and one.person_id == actor.person_id
        if visible and not mine and ref is not None and one.audience == "person":
            mine = refs.takes_part(session, ref, actor.person_id)
        if topic.name == "person:me" and not mine:
            continue
        act = _act(one, mine=mine, visible=visible, operator=getattr(actor, "operator", False))
        if act:
            shown = str(ref) if visible else None
            rev = one.version if visible else None
            found.append(Hint(one.id, topic.name, act, shown, rev, one.happened_at))
    return found


def _act(said: Said, *, mine: bool, visible: bool, operator: bool) -> str:
    """The word for what happened; only "changed", or nothing, for whom the event's name is not meant."""
    if said.audience == "operator":
        return said.name if operator else ""
    if said.audience == "members":
        return said.name if visible or mine or said.ref is None else ""
    if said.audience == "person" and mine:
        return said.name
    of_a_record = said.ref is not None and said.ref.kind != "community"
    return CHANGED if visible and of_a_record else ""


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
