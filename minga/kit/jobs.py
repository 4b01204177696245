"""Work in the background: a row written in the caller's transaction, claimed under a lease, tried again, or dead.

Every job may run twice (a worker can die after the work and before the mark), so every job is safe to repeat.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import JSON, ColumnElement, Index, bindparam, or_, select, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.canonical import canonical_json
from minga.kit.clock import Clock
from minga.kit.db import Database, Session, new_id, note
from minga.kit.errors import NotFound
from minga.kit.ids import Id
from minga.kit.insertions import Insertion
from minga.kit.questions import Question, connection_of
from minga.kit.schema import Base, Instant, enum_column, id_column, text_column

ARGS_BYTES_MAX = 16 * 1024
LEASE_SECONDS_MIN = 60
DONE_KEPT_DAYS = 7
LANES = ("fast", "mail", "http", "files", "heavy")


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class Job(Base):
    """One piece of work; `unique_key` makes enqueueing it twice one piece."""

    __tablename__ = "job"
    __table_args__ = (
        Index(
            "ix_job_due",
            "lane",
            "run_at",
            sqlite_where=text("state IN ('waiting', 'running')"),
            postgresql_where=text("state IN ('waiting', 'running')"),
        ),
    )

    id: Mapped[str] = id_column()
    lane: Mapped[str] = text_column(10)
    name: Mapped[str] = text_column(60)
    args: Mapped[dict[str, Any]] = mapped_column(JSON)
    run_at: Mapped[datetime] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(default=0)
    state: Mapped[JobState] = enum_column(JobState, default=JobState.WAITING)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    unique_key: Mapped[str | None] = text_column(120, unique=True)
    error: Mapped[str] = text_column(500, default="")
    took_ms: Mapped[int | None]
    done_at: Mapped[datetime | None] = mapped_column(Instant)


class Due(NamedTuple):
    """Where a job is that may run now; all that a message about it says."""

    id: Id
    lane: str


@dataclass(frozen=True)
class Run:
    """What a job gets to work with; it opens units of its own, so that it holds no writer's turn while it waits."""

    database: Database
    clock: Clock
    settings: Any
    job_id: Id
    tries: int


class Later(Exception):
    """Raised by a job that wants to be tried again after that many seconds, without counting as a fault."""

    def __init__(self, seconds: int, why: str) -> None:
        super().__init__(why)
        self.seconds = seconds


Work = Callable[[Run, dict[str, Any]], None]


@dataclass(frozen=True)
class Kind:
    """A registered kind of job: its lane, how long it may take, the seconds between its tries, how many go together."""

    work: Work
    lane: str
    seconds_max: int
    waits: tuple[int, ...]
    together: int = 1


kinds: dict[str, Kind] = {}


def job(
    name: str,
    *,
    lane: str = "fast",
    seconds_max: int = 30,
    waits: tuple[int, ...] = (1, 10, 60, 600, 3600),
    together: int = 1,
) -> Callable[[Work], Work]:
    """Register a function `(run, args)` as the work behind a name.

    `together`: so many of them are taken and marked at once when they are due, for small work that comes in numbers.
    """
    if lane not in LANES:
        raise ValueError(lane)

    def register(work: Work) -> Work:
        kinds[name] = Kind(work, lane, seconds_max, waits, together)
        return work

    return register


def enqueue(
    session: Session,
    name: str,
    args: dict[str, Any],
    *,
    at: datetime,
    run_at: datetime | None = None,
    unique_key: str | None = None,
) -> None:
    """Write the job beside the change that wants it; it runs after the commit."""
    if len(canonical_json(args)) > ARGS_BYTES_MAX:
        raise ValueError(f"the arguments of {name} are larger than {ARGS_BYTES_MAX} bytes")
    if unique_key and _KNOWN.first(session, key=unique_key) is not None:
        return
    id, lane, due = new_id(), kinds[name].lane, run_at or at
    job = {"id": id, "lane": lane, "name": name, "args": args, "run_at": due, "unique_key": unique_key}
    _JOB.run(connection_of(session), [job])
    if due <= at:
        note(session, Due(id, lane))


_JOB = Insertion(Job.__table__)
_KNOWN = Question(lambda: select(Job.id).where(Job.unique_key == bindparam("key")))


def work_once(
    database: Database,
    clock: Clock,
    settings: Any,
    *,
    lanes: tuple[str, ...] = LANES,
    limit: int = 100,
    late_seconds: int = 0,
) -> int:
    """Run the jobs that are due in these lanes, and have been for `late_seconds`; answers how many ran."""
    count = 0
    while count < limit:
        now = clock()
        ran = _work(database, clock, settings, now, _due(lanes, now, now - timedelta(seconds=late_seconds)))
        if not ran:
            return count
        count += ran
    return count


def work_on(database: Database, clock: Clock, settings: Any, job_id: Id) -> int:
    """Run this job if it is due and nobody has it, with others of its kind that go together; answers how many ran."""
    now = clock()
    return _work(database, clock, settings, now, _due(LANES, now, now), (Job.id == job_id,))


