"""What follows from reports, agreements and applications: those who have to act are told, never with the name of who reported."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.communication import commands as communication
from minga.communication.rules import NoticeClass
from minga.communities import access
from minga.communities.access.reports import free_handlers
from minga.communities.events import (
    AgreementPublished,
    ApplicationAnswered,
    ApplicationNoteWritten,
    ApplicationReminded,
    ReportAnswered,
    ReportAppealed,
    Reported,
)
from minga.communities.models import Application, Community, Membership, Report
from minga.identity.models import OperatorGrant
from minga.kit.db import Session
from minga.kit.delivery import on
from minga.kit.events import Event
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.refs import Ref


@on(Reported, name="communication.tell_report")
def tell_report(session: Session, event: Reported, *, at: datetime) -> None:
    """Handlers whom the case does not touch; where none is left, the operators."""
    _ask_handlers(session, event, event.report_id, N_("Something was reported in {community}."), at)


@on(ReportAppealed, name="communication.tell_appeal")
def tell_appeal(session: Session, event: ReportAppealed, *, at: datetime) -> None:
    sentence = N_("Somebody asks for a second look at a report in {community}.")
    _ask_handlers(session, event, event.report_id, sentence, at)


@on(ReportAnswered, name="communication.tell_answer")
def tell_answer(session: Session, event: ReportAnswered, *, at: datetime) -> None:
    """Who reported it, and whose it is; neither learns of the other."""
    found = session.get_one(Report, event.report_id)
    ref = Ref("report", found.id)
    sentence = N_("What you reported in {community} was answered.")
    _tell(session, event, [found.by_id], NoticeClass.ANSWER, ref, sentence, at)
    if found.concerned_id:
        sentence = N_("The moderators of {community} have decided about something of yours.")
        _tell(session, event, [found.concerned_id], NoticeClass.ANSWER, ref, sentence, at)


@on(AgreementPublished, name="communication.tell_agreement")
def tell_agreement(session: Session, event: AgreementPublished, *, at: datetime) -> None:
    """Every member, once; what has to be accepted is a duty with a day, all else is news."""
    people = session.scalars(
        select(Membership.person_id).where(
            Membership.community_id == event.community_id, Membership.ended_on.is_(None)
        )
    ).all()
    ref = Ref("agreement", event.agreement_id)
    if event.must_accept:
        sentence = N_("What is agreed in {community} has changed. Please say yes or no until {day}.")
        facts = {"day": str(event.grace_ends_at)[:10]}
        _tell(session, event, people, NoticeClass.DUTY, ref, sentence, at, facts)
    else:
        sentence = N_("There is a new version of what is agreed in {community}.")
        _tell(session, event, people, NoticeClass.COMMUNITY, ref, sentence, at)


@on(ApplicationNoteWritten, name="communication.tell_note")
def tell_note(session: Session, event: ApplicationNoteWritten, *, at: datetime) -> None:
    """What was written to the applicant is told to them, and their answer to the welcomers; notes tell nobody."""
    found = session.get_one(Application, event.application_id)
    ref = Ref("application", found.id)
    if event.by_applicant:
        sentence = N_("Somebody who asks to join {community} wrote to you.")
        _tell(session, event, _welcomers(session, event, at), NoticeClass.ADMIN, ref, sentence, at)
    elif event.to_applicant:
        sentence = N_("The welcomers of {community} have a question for you.")
        _tell(session, event, [found.person_id], NoticeClass.ANSWER, ref, sentence, at)


@on(ApplicationReminded, name="communication.remind_welcomers")
def remind_welcomers(session: Session, event: ApplicationReminded, *, at: datetime) -> None:
    sentence = N_("Somebody has waited {n} days for an answer of {community}.")
    ref, facts = Ref("application", event.application_id), {"n": event.days}
    _tell(session, event, _welcomers(session, event, at), NoticeClass.ADMIN, ref, sentence, at, facts)


@on(ApplicationAnswered, name="communication.tell_applicant")
def tell_applicant(session: Session, event: ApplicationAnswered, *, at: datetime) -> None:
    found = session.get_one(Application, event.application_id)
    sentence = N_("{community} has answered your application.")
    _tell(session, event, [found.person_id], NoticeClass.ANSWER, Ref("application", found.id), sentence, at)


def _ask_handlers(session: Session, event: Event, report_id: Id, sentence: str, at: datetime) -> None:
    found = session.get_one(Report, report_id)
    people = free_handlers(session, found, at=at) or list(
        session.scalars(select(OperatorGrant.person_id).where(OperatorGrant.ended_at.is_(None)))
    )
    _tell(session, event, people, NoticeClass.ADMIN, Ref("report", found.id), sentence, at)


def _welcomers(session: Session, event: Event, at: datetime) -> list[Id]:
    holders = access.holders_of(session, "application.answer", event.community_id or "", at=at)
    return [one.person_id for one in holders if one.person_id != event.actor_id]


def _tell(
    session: Session,
    event: Event,
    people: Iterable[Id],
    notice_class: NoticeClass,
    ref: Ref,
    sentence: str,
    at: datetime,
    facts: dict[str, Any] | None = None,
) -> None:
    name = session.get_one(Community, event.community_id).name
    for person_id in people:
        communication.notify(
            session,
            person_id,
            event_id=event.event_id,
            notice_class=notice_class,
            ref=ref,
            sentence=sentence,
            facts={"community": name, **(facts or {})},
            community_id=event.community_id,
            at=at,
        )
