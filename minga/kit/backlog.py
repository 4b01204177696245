"""What waits, runs, went and was given up in the background, for the operator: numbers and reasons, never contents."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from minga.kit import delivery, jobs
from minga.kit.delivery import DeadLetter, dead_letters
from minga.kit.errors import Invalid
from minga.kit.events import EventRow
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.jobs import Job, JobState
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of

UNKNOWN_STATE = N_("A job is waiting, running, done or dead.")


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


def retry_job(session: Session, job_id: Id, *, at: datetime) -> None:
    """Give a dead job another round of tries."""
    jobs.retry(session, job_id, at=at)


def retry_reaction(session: Session, event_id: Id, reaction: str, *, at: datetime) -> None:
    """Give a reaction that was given up another round of tries."""
    delivery.replay(session, event_id, reaction, at=at)


def retry_all(session: Session, *, at: datetime) -> int:
    """Give everything that was given up another round of tries; answers how much that is."""
    dead = session.scalars(select(Job.id).where(Job.state == JobState.DEAD).limit(1_000)).all()
    for job_id in dead:
        jobs.retry(session, job_id, at=at)
    letters = dead_letters(session, limit=1_000)
    for letter in letters:
        delivery.replay(session, letter.event_id, letter.reaction, at=at)
    return len(dead) + len(letters)


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
