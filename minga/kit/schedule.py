"""What happens again and again: each occurrence becomes one job, however many processes look at the clock.

`@every("sharing.expire", hours=1)` registers a job and its rhythm. A node that was off runs a missed occurrence once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit import jobs
from minga.kit.clock import Clock
from minga.kit.db import Database, Session
from minga.kit.jobs import Work
from minga.kit.schema import Base, Instant, text_column

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class Occurrence(Base):
    """The last occurrence of one entry that was made into a job."""

    __tablename__ = "schedule"

    name: Mapped[str] = text_column(60, primary_key=True)
    last_at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True)
class Entry:
    """A job and how often it comes."""

    name: str
    span: timedelta

    def slot(self, now: datetime) -> datetime:
        """The beginning of the span that `now` lies in; spans are counted from a fixed day."""
        return EPOCH + (now - EPOCH) // self.span * self.span


entries: dict[str, Entry] = {}


def every(name: str, *, lane: str = "fast", seconds_max: int = 60, **span: float) -> Callable[[Work], Work]:
    """Register `(run, args)` as a job that comes again, e.g. `every("identity.tidy", hours=1)`."""
    entries[name] = Entry(name, timedelta(**span))
    return jobs.job(name, lane=lane, seconds_max=seconds_max)


def enqueue_due(database: Database, clock: Clock) -> int:
    """Make jobs of the occurrences that are due; answers how many."""
    now = clock()
    with database.read() as session:
        known = {
            row.name: row.last_at for row in session.execute(select(Occurrence.name, Occurrence.last_at))
        }
    due = [e for e in entries.values() if e.name not in known or known[e.name] < e.slot(now)]
    count = 0
    for entry in due:
        with database.write() as session:
            if _is_ours(session, entry, now):
                jobs.enqueue(
                    session,
                    entry.name,
                    {},
                    at=now,
                    unique_key=f"{entry.name} {entry.slot(now):%Y%m%dT%H%M%S}",
                )
                count += 1
    return count


def _is_ours(session: Session, entry: Entry, now: datetime) -> bool:
    """Take the occurrence; one process gets it, a second sees that it is gone."""
    slot = entry.slot(now)
    taken = session.execute(
        update(Occurrence)
        .where(Occurrence.name == entry.name, Occurrence.last_at < slot)
        .values(last_at=slot)
        .returning(Occurrence.name)
    ).first()
    if taken:
        return True
    if session.get(Occurrence, entry.name):
        return False
    session.add(Occurrence(name=entry.name, last_at=slot))
    return True
