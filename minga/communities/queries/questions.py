"""Questions to applicants as they are asked now, and answers as they were asked then."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import select

from minga.communities.access import application_to_see, community_to_see, may, require
from minga.communities.models import ApplicationAnswer, ApplicationNote, QuestionVersion
from minga.communities.rules.questions import (
    QUESTIONS_MAX,
    Asked,
    QuestionKind,
    shown_answer,
)
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id

NOTES_MAX = 200


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question as it is asked now; `options` are numbers with their words."""

    id: Id
    kind: QuestionKind
    position: int
    required: bool
    words: str
    options: list[tuple[str, str]]
    by_language: dict[str, str]
    choices_by_language: dict[str, list[str]]


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """An answer with the question as it was asked."""

    words: str
    kind: QuestionKind
    answer: str


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wrote about an application, to the applicant or among welcomers."""

    by: str
    mine: bool
    words: str
    to_applicant: bool
    by_applicant: bool
    at: datetime


def questions_of(session: Session, community_id: Id, *, languages: Sequence[str] = ()) -> list[Question]:
    """What is asked now, for a form whose door the caller has opened."""
    rows = session.scalars(
        select(QuestionVersion)
        .where(QuestionVersion.community_id == community_id, QuestionVersion.until_at.is_(None))
        .order_by(QuestionVersion.position, QuestionVersion.id)
        .limit(QUESTIONS_MAX)
    )
    return [_question(one, languages) for one in rows]


def questions(
    session: Session, actor: Actor, community_id: Id, *, at: datetime, languages: Sequence[str] = ()
) -> list[Question]:
    """What is asked now, for those who live there."""
    where = community_to_see(session, actor, community_id, at=at)
    require(session, actor, "community.see", where.id, at=at)
    return questions_of(session, where.id, languages=languages)


def _question(row: QuestionVersion, languages: Sequence[str]) -> Question:
    asked = _asked(row)
    return Question(
        id=row.id,
        kind=row.kind,
        position=row.position,
        required=row.required,
        words=asked.said(*languages),
        options=asked.options(*languages),
        by_language=row.words,
        choices_by_language=row.choices,
    )


def _asked(row: QuestionVersion) -> Asked:
    return Asked(row.kind, row.words, row.required, row.choices or None)


def answers_of(
    session: Session, actor: Actor, application_id: Id, *, at: datetime, languages: Sequence[str] = ()
) -> list[Answered]:
    """What an applicant answered, for them and for those who read applications."""
    found = application_to_see(session, actor, application_id, at=at)
    rows = session.execute(
        select(ApplicationAnswer.answer, QuestionVersion)
        .join(QuestionVersion, QuestionVersion.id == ApplicationAnswer.version_id)
        .where(ApplicationAnswer.application_id == found.id)
        .order_by(QuestionVersion.position, QuestionVersion.id)
    )
    return [
        Answered(
            words=_asked(row).said(*languages),
            kind=row.kind,
            answer=shown_answer(_asked(row), kept, *languages),
        )
        for kept, row in rows
    ]


def notes_of(session: Session, actor: Actor, application_id: Id, *, at: datetime) -> list[Note]:
    """What passed between applicant and welcomers; what welcomers wrote to each other only for them."""
    found = application_to_see(session, actor, application_id, at=at)
    mine = found.person_id == actor.person_id
    wanted = (
        select(ApplicationNote, Person.name)
        .join(Person, Person.id == ApplicationNote.by_id)
        .where(ApplicationNote.application_id == found.id)
        .order_by(ApplicationNote.id)
        .limit(NOTES_MAX)
    )
    if mine or not may(session, actor, "application.see", found.community_id, at=at):
        wanted = wanted.where(ApplicationNote.to_applicant)
    return [
        Note(
            by=name,
            mine=one.by_id == actor.person_id,
            words=one.words,
            to_applicant=one.to_applicant,
            by_applicant=one.by_id == found.person_id,
            at=one.at,
        )
        for one, name in session.execute(wanted)
    ]
