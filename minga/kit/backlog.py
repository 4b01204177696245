"""What waits, runs, went and was given up in the background, for the operator: numbers and reasons, never contents."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from minga.kit import delivery, jobs, mail, refs
from minga.kit.delivery import Attempt, DeadLetter, dead_letters
from minga.kit.errors import Invalid
from minga.kit.events import Audience, Doer, Event, EventRow, Undelivered, emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.jobs import Job, JobState
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of
from minga.kit.refs import Act, NeedLine, Ref

UNKNOWN_STATE = N_("A job is waiting, running, done or dead.")
GIVEN_UP = N_("Given up after all tries: {n}. Look why, then try again.")
LETTERS_FAILED = N_("Letters that could not be sent: {n}.")
LETTERS_WAIT = N_("Letters that wait for more than an hour: {n}. Does the mail server answer?")
MAIL_LATE = timedelta(hours=1)
AT_ONCE_MAX = 1_000
NODE = "0" * 32


class Work(StrEnum):
    JOB = "job"
    REACTION = "reaction"
    LETTER = "letter"
    ALL = "all"


@dataclass(frozen=True, kw_only=True)
class WorkRetried(Event):
    """The operator gave something that was given up another round of tries."""

    audience: ClassVar[Audience] = "operator"
    work: Work
    count: int = 1


@dataclass(frozen=True)
class JobCount:
    """How many jobs of a lane are in a state, and when the first of them was or is due."""

    lane: str
    state: JobState
    count: int
    oldest_run_at: datetime


@dataclass(frozen=True)
class JobLine:
    """One job; what it was told stays in its row."""

    id: Id
    lane: str
    name: str
    state: JobState
    tries: int
    run_at: datetime
    done_at: datetime | None
    took_ms: int | None
    error: str


@dataclass(frozen=True)
class NodeEvent:
    """One event of the node as such: who may read it is decided by whoever shows it."""

    id: Id
    name: str
    happened_at: datetime
    via: str
    actor_id: Id | None
    about_id: Id | None
    sensitive: bool
    facts: dict[str, object]


def job_counts(session: Session) -> tuple[JobCount, ...]:
    """Jobs by lane and state."""
    query = select(Job.lane, Job.state, func.count(), func.min(Job.run_at)).group_by(Job.lane, Job.state)
    found = [JobCount(lane, state, count, oldest) for lane, state, count, oldest in session.execute(query)]
    return tuple(sorted(found, key=lambda one: (jobs.LANES.index(one.lane), one.state)))


def state_of(text: str) -> JobState | None:
    """The state that somebody names; None for all of them."""
    if not text:
        return None
    try:
        return JobState(text)
    except ValueError as fault:
        raise Invalid(UNKNOWN_STATE) from fault


def job_lines(
    session: Session, state: JobState | None = None, *, after: str | None = None, limit: int | None = None
) -> Page[JobLine]:
    """Jobs of one state or of all, those due last first."""
    most = limit_of(limit)
    columns = (
        Job.id,
        Job.lane,
        Job.name,
        Job.state,
        Job.tries,
        Job.run_at,
        Job.done_at,
        Job.took_ms,
        Job.error,
    )
    query = select(*columns).order_by(Job.run_at.desc(), Job.id.desc()).limit(most + 1)
    if state is not None:
        query = query.where(Job.state == state)
    if after:
        keys = (Job.run_at, Job.id)
        query = query.where(beyond(keys, Cursor.decode(after, datetime, str), descending=True))
    rows = [JobLine(*row) for row in session.execute(query)]
    return page_of(rows, most, lambda job: (job.run_at, job.id))


def given_up(session: Session) -> list[DeadLetter]:
    """Reactions to events that were given up, newest first."""
    return dead_letters(session)


def retry_job(session: Session, actor: Doer, job_id: Id, *, at: datetime) -> None:
    """Give a dead job another round of tries."""
    jobs.retry(session, job_id, at=at)
    emit(session, actor, WorkRetried(work=Work.JOB), at=at)


def retry_reaction(session: Session, actor: Doer, event_id: Id, reaction: str, *, at: datetime) -> None:
    """Give a reaction that was given up another round of tries."""
    delivery.replay(session, event_id, reaction, at=at)
    emit(session, actor, WorkRetried(work=Work.REACTION), at=at)


def retry_letter(session: Session, actor: Doer, letter_id: Id, *, at: datetime) -> None:
    """Give a letter that failed another round of tries."""
    mail.send_again(session, letter_id, at=at)
    emit(session, actor, WorkRetried(work=Work.LETTER), at=at)


def retry_all(session: Session, actor: Doer, *, at: datetime) -> int:
    """Give every job and reaction that was given up another round of tries; answers how many that are."""
    dead = session.scalars(select(Job.id).where(Job.state == JobState.DEAD).limit(AT_ONCE_MAX)).all()
    for job_id in dead:
        jobs.retry(session, job_id, at=at)
    letters = dead_letters(session, limit=AT_ONCE_MAX)
    for letter in letters:
        delivery.replay(session, letter.event_id, letter.reaction, at=at)
    count = len(dead) + len(letters)
    if count:
        emit(session, actor, WorkRetried(work=Work.ALL, count=count), at=at)
    return count


@refs.needs.register
def needs_of(session: Session, actor: Any, /, *, at: datetime) -> tuple[NeedLine, ...]:
    """What waits for the operator: work that was given up, letters that could not be sent or wait for long."""
    if not actor.operator:
        return ()
    since, count = _given_up_since(session)
    lines = []
    if count:
        lines.append(_line("job_dead", GIVEN_UP, {"n": count}, since or at, "/node/jobs"))
    letters = mail.letters(session)
    if letters.failed:
        lines.append(_line("mail_failed", LETTERS_FAILED, {"n": letters.failed}, at, "/node/mail"))
    if letters.oldest_waiting_at and letters.oldest_waiting_at < at - MAIL_LATE:
        since = letters.oldest_waiting_at
        lines.append(_line("mail_failed", LETTERS_WAIT, {"n": letters.waiting}, since, "/node/mail"))
    return tuple(lines)


def _given_up_since(session: Session) -> tuple[datetime | None, int]:
    """Since when work lies there that was given up, and how much: jobs and reactions."""
    dead_jobs = select(func.count(), func.min(Job.run_at)).where(Job.state == JobState.DEAD)
    dead_letters = select(func.count(), func.min(Attempt.dead_at)).where(Attempt.dead_at.is_not(None))
    counts, sinces = zip(*(session.execute(query).one() for query in (dead_jobs, dead_letters)), strict=True)
    return min((since for since in sinces if since), default=None), sum(counts)


def _line(kind: str, title: str, facts: dict[str, Any], since: datetime, address: str) -> NeedLine:
    act = Act(N_("Look"), None, address)
    return NeedLine(
        kind=kind, ref=Ref("node_work", NODE), title=title, facts=facts, since_at=since, weight=2, acts=(act,)
    )


def node_events(
    session: Session, *, name: str = "", after: str | None = None, limit: int | None = None
) -> Page[NodeEvent]:
    """Events that belong to no community, newest first."""
    most = limit_of(limit)
    columns = (EventRow.id, EventRow.name, EventRow.happened_at, EventRow.via, EventRow.actor_id)
    query = (
        select(*columns, EventRow.about_id, EventRow.sensitive, EventRow.facts)
        .where(EventRow.community_id.is_(None))
        .order_by(EventRow.id.desc())
        .limit(most + 1)
    )
    if name:
        query = query.where(EventRow.name == name[:60])
    if after:
        query = query.where(EventRow.id < str(Cursor.decode(after, str).keys[0]))
    rows = [NodeEvent(*row) for row in session.execute(query)]
    return page_of(rows, most, lambda event: (event.id,))


def events_waiting_by_community(session: Session) -> dict[Id, int]:
    """How many things that happened in each community have not been followed up yet; those without one are left out."""
    found = (
        select(EventRow.community_id, func.count())
        .join(Undelivered, Undelivered.event_id == EventRow.id)
        .where(EventRow.community_id.is_not(None))
        .group_by(EventRow.community_id)
    )
    return {str(community_id): count for community_id, count in session.execute(found)}
