"""The larger mode of the queue in real processes: Celery with a real Redis, workers that die, a Redis that dies."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from minga.interfaces.asgi import build
from minga.interfaces.http import Node, open_node
from minga.interfaces.worker.announcer import Announcer
from minga.interfaces.worker.carried import Carried
from minga.interfaces.worker.post import Post
from minga.kit import jobs, schedule
from minga.kit.clock import FixedClock, utc_now
from minga.kit.db import Database
from minga.kit.delivery import Receipt
from minga.kit.events import Undelivered
from minga.kit.jobs import Job, JobState
from minga.kit.secrets import Secret
from minga.kit.settings import Settings
from tests.modes import a_free_port, a_redis, needs_celery
from tests.sharing import neighbours
from tests.village import Village
from tests.visitor import Visitor

ROOT = Path(__file__).resolve().parents[2]
WAIT_SECONDS = 120
WORKER = """
import json, os, sys, time
from datetime import timedelta
from pathlib import Path
from minga.interfaces.worker import carried, program
from minga.kit import jobs, schedule
from minga.kit.secrets import Secret
from minga.kit.settings import Settings
url, broker, secret, note, seconds = sys.argv[1:6]

@jobs.job("faults.note")
def note_it(run, args):
    out = os.open(note, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(out, (json.dumps(args["n"]) + "\\n").encode())
    os.close(out)
    time.sleep(float(seconds))

schedule.entries.clear()
carried.LATE_SECONDS, carried.REACH = 1, timedelta(seconds=1)
settings = Settings(
    home=Path(note).parent, env="test", database_url=url, secret=Secret(secret), broker=broker, queue="celery"
)
program.serve(settings, announce=lambda: print("ready", flush=True))
"""


@pytest.fixture
def shared(settings: Settings, redis_url: str) -> Settings:
    """Settings of a node whose jobs travel through Celery."""
    needs_celery()
    own = Secret(f"{settings.secret.reveal()} {uuid.uuid4().hex}")  # and so are the names of its queues
    return replace(settings, broker=redis_url, queue="celery", secret=own)


@pytest.fixture
def note(tmp_path: Path) -> Path:
    if "faults.note" not in jobs.kinds:
        jobs.job("faults.note")(lambda run, args: None)
    return tmp_path / "note"


@contextmanager
def telling(settings: Settings) -> Iterator[Database]:
    """A database whose commits are told by Celery, as in a web process."""
    node = open_node(settings)
    post = Post(str(settings.broker), node.keys)
    announcer = Announcer(node, post)
    announcer.start()
    yield node.database
    announcer.stop()
    post.close()
    node.close()


@contextmanager
def working(
    settings: Settings, note: Path, seconds: float = 0.0, *, workers: int = 1
) -> Iterator[list["subprocess.Popen[str]"]]:
    """Workers in processes of their own, told to end at the end."""
    secret = settings.secret.reveal()
    arguments = [settings.database_url, str(settings.broker), secret, str(note), str(seconds)]
    begun = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, *arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(workers)
    ]
    try:
        for worker in begun:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "ready\n"
        yield begun
    finally:
        for worker in begun:
            worker.terminate()
        for worker in begun:
            assert worker.wait(WAIT_SECONDS) in (0, -signal.SIGKILL)
            if worker.stdout is not None:
                worker.stdout.close()


def noted(note: Path) -> list[int]:
    return [json.loads(line) for line in note.read_text().splitlines()] if note.exists() else []


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not true():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


def enqueue(database: Database, numbers: range) -> None:
    with database.write() as session:
        for n in numbers:
            jobs.enqueue(session, "faults.note", {"n": n}, at=utc_now())


def done(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).where(Job.state == JobState.DONE)) or 0


def test_a_job_whose_worker_was_killed_runs_once_more_after_its_lease(shared: Settings, note: Path) -> None:
    with telling(shared) as database:
        with working(shared, note, 60) as [worker]:
            enqueue(database, range(1))
            until(lambda: noted(note) == [0])
            worker.send_signal(signal.SIGKILL)
            worker.wait(10)
        later = open_node(shared, FixedClock(utc_now() + timedelta(seconds=120)))
        other = Carried(later, post=Post(str(shared.broker), later.keys))
        assert other.sweep() == 1, "its lease has ended"
        assert other.sweep() == 0
        other.post.close()
        later.close()
        with database.read() as session:
            job = session.scalars(select(Job)).one()
        assert (job.state, job.tries) == (JobState.DONE, 2)


@pytest.mark.parametrize("count", [100, pytest.param(1_000, marks=pytest.mark.slow)])
def test_two_workers_do_each_job_once_and_lose_none_when_redis_dies(
    shared: Settings, engine: str, note: Path, tmp_path: Path, count: int
) -> None:
    if engine == "sqlite":
        pytest.skip("several workers by Celery are for nodes on PostgreSQL")
    port = a_free_port()
    redis = a_redis(tmp_path, port)
    own = replace(shared, broker=f"redis://127.0.0.1:{port}/0")
    with working(own, note, workers=2), telling(own) as database:
        enqueue(database, range(0, count // 2))
        until(lambda: len(noted(note)) > count // 10)
        redis.kill()
        redis.wait(10)
        enqueue(database, range(count // 2, count))
        until(lambda: done(database) == count)
        again = a_redis(tmp_path, port)
        enqueue(database, range(count, count + 5))
        until(lambda: done(database) == count + 5)
        assert sorted(noted(note)) == list(range(count + 5))
    again.terminate()
    again.wait(10)


def test_what_no_message_told_of_is_found(shared: Settings, note: Path, clock: FixedClock) -> None:
    node = open_node(shared, clock)
    ran: list[int] = []
    lost = jobs.Kind(lambda run, args: ran.append(args["n"]), "fast", 30, (1,))
    jobs.kinds["faults.lost"] = lost
    worker = Carried(node)
    with node.database.write() as session:
        jobs.enqueue(session, "faults.lost", {"n": 7}, at=clock())
    assert worker.sweep() == 0, "its message may still be on its way"
    clock.forward(seconds=11)
    assert worker.sweep() == 1
    assert ran == [7]
    del jobs.kinds["faults.lost"]
    worker.post.close()
    node.close()


def test_what_a_request_brings_about_follows_by_celery(
    shared: Settings, village: Village, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the page through outbox, Redis and Celery to the reactions, with the web process and the worker apart."""
    monkeypatch.setattr(schedule, "entries", {})
    web, behind = open_node(shared, clock), open_node(shared, clock)
    drill = neighbours.drill(village)
    worker = Carried(behind)
    worker.start()
    app = build(web, working=False)
    with TestClient(app):  # begins and ends as the server does
        bruno = Visitor(app, web, village.people["bruno"])
        bruno.post(f"/listings/{drill}/asks", {"words": "For a shelf.", "until": "30.11."})
        until(lambda: not _undelivered(behind))
    worker.stop()
    assert _receipts(behind) > 0
    behind.close()


def _undelivered(node: Node) -> int:
    with node.database.read() as session:
        return session.scalar(select(func.count(Undelivered.event_id))) or 0


def _receipts(node: Node) -> int:
    with node.database.read() as session:
        return session.scalar(select(func.count(Receipt.event_id))) or 0
