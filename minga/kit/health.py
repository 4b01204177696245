"""What can be wrong with a node, seen by the node itself: each finding in words, with one next step."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text

from minga.kit import engines, mail, secrets
from minga.kit.db import Database, Session
from minga.kit.delivery import Attempt
from minga.kit.errors import Refused
from minga.kit.events import EventRow, Undelivered
from minga.kit.i18n import LANGUAGES
from minga.kit.jobs import Job, JobState
from minga.kit.settings import Settings

DISK_SHARE_MIN, DISK_BYTES_MIN = 0.05, 200 * 1024 * 1024
LATE = timedelta(minutes=15)
CLOCK_TOLERANCE = timedelta(minutes=5)


class State(StrEnum):
    """How a check came out; a node with a warning works, one with a failure should not be relied on."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One check, what it saw, and the next step when something is to be done."""

    name: str
    state: State
    words: str
    next_step: str = ""


@dataclass(frozen=True)
class Patient:
    """What the checks look at."""

    settings: Settings
    database: Database
    now: datetime


Check = Callable[[Patient], Finding]


def ready(patient: Patient) -> list[Finding]:
    """The quick checks, cheap enough for a probe every few seconds."""
    return [_safely(check, patient) for check in QUICK]


def examine(patient: Patient) -> list[Finding]:
    """All checks, also those that read the whole database."""
    return [_safely(check, patient) for check in (*QUICK, *THOROUGH)]


def worst(findings: list[Finding]) -> State:
    """The state of the whole.

    >>> worst([Finding("disk", State.OK, ""), Finding("clock", State.WARN, "")]).value
    'warn'
    """
    states = {finding.state for finding in findings}
    return next((state for state in (State.FAIL, State.WARN) if state in states), State.OK)


def mend(settings: Settings) -> list[str]:
    """Put right what is harmless to put right: rights of files and folders that are missing; answers what it did."""
    done = []
    for folder in (settings.home, settings.home / secrets.FOLDER, settings.home / "tmp"):
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True)
            done.append(f"made {folder}")
    for path in _private(settings.home):
        if secrets.open_to_others(path):
            path.chmod(0o700 if path.is_dir() else 0o600)
            done.append(f"closed {path} to others")
    return done


def _safely(check: Check, patient: Patient) -> Finding:
    """A check that breaks is a finding too, never the end of the examination."""
    name = check.__name__.strip("_")
    try:
        return check(patient)
    except Refused as refused:
        return Finding(name, State.FAIL, str(refused), "Look at the lines above; try again in a minute.")
    except Exception as error:
        return Finding(
            name, State.FAIL, f"{type(error).__name__} while looking.", "The database cannot be read."
        )


def _private(home: Path) -> Iterator[Path]:
    yield home
    yield from (p for p in (home / secrets.FOLDER, home / "minga.toml", home / "minga.db") if p.exists())
    yield from (home / secrets.FOLDER).glob("*")


def _database(patient: Patient) -> Finding:
    with patient.database.write() as session:
        session.execute(text("SELECT 1"))
    return Finding("database", State.OK, f"{_kind(patient)} takes reads and writes.")


def _kind(patient: Patient) -> str:
    return "SQLite" if patient.database.dialect == "sqlite" else "PostgreSQL"


def _disk(patient: Patient) -> Finding:
    usage = shutil.disk_usage(patient.settings.home)
    share = usage.free / usage.total
    words = f"{usage.free // (1024 * 1024)} MB free, {share:.0%} of the disk."
    if share < DISK_SHARE_MIN or usage.free < DISK_BYTES_MIN:
        return Finding("disk", State.FAIL, words, "Make room, or move the node's folder to a larger disk.")
    if share < 2 * DISK_SHARE_MIN:
        return Finding("disk", State.WARN, words, "Make room before it is full.")
    return Finding("disk", State.OK, words)


def _jobs(patient: Patient) -> Finding:
    with patient.database.read() as session:
        lag = lag_of(session, at=patient.now)
    return _queue("jobs", lag.oldest_job_seconds, lag.jobs_given_up)


def _events(patient: Patient) -> Finding:
    with patient.database.read() as session:
        lag = lag_of(session, at=patient.now)
    return _queue("events", lag.oldest_event_seconds, lag.reactions_given_up)


def _queue(name: str, oldest_seconds: int, given_up: int) -> Finding:
    if oldest_seconds > LATE.total_seconds():
        words = f"The oldest waits for {oldest_seconds // 60} minutes."
        return Finding(name, State.FAIL, words, "Is a worker running? minga worker")
    if given_up:
        words = f"{given_up} were given up after all tries."
        return Finding(name, State.WARN, words, "Look at them on the page /node/jobs.")
    return Finding(name, State.OK, "None waits for long, none was given up.")


@dataclass(frozen=True)
class Lag:
    """How far the work in the background is behind."""

    jobs_waiting: int
    oldest_job_seconds: int
    jobs_given_up: int
    events_waiting: int
    oldest_event_seconds: int
    reactions_given_up: int