def due_between(
    session: Session, after: datetime, until: datetime, *, lanes: tuple[str, ...] = LANES, limit: int = 500
) -> list[Due]:
    """Jobs that became due in this span or whose worker's lease ended in it, first those that were due first."""
    waits = (Job.state == JobState.WAITING) & (Job.run_at > after) & (Job.run_at <= until)
    left = (Job.state == JobState.RUNNING) & (Job.lease_until > after) & (Job.lease_until <= until)
    found = (
        select(Job.id, Job.lane)
        .where(Job.lane.in_(lanes), or_(waits, left))
        .order_by(Job.run_at, Job.id)
        .limit(limit)
    )
    return [Due(*row) for row in session.execute(found)]


Wheres = tuple[ColumnElement[bool], ...]


def _due(lanes: tuple[str, ...], now: datetime, since: datetime) -> Wheres:
    return (
        Job.lane.in_(lanes),
        Job.run_at <= since,
        or_(Job.state == JobState.WAITING, (Job.state == JobState.RUNNING) & (Job.lease_until < now)),
    )


def _work(
    database: Database, clock: Clock, settings: Any, now: datetime, due: Wheres, first: Wheres = ()
) -> int:
    """Take what is due first, of that what `first` names; answers how many ran."""
    claimed = _claim(database, now, due, first)
    if claimed:
        ended = [_run(database, clock, settings, one) for one in claimed]
        with database.write() as session:
            for one in ended:
                _finish(session, one)
    return len(claimed)


@dataclass(frozen=True)
class _Claimed:
    id: Id
    name: str
    args: dict[str, Any]
    tries: int


@dataclass(frozen=True)
class _Ended:
    """How a try went: `error` and when it is tried again, `wait` None after the last; `counted` as a try."""

    job: _Claimed
    began: datetime
    ended: datetime
    error: Exception | None = None
    wait: int | None = None
    counted: bool = True


def _claim(database: Database, now: datetime, due: Wheres, first: Wheres) -> list[_Claimed]:
    """The job that is due first, with others of its kind where these go together; empty when none is due."""
    with database.read() as session:  # most looks find nothing, and reading disturbs nobody
        if session.scalar(select(Job.id).where(*due, *first).limit(1)) is None:
            return []
    with database.write() as session:
        query = select(Job).where(*due).order_by(Job.run_at, Job.id).with_for_update(skip_locked=True)
        found = session.scalar(query.where(*first).limit(1))
        if found is None:
            return []
        kind = kinds.get(found.name)
        taken = [found]
        if (
            kind and kind.together > 1 and found.tries == 0
        ):  # what failed before may take others along: it goes alone
            more = query.where(Job.name == found.name, Job.tries == 0, Job.id != found.id)
            taken += session.scalars(more.limit(kind.together - 1))
        return [one for job in taken if (one := _take(job, kind, len(taken), now))]


def _take(found: Job, kind: Kind | None, together: int, now: datetime) -> _Claimed | None:
    """Mark a job as running, for long enough to run all that were taken with it."""
    found.tries += 1
    if found.state is JobState.RUNNING and found.tries > len(kind.waits if kind else ()):
        found.state, found.error = JobState.DEAD, "It never came back from its last tries."
        return None
    found.state = JobState.RUNNING
    lease = max(LEASE_SECONDS_MIN, together * kind.seconds_max + 30 if kind else 0)
    found.lease_until = now + timedelta(seconds=lease)
    return _Claimed(found.id, found.name, found.args, found.tries)


def _run(database: Database, clock: Clock, settings: Any, claimed: _Claimed) -> _Ended:
    began = clock()
    kind = kinds.get(claimed.name)
    try:
        if kind is None:
            raise NotFound("No job is called {name}.", name=claimed.name)
        kind.work(Run(database, clock, settings, claimed.id, claimed.tries), claimed.args)
    except Later as wish:
        return _Ended(claimed, began, clock(), wish, wait=wish.seconds, counted=False)
    except Exception as error:
        waits = kind.waits if kind else ()
        wait = waits[claimed.tries - 1] if claimed.tries <= len(waits) else None
        return _Ended(claimed, began, clock(), error, wait=wait)
    return _Ended(claimed, began, clock())


def _finish(session: Session, how: _Ended) -> None:
    found = session.get_one(Job, how.job.id)
    found.lease_until = None
    found.took_ms = max(0, (how.ended - how.began) // timedelta(milliseconds=1))
    if how.error is None:
        found.state, found.done_at, found.error = JobState.DONE, how.ended, ""
        return
    found.error = f"{type(how.error).__name__}: {how.error}"[:500]
    if not how.counted:
        found.tries -= 1
    if how.wait is None:
        found.state = JobState.DEAD
    else:
        found.state, found.run_at = JobState.WAITING, how.ended + timedelta(seconds=how.wait)


def retry(session: Session, job_id: Id, *, at: datetime) -> None:
    """Give a dead job another round of tries."""
    found = session.get(Job, job_id)
    if found is None or found.state is not JobState.DEAD:
        raise NotFound()
    found.state, found.tries, found.run_at = JobState.WAITING, 0, at
