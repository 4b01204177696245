"""What a web process writes by itself when `minga worker` runs beside it: the dates of last use that it alone knows."""

import logging
import threading

from minga.identity.commands import write_seen
from minga.interfaces.http.node import Node
from minga.kit.ids import new_id
from minga.kit.jobs import Run
from minga.reactions.saved_searches import write_feeds

log = logging.getLogger("minga.web")

PAUSE_SECONDS = 600.0


class OwnDates:
    """One thread that writes now and then, and a last time when the process ends."""

    def __init__(self, node: Node, *, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._run = Run(node.database, node.clock, node.settings, job_id=new_id(), tries=0)
        self._pause = pause_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="minga-own-dates", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Write what is noted, and end."""
        self._stopping.set()
        self._thread.join(timeout=10)

    def _loop(self) -> None:
        stopping = False
        while not stopping:
            stopping = self._stopping.wait(self._pause)
            try:
                write_seen(self._run, {})
                write_feeds(self._run, {})
            except Exception:
                log.exception("dates of last use were not written")
