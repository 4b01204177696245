"""The worker as a process: it runs reactions and jobs until it is told to stop."""

import signal
import threading
from collections.abc import Callable

import minga.reactions.all  # noqa: F401  (registers every reaction)
from minga.interfaces.http.node import open_node
from minga.interfaces.worker.carried import Carried
from minga.interfaces.worker.dispatcher import Dispatcher
from minga.interfaces.worker.line import Line
from minga.interfaces.worker.post import by_celery
from minga.kit import log
from minga.kit.settings import Settings


def serve(
    settings: Settings,
    *,
    lanes: tuple[str, ...] = (),
    announce: Callable[[], None] = lambda: None,
    line: Line | None = None,
) -> None:
    """Run reactions and jobs until the process is told to stop; `lanes` empty means all.

    `announce` is called once it works and can be told to stop. With a `line` to a web process it is woken by what that
    one commits, tells it what it commits itself, and ends with it.
    """
    node = open_node(settings)
    log.begin(settings, node.keys)
    dispatcher = Carried(node, lanes=lanes) if by_celery(settings) else Dispatcher(node, lanes=lanes)
    told = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda _number, _frame: told.set())
    if line is not None:
        node.database.on_commit(line.tell)
        node.database.stand_back()
        line.listen(heard=dispatcher.wake, ended=told.set)
    dispatcher.start()
    announce()
    told.wait()
    dispatcher.stop()
    node.close()
