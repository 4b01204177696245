"""Both modes of the queue for tests of jobs: the table alone, and Celery with a real Redis.

`work_once` does in each what is due now. With Celery the ids of what is due travel through Redis to Celery's own worker
in this process; it answers when each message was handled.
"""

import queue
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import pytest

from minga.interfaces.worker.post import Post
from minga.interfaces.worker.receiver import Receiver
from minga.kit import jobs
from minga.kit.clock import Clock
from minga.kit.crypto import Keys
from minga.kit.db import Database
from minga.kit.ids import Id

MODES = ("database", "celery")
AT_HOME = ("127.0.0.1", 6379)
LONG_AGO = timedelta(days=3_650)


class WorkOnce(Protocol):
    """As `jobs.work_once`."""

    def __call__(
        self,
        database: Database,
        clock: Clock,
        settings: Any,
        *,
        lanes: tuple[str, ...] = jobs.LANES,
        limit: int = 100,
    ) -> int: ...


def a_redis(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    """A Redis of our own that answers; skips the test where the program is missing."""
    program = shutil.which("redis-server") or pytest.skip("there is no redis-server on this machine")
    line = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 10
    while not answers("127.0.0.1", port):
        assert time.monotonic() < deadline, "Redis does not answer"
        time.sleep(0.01)
    return process


def answers(host: str, port: int) -> bool:
    """Whether a Redis answers there."""
    try:
        with socket.create_connection((host, port), timeout=1) as line:
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def a_free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def needs_celery() -> None:
    """Skip with the reason where the extra is not installed."""
    if find_spec("celery") is None:
        pytest.skip("the package celery is not installed (requirements/celery.txt)")


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Redis: one of our own for the time of the run, or the one that serves this machine."""
    if not shutil.which("redis-server") and answers(*AT_HOME):
        yield f"redis://{AT_HOME[0]}:{AT_HOME[1]}/0"
        return
    port = a_free_port()
    process = a_redis(tmp_path_factory.mktemp("redis"), port)
    yield f"redis://127.0.0.1:{port}/0"
    process.terminate()
    process.wait(10)


@dataclass
class _Hand:
    """Who works on which database now, and what came of each message."""

    post: Post
    database: Database | None = None
    clock: Clock | None = None
    settings: Any = None

    def __post_init__(self) -> None:
        self.results: queue.Queue[int | BaseException] = queue.Queue()

    def run(self, job_id: str) -> int:
        assert self.database is not None
        assert self.clock is not None
        try:
            ran = jobs.work_on(self.database, self.clock, self.settings, Id(job_id))
        except BaseException as death:
            self.results.put(death)
            raise
        self.results.put(ran)
        return ran

    def react(self) -> None:
        """These tests have no events."""

    def work_once(
        self,
        database: Database,
        clock: Clock,
        settings: Any,
        *,
        lanes: tuple[str, ...] = jobs.LANES,
        limit: int = 100,
    ) -> int:
        self.database, self.clock, self.settings = database, clock, settings
        now = clock()
        with database.read() as session:
            dues = jobs.due_between(session, now - LONG_AGO, now, lanes=lanes, limit=limit)
        assert self.post.send(dues)
        ended = [self.results.get(timeout=20) for _ in dues]
        for end in ended:
            if isinstance(end, BaseException):
                raise end
        return sum(end for end in ended if isinstance(end, int))


@pytest.fixture(scope="session")
def celery_hand(redis_url: str) -> Iterator[_Hand]:
    """Celery's worker in this process, begun once; its name in Redis is its own."""
    needs_celery()
    post = Post(redis_url, Keys(f"the tests of one run {uuid.uuid4().hex}"))
    hand = _Hand(post)
    receiver = Receiver(post, jobs.LANES[:1], run=hand.run, react=hand.react)
    receiver.start()
    yield hand
    receiver.stop()
    post.close()


@pytest.fixture(params=MODES)
def work_once(request: pytest.FixtureRequest) -> WorkOnce:
    """`jobs.work_once`, and the same by Celery."""
    if request.param == "database":
        return jobs.work_once
    found: _Hand = request.getfixturevalue("celery_hand")
    return found.work_once
