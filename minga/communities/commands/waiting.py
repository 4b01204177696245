"""What the clock does with applications: reminds welcomers, ends what nobody answered, erases what was written."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update

from minga.communities.commands.questions import erase_answers
from minga.communities.commands.vouches import end_vouches_of
from minga.communities.events import ApplicationLapsed, ApplicationReminded
from minga.communities.models import Application, ApplicationAnswer, ApplicationNote
from minga.communities.rules.joining import (
    LAPSES_AFTER,
    NOTES_KEPT,
    REMINDERS,
    WORDS_KEPT,
    reminder_due,
)
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.events import emit

_OPEN = (
    Application.answered_at.is_(None),
    Application.withdrawn_at.is_(None),
    Application.lapsed_at.is_(None),
)


def remind_welcomers(session: Session, machine: Actor, *, at: datetime, limit: int) -> None:
    """After 3, 7, 14 and 30 days without an answer; each once."""
    steps = [
        (Application.sent_at <= at - timedelta(days=days)) & (Application.reminded_days < days)
        for days in REMINDERS
    ]
    for one in session.scalars(select(Application).where(*_OPEN, or_(*steps)).limit(limit)).all():
        days = reminder_due(one.sent_at, one.reminded_days, at)
        if days is None:
            continue
        one.reminded_days = days
        told = ApplicationReminded(application_id=one.id, days=days)
        emit(session, machine, told, at=at, community_id=one.community_id)


def lapse_applications(session: Session, machine: Actor, *, at: datetime, limit: int) -> None:
    """End what nobody has answered for sixty days."""
    due = select(Application).where(*_OPEN, Application.sent_at <= at - LAPSES_AFTER).limit(limit)
    for one in session.scalars(due).all():
        one.lapsed_at = at
        told = ApplicationLapsed(application_id=one.id)
        emit(session, machine, told, at=at, community_id=one.community_id, person_id=one.person_id)
        end_vouches_of(session, machine, one.person_id, [one.community_id], at=at)


def erase_applications(session: Session, *, at: datetime, limit: int) -> None:
    """Erase words, answers and talk thirty days after a no or no answer, and welcomers' notes after ninety."""
    over = or_(Application.answered_at < at - WORDS_KEPT, Application.lapsed_at < at - WORDS_KEPT)
    refused = (over, Application.answer.is_distinct_from("accepted"))
    written = or_(
        Application.words != "",
        Application.reason != "",
        Application.id.in_(select(ApplicationAnswer.application_id)),
        Application.id.in_(select(ApplicationNote.application_id).where(ApplicationNote.to_applicant)),
    )
    due = session.scalars(select(Application.id).where(*refused, written).limit(limit)).all()
    if due:
        erase_answers(session, due)
        session.execute(
            update(Application)
            .where(Application.id.in_(due))
            .values(words="", reason="")
            .execution_options(synchronize_session=False)
        )
    ended = select(Application.id).where(
        or_(
            Application.answered_at < at - NOTES_KEPT,
            Application.withdrawn_at < at - NOTES_KEPT,
            Application.lapsed_at < at - NOTES_KEPT,
        )
    )
    session.execute(
        delete(ApplicationNote)
        .where(ApplicationNote.at < at - NOTES_KEPT, ApplicationNote.application_id.in_(ended))
        .execution_options(synchronize_session=False)
    )
