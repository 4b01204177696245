"""Celery's own worker, in threads of this process: it takes messages about jobs and events from Redis."""

import logging
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from minga.interfaces.worker.post import Post

log = logging.getLogger("minga.worker")

AGAIN_SECONDS = 1.0
OK = 0


class Receiver:
    """One thread for each lane, so that a slow receiver of mail leaves room for the rest."""

    def __init__(
        self,
        post: Post,
        lanes: tuple[str, ...],
        *,
        run: Callable[[str], object],
        react: Callable[[], object],
    ) -> None:
        self._post, self._lanes = post, lanes
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="minga-celery", daemon=True)
        self._run, self._react = run, react
        post.receive(self._run_one, self._react_now)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End after the work in hand; Celery looks for its end once a second."""
        from celery.worker import state  # noqa: PLC0415 (an extra)

        self._stopping.set()
        said: Any = state
        said.should_stop = OK
        self._thread.join(timeout=30)
        said.should_stop = None

    def _run_one(self, job_id: str) -> None:
        try:
            self._run(job_id)
        except (
            BaseException
        ):  # Celery would never acknowledge it and take no other; the lease says when it runs again
            log.exception("the worker stumbled")

    def _react_now(self) -> None:
        try:
            self._react()
        except BaseException:
            log.exception("the worker stumbled")

    def _loop(self) -> None:
        from celery.worker import WorkController  # noqa: PLC0415 (an extra)

        while not self._stopping.is_set():
            worker = WorkController(
                app=self._post.app,
                hostname=f"minga-{uuid.uuid4().hex[:8]}",
                pool=_threads(),
                concurrency=len(self._lanes),
                queues=list(self._lanes),
                without_gossip=True,
                without_mingle=True,
                without_heartbeat=True,
                loglevel=logging.WARNING,
            )
            worker.start()  # answers when it is told to stop; until then it waits for a Redis that is away
            if not self._stopping.wait(AGAIN_SECONDS):
                log.warning("Celery's worker ended and is begun again")


def _threads() -> type:
    """Celery's pool of threads, in which each thread knows whose tasks it runs; Celery's own asks for the process's."""
    from celery.concurrency.thread import TaskPool  # noqa: PLC0415 (an extra)

    class Threads(TaskPool):  # type: ignore[misc, unused-ignore]
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self.executor = ThreadPoolExecutor(self.limit, "minga-celery", initializer=self.app.set_current)

    return Threads
