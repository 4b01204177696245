"""What the clock does with applications: reminds welcomers, ends what nobody answered, erases what was written."""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from minga.communities.commands.questions import erase_answers
from minga.communities.commands.vouches import end_vouches_of
from minga.communities.events import ApplicationLapsed, ApplicationReminded
from minga.communities.models import Application, ApplicationAnswer, ApplicationNote, Membership
from minga.communities.rules.joining import (
    LAPSES_AFTER,
    NOTES_KEPT,
    REMINDERS,
    WORDS_KEPT,
    reminder_due,
)
from minga.identity import Actor
from minga.identity import commands as identity
from minga.identity.models import OperatorGrant, Person
from minga.kit import leaving
from minga.kit.db import Session
from minga.kit.events import emit
from minga.kit.ids import Id
from minga.kit.jobs import Run
from minga.kit.schedule import every

ERASED_AT_ONCE = 20

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


@every("communities.erase_applicants", hours=1, lane="heavy")
def erase_applicants(run: Run, _args: dict[str, object]) -> None:
    """Erase those who made an account only to ask, thirty days after that came to nothing, each in one transaction."""
    now = run.clock()
    with run.database.read() as session:
        due = _only_asked(session, now)
    for person_id in due:
        with run.database.write() as session:
            if person_id in _only_asked(session, now):
                erase_applicant(session, person_id, at=now)


def erase_applicant(session: Session, person_id: Id, *, at: datetime) -> bool:
    """One of them, at once: the thirty days were their time. Whatever is in the way keeps them until it is settled."""
    if leaving.in_the_way(session, person_id, at=at):
        return False
    machine = Actor.machine()
    asked = identity.begin_erasure(session, machine, person_id, keep_words=False, grace=timedelta(0), at=at)
    asked.due_at = at
    return identity.erase(session, asked.id, at=at)


def _only_asked(session: Session, at: datetime) -> list[Id]:
    """People without any membership, ever, whose every application is over for thirty days, and who run nothing here."""
    other = aliased(Application)
    ended = func.coalesce(Application.answered_at, Application.withdrawn_at, Application.lapsed_at)
    still = exists().where(
        other.person_id == Application.person_id,
        or_(
            func.coalesce(other.answered_at, other.withdrawn_at, other.lapsed_at).is_(None),
            func.coalesce(other.answered_at, other.withdrawn_at, other.lapsed_at) > at - WORDS_KEPT,
        ),
    )
    found = (
        select(Application.person_id)
        .join(Person, Person.id == Application.person_id)
        .where(
            ended <= at - WORDS_KEPT,
            Person.erased_at.is_(None),
            ~still,
            ~exists().where(Membership.person_id == Application.person_id),
            ~exists().where(OperatorGrant.person_id == Application.person_id),
        )
        .group_by(Application.person_id)
        .order_by(Application.person_id)
        .limit(ERASED_AT_ONCE)
    )
    return list(session.scalars(found))


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
