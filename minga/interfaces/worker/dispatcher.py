"""The worker inside the web process: threads that deliver events and run jobs, woken by commits."""

import logging
import threading
from collections.abc import Callable

from minga.interfaces.http.node import Node
from minga.kit import delivery, jobs, schedule
from minga.kit import tidying as tidying  # registers what comes again

log = logging.getLogger("minga.worker")

QUICK = "fast"
PAUSE_SECONDS = 1.0
"""How long a thread rests when it is not woken; another process may have written work."""

QUICK_REST_SECONDS, SLOW_REST_SECONDS = 0.1, 0.5
"""How long a thread rests before it looks again, however often it is woken: what comes meanwhile is done in one go.

Without it every commit of a busy node is followed by a look and a commit of the worker's own, which cost more than the
request did. Work that piles up is done without a rest.
"""
MANY = 50


class Dispatcher:
    """One thread for reactions and quick jobs, one for everything that waits for a network or takes long."""

    def __init__(self, node: Node, *, lanes: tuple[str, ...] = ()) -> None:
        self.node = node
        self.lanes = lanes or jobs.LANES
        self._stopping = threading.Event()
        self._wakes = [threading.Event(), threading.Event()]
        self._threads = [
            threading.Thread(
                target=self._loop,
                args=(self._quick, self._wakes[0], QUICK_REST_SECONDS),
                name="minga-quick",
                daemon=True,
            ),
            threading.Thread(
                target=self._loop,
                args=(self._slow, self._wakes[1], SLOW_REST_SECONDS),
                name="minga-slow",
                daemon=True,
            ),
        ]

    def start(self) -> None:
        self.node.database.on_commit(self.wake)
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Something was committed; there may be work."""
        for event in self._wakes:
            event.set()

    def stop(self) -> None:
        """End after the work in hand."""
        self._stopping.set()
        self.wake()
        for thread in self._threads:
            thread.join(timeout=10)

    def _loop(self, work: Callable[[], int], wake: threading.Event, rest: float) -> None:
        while not self._stopping.is_set():
            try:
                busy = work()
            except Exception:
                log.exception("the worker stumbled")
                busy = 0
            if not busy:
                wake.wait(PAUSE_SECONDS)
            if busy < MANY:
                self._stopping.wait(rest)
                wake.clear()

    def _quick(self) -> int:
        if QUICK not in self.lanes:
            return 0
        node = self.node
        return delivery.deliver(node.database, node.clock) + jobs.work_once(
            node.database, node.clock, node.settings, lanes=(QUICK,)
        )

    def _slow(self) -> int:
        node = self.node
        slow = tuple(lane for lane in self.lanes if lane != QUICK)
        return schedule.enqueue_due(node.database, node.clock) + jobs.work_once(
            node.database, node.clock, node.settings, lanes=slow, limit=10
        )