def lag_of(session: Session, *, at: datetime) -> Lag:
    """Counts and ages of what waits; an age is 0 when nothing is due."""
    waiting = Job.state == JobState.WAITING
    return Lag(
        jobs_waiting=_count(session, Job.id, waiting),
        oldest_job_seconds=_age(session.scalar(select(func.min(Job.run_at)).where(waiting)), at),
        jobs_given_up=_count(session, Job.id, Job.state == JobState.DEAD),
        events_waiting=_count(session, Undelivered.event_id),
        oldest_event_seconds=_age(session.scalar(select(func.min(Undelivered.next_at))), at),
        reactions_given_up=_count(session, Attempt.event_id, Attempt.dead_at.is_not(None)),
    )


def schema_of(session: Session) -> str | None:
    """The step of the history of tables that this database has; read plainly, for Alembic is large to load."""
    found: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _age(since: datetime | None, at: datetime) -> int:
    return 0 if since is None else max(0, (at - since) // timedelta(seconds=1))


def _count(session: Session, column: Any, *where: Any) -> int:
    return session.scalar(select(func.count(column)).where(*where)) or 0


def _clock(patient: Patient) -> Finding:
    with patient.database.read() as session:
        newest = session.scalar(select(EventRow.happened_at).order_by(EventRow.id.desc()).limit(1))
    if newest is not None and newest - patient.now > CLOCK_TOLERANCE:
        return Finding(
            "clock",
            State.FAIL,
            f"This machine says {patient.now:%Y-%m-%d %H:%M} UTC, but something happened at {newest:%Y-%m-%d %H:%M}.",
            "Set the clock of this machine, best by a time server.",
        )
    return Finding("clock", State.OK, f"{patient.now:%Y-%m-%d %H:%M} UTC, after all that happened.")


def _rights(patient: Patient) -> Finding:
    found = [path for path in _private(patient.settings.home) if secrets.open_to_others(path)]
    if found:
        words = f"Other people of this machine can look into {', '.join(str(path) for path in found)}."
        return Finding("rights", State.FAIL, words, "minga doctor --fix closes them.")
    return Finding("rights", State.OK, "Only the node reads its folder.")


def _secrets(patient: Patient) -> Finding:
    for one in secrets.stored(patient.settings.home):
        if one.made_at and patient.now - one.made_at > timedelta(days=one.kind.due_after_days):
            days = (patient.now - one.made_at).days
            return Finding(
                "secrets", State.WARN, f"{one.kind.name} is {days} days old.", "minga secrets rotate"
            )
    return Finding("secrets", State.OK, "All there, none is due.")


def _address(patient: Patient) -> Finding:
    settings = patient.settings
    if settings.https:
        return Finding("address", State.OK, f"{settings.site_url} is encrypted.")
    if settings.on_loopback:
        return Finding(
            "address",
            State.OK,
            f"{settings.site_url} is only for this machine.",
            "For neighbours: a name, https by a proxy, and MINGA_SITE_URL (docs/run-a-node.md).",
        )
    return Finding(
        "address",
        State.WARN,
        f"{settings.site_url} is not encrypted: everybody on the way can read along.",
        "Put a proxy with https before it (docs/run-a-node.md) and change MINGA_SITE_URL.",
    )


def _driver(patient: Patient) -> Finding:
    if patient.database.dialect != "sqlite":
        return Finding("driver", State.OK, "psycopg")
    version = engines.sqlite_driver().sqlite_version
    if engines.sqlite_is_safe():
        return Finding("driver", State.OK, f"SQLite {version}")
    least = ".".join(str(part) for part in engines.SAFE_SQLITE)
    return Finding(
        "driver",
        State.WARN,
        f"SQLite {version} is older than {least}: only one process may use this node.",
        "Install pysqlite3 where its wheel exists, or a newer Python.",
    )


def _integrity(patient: Patient) -> Finding:
    if patient.database.dialect != "sqlite":
        return Finding("integrity", State.OK, "PostgreSQL looks after its pages itself.")
    with patient.database.read() as session:
        found = [row[0] for row in session.execute(text("PRAGMA quick_check(3)"))]
        orphans = session.execute(text("PRAGMA foreign_key_check")).fetchmany(3)
    if found != ["ok"] or orphans:
        words = "; ".join(found) if found != ["ok"] else f"rows without their owner in {orphans[0][0]}"
        return Finding(
            "integrity", State.FAIL, f"The database is damaged: {words}", "Stop the node; restore a backup."
        )
    return Finding("integrity", State.OK, "Every page and every reference of the database is whole.")


def _mail(patient: Patient) -> Finding:
    if not mail.mail_works(patient.settings):
        return Finding("mail", State.OK, "None is set up; what would be mailed is shown and can be printed.")
    try:
        with mail.connection(patient.settings) as server:
            server.noop()
    except mail.NotSent as fault:
        return Finding("mail", State.FAIL, str(fault), "Check MINGA_SMTP_URL: minga settings show")
    return Finding("mail", State.OK, "The mail server lets us in.")


def _languages(patient: Patient) -> Finding:
    unknown = [tag for tag in patient.settings.languages if tag not in LANGUAGES]
    if unknown:
        words = f"There are no translations for {', '.join(unknown)}."
        return Finding("languages", State.WARN, words, f"MINGA_LANGUAGES={','.join(LANGUAGES)}")
    return Finding("languages", State.OK, ", ".join(patient.settings.languages))


QUICK: tuple[Check, ...] = (_database, _disk, _jobs, _events, _clock)
THOROUGH: tuple[Check, ...] = (_rights, _secrets, _address, _driver, _integrity, _mail, _languages)
