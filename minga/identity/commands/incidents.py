"""When data got out: what happened is written down, whom it concerns is found, and who was told when is kept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, or_, select, update

from minga.identity.commands.people import require_operator
from minga.identity.events import IncidentRecorded, IncidentTold
from minga.identity.models import Incident, IncidentPerson, Person
from minga.identity.rules.actor import Actor
from minga.identity.rules.data import LETTER_MAX
from minga.identity.rules.sign_ins import require_fresh
from minga.kit import holdings
from minga.kit.db import Session
from minga.kit.errors import Invalid, NotFound
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.kit.text import clean_text

HOWS = ("mail", "phone", "in_person", "letter")
WHOM_MAX = 500
SPAN = N_("The end of the span lies before its beginning.")
KNOWN = N_("It cannot be known before it began.")
SAY_WHAT = N_("Choose at least one part of the data that was concerned.")


@dataclass(frozen=True, kw_only=True)
class Happened:
    """What whoever runs the node writes down. Without members of certain communities, everybody is concerned."""

    from_at: datetime
    until_at: datetime
    known_at: datetime
    tables: Collection[str]
    files: bool
    how: str
    done: str
    advice: str
    whom: str
    members: Collection[Id] | None = None
    communities: Collection[Id] = ()


def record_incident(session: Session, actor: Actor, given: Happened, *, at: datetime) -> Incident:
    """Write it down, and list everybody of whom one of the tables has a row."""
    require_operator(actor)
    require_fresh(actor.confirmed_at, at)
    _check(given, at)
    incident = Incident(
        made_by_id=actor.person_id,
        made_at=at,
        from_at=given.from_at,
        until_at=given.until_at,
        known_at=given.known_at,
        concerned={
            "tables": sorted(given.tables),
            "communities": sorted(given.communities),
            "files": given.files,
        },
        how=clean_text(given.how, LETTER_MAX, field="how", required=True),
        done=clean_text(given.done, LETTER_MAX, field="done"),
        advice=clean_text(given.advice, LETTER_MAX, field="advice"),
        whom=clean_text(given.whom, WHOM_MAX, field="whom"),
    )
    session.add(incident)
    session.flush()
    concerned = people_concerned(session, given.tables, given.members)
    rows = [{"incident_id": incident.id, "person_id": one, "how": ""} for one in concerned]
    if rows:
        session.execute(insert(IncidentPerson), rows)
    told = IncidentRecorded(incident_id=incident.id, people=len(rows))
    emit(session, actor, told, at=at)
    return incident


def _check(given: Happened, at: datetime) -> None:
    if given.until_at < given.from_at:
        raise Invalid(SPAN, fields={"until_at": SPAN})
    if not given.from_at <= given.known_at <= at:
        raise Invalid(KNOWN, fields={"known_at": KNOWN})
    known = {one.table for one in holdings.holdings() if one.own or one.party}
    if not given.tables or set(given.tables) - known:
        raise Invalid(SAY_WHAT, fields={"tables": SAY_WHAT})


def people_concerned(
    session: Session, tables: Collection[str], members: Collection[Id] | None
) -> Sequence[Id]:
    """Everybody here of whom one of these tables has a row, of certain members or of all."""
    there = []
    for one in holdings.holdings():
        if one.table not in tables:
            continue
        table = holdings.table_of(one)
        for path in (*one.own, *one.party):
            there.append(Person.id.in_(holdings.ends_of(table, path)))
    wanted = select(Person.id).where(Person.erased_at.is_(None), or_(*there)).order_by(Person.id)
    if members is not None:
        wanted = wanted.where(Person.id.in_(list(members)))
    return session.scalars(wanted).all()


def note_told(
    session: Session, actor: Actor, incident_id: Id, person_ids: Collection[Id], how: str, *, at: datetime
) -> int:
    """Keep when and how people were told; who was told before keeps the first time. Answers how many are new."""
    require_operator(actor)
    if how not in HOWS:
        raise Invalid(N_("Say how they were told."), fields={"how": N_("Choose one.")})
    found = _incident(session, incident_id)
    count = 0
    for person_id in person_ids:
        told = session.execute(
            update(IncidentPerson)
            .where(
                IncidentPerson.incident_id == found.id,
                IncidentPerson.person_id == parse_id(person_id),
                IncidentPerson.told_at.is_(None),
            )
            .values(told_at=at, how=how)
            .returning(IncidentPerson.person_id)
        ).first()
        if told is not None:
            event = IncidentTold(incident_id=found.id, person_id=person_id)
            emit(session, actor, event, at=at, person_id=person_id)
            count += 1
    return count


def note_authority(session: Session, actor: Actor, incident_id: Id, *, at: datetime) -> None:
    """The authority was told, where the law asks for it. Twice changes nothing."""
    require_operator(actor)
    found = _incident(session, incident_id)
    found.authority_told_at = found.authority_told_at or at


def close_incident(session: Session, actor: Actor, incident_id: Id, *, at: datetime) -> None:
    """Nothing is left to do; the record stays. Twice changes nothing."""
    require_operator(actor)
    found = _incident(session, incident_id)
    found.closed_at = found.closed_at or at


def _incident(session: Session, incident_id: Id) -> Incident:
    found = session.get(Incident, parse_id(incident_id))
    if found is None:
        raise NotFound()
    return found
