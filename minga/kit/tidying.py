"""What the kit clears away by itself: kept answers to forms, jobs done long ago, the write-ahead log at night."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from minga.kit import mail, repeat
from minga.kit.jobs import DONE_KEPT_DAYS, Job, JobState, Run
from minga.kit.schedule import every


@every("kit.tidy", hours=1)
def tidy(run: Run, _args: dict[str, Any]) -> None:
    """Drop answers older than two days, finished jobs older than a week, letters done with a month ago."""
    now = run.clock()
    with run.database.write() as session:
        repeat.forget_old(session, at=now)
        mail.forget_letters(session, at=now)
        long_ago = now - timedelta(days=DONE_KEPT_DAYS)
        session.execute(delete(Job).where(Job.state == JobState.DONE, Job.done_at < long_ago))


@every("kit.checkpoint", days=1, lane="heavy")
def checkpoint(run: Run, _args: dict[str, Any]) -> None:
    """Move the write-ahead log into the database file, and learn how large the tables are by now."""
    run.database.learn_sizes()
    run.database.checkpoint()
