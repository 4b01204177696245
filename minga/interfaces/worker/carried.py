"""The worker in the larger mode of the queue: Celery hands it ids, and it looks itself for what Celery lost.

Claims, leases, tries and dead letters are those of `kit.jobs`; a message is only a reason to look at one row now.
"""

import logging
import threading
from datetime import datetime, timedelta

from minga.interfaces.http.node import Node
from minga.interfaces.worker.announcer import Announcer
from minga.interfaces.worker.post import REACTIONS_LANE, Post
from minga.interfaces.worker.receiver import Receiver
from minga.kit import delivery, jobs, schedule
from minga.kit import tidying as tidying  # registers what comes again

log = logging.getLogger("minga.worker")

TICK_SECONDS = 1.0
LATE_SECONDS = 10
"""Work that is due for so long was lost on the way, or Redis is away: then the database is worked off directly."""

REACH = timedelta(seconds=LATE_SECONDS)


class Carried:
    """Celery's worker, and a thread that ticks; the same face as `Dispatcher`."""

    def __init__(self, node: Node, *, lanes: tuple[str, ...] = (), post: Post | None = None) -> None:
        self.node = node
        self.lanes = lanes or jobs.LANES
        self.post = post or Post(str(node.settings.broker), node.keys)
        self._receiver = Receiver(self.post, self.lanes, run=self.run, react=self.react)
        self._announcer = Announcer(node, self.post)
        self._asked, self._reacting = threading.Event(), threading.Lock()
        self._stopping, self._wake = threading.Event(), threading.Event()
        self._told_until: datetime | None = None
        self._thread = threading.Thread(target=self._ticking, name="minga-tick", daemon=True)

    def start(self) -> None:
        self._announcer.start()
        self._receiver.start()
        self._thread.start()

    def wake(self) -> None:
        """Somebody says that there may be work; what was committed here is told by itself."""
        self._wake.set()

    def stop(self) -> None:
        """End after the work in hand."""
        self._stopping.set()
        self._wake.set()
        self._receiver.stop()
        self._thread.join(timeout=10)
        self._announcer.stop()
        self.post.close()

    def run(self, job_id: str) -> int:
        """What a message about a job asks for; nothing when somebody has it or had it."""
        node = self.node
        return jobs.work_on(node.database, node.clock, node.settings, job_id)

    def react(self) -> None:
        """What a message about events asks for: one thread of this process reacts until none is left."""
        self._asked.set()
        while self._asked.is_set() and self._reacting.acquire(blocking=False):
            try:
                self._asked.clear()
                while delivery.deliver(self.node.database, self.node.clock):
                    pass
            finally:
                self._reacting.release()

    def tick(self) -> None:
        """What comes with time: occurrences, tries that are due again, and whatever was lost on the way."""
        schedule.enqueue_due(self.node.database, self.node.clock)
        if self.post.may_tick():
            self._tell_what_is_due()
        self.sweep()

    def sweep(self) -> int:
        """Work off what is due for ten seconds and nobody began; answers how many jobs ran."""
        node = self.node
        if REACTIONS_LANE in self.lanes:
            with node.database.read() as session:
                since = delivery.waits_since(session)
            if since is not None and since <= node.clock() - REACH:
                self.react()
        return jobs.work_once(
            node.database, node.clock, node.settings, lanes=self.lanes, late_seconds=LATE_SECONDS
        )

    def _tell_what_is_due(self) -> None:
        """Jobs and events that became due since the last time, for whose writing nobody told: tries, and commands."""
        now = self.node.clock()
        with self.node.database.read() as session:
            dues = jobs.due_between(session, self._told_until or now - REACH, now)
            since = delivery.waits_since(session)
        told = self.post.send(dues)
        if since is not None and since <= now:
            told = self.post.ring() and told
        if told:
            self._told_until = now

    def _ticking(self) -> None:
        while not self._stopping.is_set():
            try:
                self.tick()
            except Exception:
                log.exception("the worker stumbled")
            self._wake.wait(TICK_SECONDS)
            self._wake.clear()
