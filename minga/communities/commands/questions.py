"""Questions to applicants, answers to them, and what is written about an application. None commits."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from minga.communities.access import application_to_see, community_to_see, may, require, require_scope
from minga.communities.events import ApplicationNoteWritten, QuestionChanged
from minga.communities.models import (
    Application,
    ApplicationAnswer,
    ApplicationNote,
    Community,
    QuestionVersion,
)
from minga.communities.rules import questions as rules
from minga.communities.rules.joining import WORDS_MAX
from minga.communities.rules.questions import Asked
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid, NotFound, Refused, TooMany
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id, new_id, parse_id
from minga.kit.text import clean_text

EDIT = "community.edit"
NOTES_PER_DAY = 30
Answers = Mapping[str, Sequence[str]]
"""What was typed, by the id of the question's version."""


def add_question(
    session: Session, actor: Actor, community_id: Id, asked: Asked, *, at: datetime
) -> QuestionVersion:
    """Ask one more question of everybody who applies from now on; at most twelve."""
    where = community_to_see(session, actor, community_id, at=at)
    require(session, actor, EDIT, where.id, at=at)
    session.get_one(Community, where.id, with_for_update=True)
    there = _current(session, where.id)
    if len(there) >= rules.QUESTIONS_MAX:
        raise Conflict(rules.TOO_MANY, code="too_many_questions")
    return _write(session, actor, where.id, new_id(), len(there) + 1, asked, at)


def change_question(
    session: Session, actor: Actor, version_id: Id, asked: Asked, *, position: int = 0, at: datetime
) -> QuestionVersion:
    """Word a question anew or move it: a new version. Answers that were given keep the question as it was asked."""
    found = _to_edit(session, actor, version_id, at)
    if found.until_at is not None:
        raise Conflict(N_("Somebody has changed this question. Look at it again."), code="stale")
    there = [one for one in _current(session, found.community_id) if one.id != found.id]
    found.until_at = at
    session.flush()
    place = min(max(position or found.position, 1), len(there) + 1)
    made = _write(session, actor, found.community_id, found.question_id, place, asked, at)
    for n, one in enumerate([*there[: place - 1], made, *there[place - 1 :]], 1):
        one.position = n
    session.flush()
    return made


def end_question(session: Session, actor: Actor, version_id: Id, *, at: datetime) -> Id:
    """Ask it no more; answers to the community's id. Twice changes nothing."""
    found = _to_edit(session, actor, version_id, at)
    if found.until_at is None:
        found.until_at = at
        session.flush()
        for n, one in enumerate(_current(session, found.community_id), 1):
            one.position = n
        told = QuestionChanged(question_id=found.question_id, ended=True)
        emit(session, actor, told, at=at, community_id=found.community_id)
    return found.community_id


def keep_answers(session: Session, application: Application, answers: Answers, *, at: datetime) -> None:
    """Keep what was answered to the questions that are asked now; Invalid names every one that needs another look."""
    wrong: dict[str, str | Refused] = {}
    for one in _current(session, application.community_id):
        field = f"q-{one.id}"
        try:
            kept = rules.read_answer(asked_of(one), answers.get(one.id, ()), field=field)
        except Invalid as refusal:
            wrong |= refusal.fields
            continue
        if kept:
            session.add(ApplicationAnswer(application_id=application.id, version_id=one.id, answer=kept))
    if wrong:
        raise Invalid(N_("Some questions need another look."), fields=wrong)
    session.flush()


def erase_answers(session: Session, applications: Collection[Id]) -> None:
    """Delete what was answered and what passed between applicant and welcomers."""
    wanted = list(applications)
    if not wanted:
        return
    session.execute(delete(ApplicationAnswer).where(ApplicationAnswer.application_id.in_(wanted)))
    session.execute(
        delete(ApplicationNote).where(
            ApplicationNote.application_id.in_(wanted), ApplicationNote.to_applicant
        )
    )


def write_note(
    session: Session, actor: Actor, application_id: Id, words: str, *, to_applicant: bool, at: datetime
) -> ApplicationNote:
    """Write to the applicant, as the applicant to the welcomers, or among welcomers alone."""
    require_scope(actor, writing=True)
    found = application_to_see(session, actor, application_id, at=at)
    mine = found.person_id == actor.person_id
    if mine and not to_applicant:
        raise NotFound()
    if not mine:
        require(session, actor, "application.answer", found.community_id, at=at, concerning=found.person_id)
    over = found.answered_at or found.withdrawn_at or found.lapsed_at
    if over and to_applicant:
        raise Conflict(N_("This application is over."))
    said = clean_text(words, WORDS_MAX, field="words", required=True)
    lately = select(func.count()).where(
        ApplicationNote.by_id == actor.person_id, ApplicationNote.at > at - timedelta(days=1)
    )
    if (session.scalar(lately) or 0) >= NOTES_PER_DAY:
        raise TooMany(N_("That is enough for a day. Go on tomorrow."), retry_after=3_600)
    note = ApplicationNote(
        application_id=found.id, by_id=actor.person_id, to_applicant=to_applicant, words=said, at=at
    )
    session.add(note)
    session.flush()
    told = ApplicationNoteWritten(application_id=found.id, to_applicant=to_applicant, by_applicant=mine)
    emit(session, actor, told, at=at, community_id=found.community_id)
    return note


def asked_of(row: QuestionVersion) -> Asked:
    return Asked(row.kind, row.words, row.required, row.choices or None)


def _current(session: Session, community_id: Id) -> list[QuestionVersion]:
    rows = (
        select(QuestionVersion)
        .where(QuestionVersion.community_id == community_id, QuestionVersion.until_at.is_(None))
        .order_by(QuestionVersion.position, QuestionVersion.id)
        .limit(rules.QUESTIONS_MAX)
    )
    return list(session.scalars(rows))


def _to_edit(session: Session, actor: Actor, version_id: Id, at: datetime) -> QuestionVersion:
    found = session.get(QuestionVersion, parse_id(version_id), with_for_update=True)
    if found is None or not may(session, actor, "community.see", found.community_id, at=at):
        raise NotFound()
    require(session, actor, EDIT, found.community_id, at=at)
    return found


def _write(
    session: Session,
    actor: Actor,
    community_id: Id,
    question_id: Id,
    position: int,
    asked: Asked,
    at: datetime,
) -> QuestionVersion:
    kept = rules.checked(asked)
    made = QuestionVersion(
        community_id=community_id,
        question_id=question_id,
        position=position,
        kind=kept.kind,
        required=kept.required,
        words=dict(kept.words),
        choices={language: list(some) for language, some in (kept.choices or {}).items()},
        since_at=at,
        by_id=actor.person_id,
    )
    session.add(made)
    session.flush()
    emit(session, actor, QuestionChanged(question_id=question_id), at=at, community_id=community_id)
    return made
