"""What travels through Celery and Redis in the larger mode of the queue: the id of a job, or "there are events".

The rows stay the truth: whatever is lost on the way is found in the database (`carried`), whatever comes twice finds
nothing left to do. Celery is an extra (requirements/celery.txt) and loaded only where MINGA_QUEUE names it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from minga.kit.crypto import Keys
from minga.kit.errors import Refused
from minga.kit.i18n import N_
from minga.kit.jobs import LANES, Due
from minga.kit.settings import Settings

if TYPE_CHECKING:
    from celery import Celery

log = logging.getLogger("minga.worker")

RUN, REACT = "minga.run", "minga.react"
"""The two tasks: run the job of this id; let reactions follow from events."""

REACTIONS_LANE = "fast"
SOCKET_SECONDS = 2.0
TICK_MILLISECONDS = 900
NO_CELERY = N_("MINGA_QUEUE is celery, but the package celery is missing: install requirements/celery.txt.")


def by_celery(settings: Settings) -> bool:
    """Whether the workers of this node are told by Celery."""
    return settings.queue == "celery"


class Post:
    """Sends to the workers of this node, and makes the application by which they receive."""

    def __init__(self, broker_url: str, keys: Keys) -> None:
        try:
            from celery import Celery  # noqa: PLC0415 (an extra)
            from kombu import Queue  # noqa: PLC0415
            from redis import Redis  # noqa: PLC0415
        except ImportError as fault:
            raise Refused(NO_CELERY) from fault
        waits = {"socket_timeout": SOCKET_SECONDS, "socket_connect_timeout": SOCKET_SECONDS}
        self._mark = f"minga:{keys.key('queue').hex()[:16]}:"  # two nodes may share one Redis
        self._redis = Redis.from_url(broker_url, **waits)
        self._away = False
        self.app: Celery = Celery("minga", broker=broker_url, set_as_current=False)
        self.app.conf.update(
            accept_content=["json"],
            task_serializer="json",
            task_ignore_result=True,
            task_acks_late=True,
            task_queues=[Queue(lane) for lane in LANES],
            task_default_queue=REACTIONS_LANE,
            task_publish_retry=False,
            worker_prefetch_multiplier=1,
            worker_hijack_root_logger=False,
            worker_redirect_stdouts=False,
            worker_enable_remote_control=False,
            broker_connection_retry_on_startup=True,
            broker_connection_max_retries=None,
            broker_transport_options={"global_keyprefix": self._mark, **waits},
        )

    def receive(self, run: Callable[[str], object], react: Callable[[], object]) -> None:
        """Say what the two tasks do in this process."""
        self.app.task(run, name=RUN, shared=False)
        self.app.task(react, name=REACT, shared=False)
        self.app.finalize()

    def send(self, dues: Iterable[Due]) -> bool:
        """Tell workers of these jobs; False when Redis is away, and then the database is looked into."""
        return self._say((RUN, [due.id], due.lane) for due in dues)

    def ring(self) -> bool:
        """Tell workers that there are events to react to; False when Redis is away."""
        return self._say([(REACT, [], REACTIONS_LANE)])

    def may_tick(self) -> bool:
        """Whether this process tells what became due in this second; one of all does, none while Redis is away."""
        from redis import RedisError  # noqa: PLC0415 (an extra)

        try:
            return bool(self._redis.set(f"{self._mark}tick", 1, nx=True, px=TICK_MILLISECONDS))
        except RedisError:
            return False

    def close(self) -> None:
        self.app.close()
        self._redis.close()

    def _say(self, messages: Iterable[tuple[str, list[Any], str]]) -> bool:
        from kombu.exceptions import OperationalError  # noqa: PLC0415 (an extra)
        from redis import RedisError  # noqa: PLC0415 (an extra)

        try:
            with self.app.producer_or_acquire() as producer:
                for name, args, lane in messages:
                    self.app.send_task(name, args=args, queue=lane, producer=producer, retry=False)
        except (OperationalError, RedisError, OSError) as fault:
            if not self._away:
                log.warning("Redis is away; jobs are found in the database: %s", type(fault).__name__)
            self._away = True
            return False
        self._away = False
        return True
