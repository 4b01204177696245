"""Work in the background when workers die, meet, or are poisoned: leases, one effect, given up in the end."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from minga.kit import jobs
from minga.kit.clock import FixedClock, utc_now
from minga.kit.db import Database
from minga.kit.jobs import Job, JobState, Run

ROOT = Path(__file__).resolve().parents[2]
WORKER = """
import json, os, sys, time
from minga.kit import jobs
from minga.kit.clock import utc_now
from minga.kit.db import Database
url, note, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])

@jobs.job("faults.note")
def note_it(run, args):
    out = os.open(note, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(out, (json.dumps(args["n"]) + "\\n").encode())
    os.close(out)
    time.sleep(seconds)

database = Database.open(url)
print("ready", flush=True)
sys.stdin.readline()
while jobs.work_once(database, utc_now, None):
    pass
database.close()
"""


def _worker(database: Database, note: Path, seconds: float) -> "subprocess.Popen[str]":
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, database.url, str(note), str(seconds)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    return worker


def _go(worker: "subprocess.Popen[str]") -> None:
    assert worker.stdin is not None
    worker.stdin.write("\n")
    worker.stdin.flush()


def _end(worker: "subprocess.Popen[str]") -> None:
    worker.wait(60)
    for stream in (worker.stdin, worker.stdout):
        if stream:
            stream.close()


def _note(note: Path) -> list[int]:
    return [json.loads(line) for line in note.read_text().splitlines()] if note.exists() else []


def _enqueue(database: Database, count: int) -> None:
    if "faults.note" not in jobs.kinds:
        jobs.job("faults.note")(_here)
    with database.write() as session:
        for n in range(count):
            jobs.enqueue(session, "faults.note", {"n": n}, at=utc_now())


def _here(run: Run, args: dict[str, Any]) -> None:
    """What the job does in this process."""
    with Path(args["note"] if "note" in args else _HERE[0]).open("a") as note:
        note.write(f"{json.dumps(args['n'])}\n")


_HERE: list[Path] = []


def test_a_job_whose_worker_was_killed_runs_once_more_after_its_lease(
    database: Database, tmp_path: Path
) -> None:
    note = tmp_path / "note"
    _HERE[:] = [note]
    _enqueue(database, 1)
    worker = _worker(database, note, 60)
    _go(worker)
    until = time.monotonic() + 30
    while not _note(note) and time.monotonic() < until:
        time.sleep(0.01)
    worker.send_signal(signal.SIGKILL)
    _end(worker)
    assert _note(note) == [0]
    assert jobs.work_once(database, utc_now, None) == 0, "its lease still runs"
    later = FixedClock(utc_now() + timedelta(seconds=120))
    assert jobs.work_once(database, later, None) == 1
    assert jobs.work_once(database, later, None) == 0
    assert _note(note) == [0, 0]
    with database.read() as session:
        job = session.scalars(select(Job)).one()
        assert (job.state, job.tries) == (JobState.DONE, 2)


def test_two_workers_run_each_job_once(database: Database, tmp_path: Path) -> None:
    note = tmp_path / "note"
    _enqueue(database, 60)
    workers = [_worker(database, note, 0.0) for _ in range(2)]
    for worker in workers:
        _go(worker)
    for worker in workers:
        _end(worker)
    assert sorted(_note(note)) == list(range(60))
    with database.read() as session:
        done = session.scalar(select(func.count()).where(Job.state == JobState.DONE))
    assert done == 60
