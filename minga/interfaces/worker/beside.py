"""The worker as a process beside the web process: begun with it, begun again when it dies, gone when it is gone.

`minga up` has loaded the program when it forks the *keeper*, which does nothing but fork the worker, wait for it, and
fork it anew. So all of them share the memory of the program, a start costs no second loading, and no process that has
threads is ever forked.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import NoReturn

from minga.interfaces.worker import program
from minga.interfaces.worker.line import Line
from minga.kit import log, memory
from minga.kit.health import Finding, State
from minga.kit.settings import Settings

NICER = 5
"""How much the worker stands back when the processors are busy: requests are answered first."""

TOLD_TO_END, DIED = 0, 1
WAITS = (1, 2, 5, 10, 30, 60)
"""Seconds before a worker that died is begun again, each time it did not live for ten minutes."""
LONG_SECONDS = 600
SILENT_SECONDS_MAX = 60
END_SECONDS_MAX = 15.0


class Beside:
    """What the web process knows of its worker."""

    def __init__(self, line: Line, keeper: int) -> None:
        self.line = line
        self._keeper = keeper

    def finding(self) -> Finding:
        """Whether the worker gives signs of life, for probes."""
        silent = int(self.line.silent_seconds)
        if silent > SILENT_SECONDS_MAX:
            words = f"The worker has been silent for {silent} seconds."
            return Finding("worker", State.FAIL, words, "Start minga again; the log says why it ended.")
        return Finding("worker", State.OK, "It gives signs of life.")

    def stop(self) -> None:
        """End the worker after the work in hand."""
        self.line.close()
        until = time.monotonic() + END_SECONDS_MAX
        with suppress(ChildProcessError):
            while os.waitpid(self._keeper, os.WNOHANG)[0] == 0:
                if time.monotonic() > until:
                    os.kill(self._keeper, signal.SIGKILL)
                    os.waitpid(self._keeper, 0)
                    return
                time.sleep(0.02)  # `waitpid` knows no time limit


def begin(settings: Settings) -> Beside:
    """Fork the keeper, and it the worker. To be called while this process has one thread and no open database."""
    mine, other = Line.pair()
    memory.keep_what_is_loaded()  # and so it stays shared
    keeper = os.fork()
    if keeper == 0:
        mine.forsake()
        _be(partial(_keep, settings, other))
    other.forsake()
    return Beside(mine, keeper)


def _keep(settings: Settings, line: Line) -> int:
    """Have a worker until one was told to end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at a terminal reaches all; the web process tells us
    deaths = 0
    while True:
        began = time.monotonic()
        worker = os.fork()
        if worker == 0:
            _be(partial(_work, settings, line, deaths))
        code = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
        if code == TOLD_TO_END:
            return code
        deaths = 1 if time.monotonic() - began > LONG_SECONDS else deaths + 1
        time.sleep(WAITS[min(deaths, len(WAITS)) - 1])  # a program that dies at its start must not spin


def _work(settings: Settings, line: Line, deaths: int) -> int:
    with suppress(OSError):  # not every service may change it
        os.nice(NICER)

    def announce() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if deaths:
            log.logger("minga.worker").warning("the worker died and was begun again", deaths=deaths)

    program.serve(settings, announce=announce, line=line)
    return TOLD_TO_END if line.ended else DIED


def _be(process: Callable[[], int]) -> NoReturn:
    """Be this process, and nothing that the one before would still do."""
    code = DIED
    try:
        code = process()
    except BaseException:
        log.logger("minga.worker").exception("the worker stumbled")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
