"""Tells workers, through Celery, of the jobs and events that this process committed."""

import logging
import threading
from collections import deque
from typing import Any

from minga.interfaces.http.node import Node
from minga.interfaces.worker.post import Post
from minga.kit.jobs import Due

log = logging.getLogger("minga.worker")

KEPT_MAX = 10_000
"""How many tellings wait for Redis at most; what falls off is found in the database."""

REST_SECONDS = 0.05
"""How long it rests after telling: events that come meanwhile are one telling."""


class Announcer:
    """One thread, so that no request waits for Redis."""

    def __init__(self, node: Node, post: Post) -> None:
        self._node, self._post = node, post
        self._jobs: deque[Due] = deque(maxlen=KEPT_MAX)
        self._events = False
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="minga-announcer", daemon=True)

    def start(self) -> None:
        self._node.database.on_notes(self._hear)
        self._thread.start()

    def stop(self) -> None:
        """Tell what is still to be told, and end."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(timeout=10)

    def _hear(self, notes: list[Any]) -> None:
        for note in notes:
            if isinstance(note, Due):
                self._jobs.append(note)
            else:
                self._events = True
        self._wake.set()

    def _loop(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait()
            self._wake.clear()
            try:
                self._tell()
            except Exception:
                log.exception("workers were not told")
            self._stopping.wait(REST_SECONDS)
        self._tell()

    def _tell(self) -> None:
        if self._events:
            self._events = False
            self._post.ring()
        jobs = []
        while self._jobs:
            jobs.append(self._jobs.popleft())
        if jobs:
            self._post.send(jobs)
