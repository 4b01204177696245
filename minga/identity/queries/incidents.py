"""Records of incidents for whoever runs the node: what happened, who is concerned, who was told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select

from minga.identity.models import Contact, Incident, IncidentPerson, OperatorGrant, Person
from minga.identity.rules.actor import Actor
from minga.identity.rules.data import AUTHORITY
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of
from minga.kit.refs import Act, NeedLine, Ref, needs, register

SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentLine:
    """One record: since when it is known, how many are concerned, how many of them were told."""

    id: Id
    known_at: datetime
    authority_due_at: datetime
    authority_told_at: datetime | None
    closed_at: datetime | None
    people: int
    told: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPage:
    """The whole record."""

    line: IncidentLine
    from_at: datetime
    until_at: datetime
    made_at: datetime
    concerned: dict[str, Any]
    how: str
    done: str
    advice: str
    whom: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Concerned:
    """One person, their language for the letter, whether mail reaches them, and when they were told."""

    person_id: Id
    handle: str
    name: str
    language: str
    mail: bool
    told_at: datetime | None
    how: str


def incidents(session: Session, actor: Actor) -> list[IncidentLine]:
    """The newest fifty."""
    _require(actor)
    return [_line(row) for row in session.execute(_lines().order_by(Incident.id.desc()).limit(SHOWN))]


def incident(session: Session, actor: Actor, incident_id: Id) -> IncidentPage:
    """One record."""
    _require(actor)
    found = session.get(Incident, parse_id(incident_id))
    if found is None:
        raise NotFound()
    return IncidentPage(
        line=_line(session.execute(_lines().where(Incident.id == found.id)).one()),
        from_at=found.from_at,
        until_at=found.until_at,
        made_at=found.made_at,
        concerned=found.concerned,
        how=found.how,
        done=found.done,
        advice=found.advice,
        whom=found.whom,
    )


def concerned(
    session: Session, actor: Actor, incident_id: Id, *, after: str | None = None, limit: int | None = None
) -> Page[Concerned]:
    """Those concerned, in the order of their ids."""
    _require(actor)
    most = limit_of(limit)
    mail = exists().where(
        Contact.person_id == Person.id,
        Contact.kind == "mail",
        Contact.verified_at.is_not(None),
        Contact.ended_at.is_(None),
    )
    query = (
        select(
            Person.id,
            Person.handle,
            Person.name,
            Person.language,
            mail.label("mail"),
            IncidentPerson.told_at,
            IncidentPerson.how,
        )
        .join(Person, Person.id == IncidentPerson.person_id)
        .where(IncidentPerson.incident_id == parse_id(incident_id))
        .order_by(IncidentPerson.person_id)
        .limit(most + 1)
    )
    if after:
        query = query.where(beyond([IncidentPerson.person_id], Cursor.decode(after, str)))
    rows = [
        Concerned(
            person_id=row.id,
            handle=row.handle,
            name=row.name,
            language=row.language,
            mail=bool(row.mail),
            told_at=row.told_at,
            how=row.how,
        )
        for row in session.execute(query)
    ]
    return page_of(rows, most, lambda one: (one.person_id,))


def _require(actor: Actor) -> None:
    if not actor.operator:
        raise NotFound()


def _lines() -> Any:
    people = select(func.count()).where(IncidentPerson.incident_id == Incident.id)
    told = people.where(IncidentPerson.told_at.is_not(None))
    return select(
        Incident.id,
        Incident.known_at,
        Incident.authority_told_at,
        Incident.closed_at,
        people.scalar_subquery().label("people"),
        told.scalar_subquery().label("told"),
    )


def _line(row: Any) -> IncidentLine:
    return IncidentLine(
        id=row.id,
        known_at=row.known_at,
        authority_due_at=row.known_at + AUTHORITY,
        authority_told_at=row.authority_told_at,
        closed_at=row.closed_at,
        people=row.people,
        told=row.told,
    )


@needs.register
def incident_lines(session: Session, actor: Actor, /, *, at: datetime) -> tuple[NeedLine, ...]:
    """Whoever runs the node reads what is open, with the hour by which an authority may have to know."""
    if not actor.operator:
        return ()
    found = session.execute(
        select(Incident.id, Incident.known_at, Incident.made_at, Incident.authority_told_at)
        .where(
            Incident.closed_at.is_(None),
            exists().where(OperatorGrant.person_id == actor.person_id, OperatorGrant.ended_at.is_(None)),
        )
        .limit(20)
    )
    return tuple(
        NeedLine(
            kind="incident",
            ref=Ref("incident", row.id),
            title=N_("Data got out: tell those concerned."),
            why=N_("Where the law asks for it, the authority has to know within 72 hours."),
            since_at=row.made_at,
            due_at=None if row.authority_told_at else row.known_at + AUTHORITY,
            weight=3,
            acts=(Act(N_("Open"), None, f"/node/incident/{row.id}"),),
        )
        for row in found
    )


def _see(session: Session, actor: Actor, id: Id, /, *, at: datetime) -> object:
    found = session.get(Incident, id)
    if found is None or not actor.operator:
        raise NotFound()
    return found


register("incident", see=_see, address=lambda id: f"/node/incident/{id}")
