"""The writer's turn on SQLite: one writer at a time, first come first served in the process, by file lock across.

A process that `stands_back` (the worker beside a web process) leaves most of the time to the others when they write too.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from minga.kit.errors import Busy

WAITING_MAX = 1_000
SECONDS_MAX = 5.0
ASIDE = 3
"""Who stands back stays away three times as long as it had the turn, while others want it: they get three quarters."""

ASIDE_SECONDS_MAX = 0.2
WANTED_SECONDS = 1.0
"""How long after another process was seen to have the turn we think that it wants it again."""


class Turn:
    """Whoever holds it may say BEGIN IMMEDIATE."""

    def __init__(self, database: Path | None) -> None:
        self._lock = threading.Lock()
        self._holder: int | None = None
        self._waiting = 0
        self.stands_back = False
        self._aside_until = self._wanted_at = -WANTED_SECONDS
        self._wal = None if database is None else Path(f"{database}-wal")
        self._file = (
            None if database is None else os.open(_lock_path(database), os.O_RDWR | os.O_CREAT, 0o600)
        )

    @contextmanager
    def take(self) -> Iterator[None]:
        """Wait for the turn, at most five seconds; then the caller is told that the node is busy."""
        me = threading.get_ident()
        if self._holder == me:
            raise RuntimeError("a write unit was opened inside a write unit")
        if self._waiting >= WAITING_MAX:
            raise Busy(retry_after=5)
        self._waiting += 1
        if self.stands_back:
            self._stand_aside()
        try:
            got = self._lock.acquire(timeout=SECONDS_MAX)
        finally:
            self._waiting -= 1
        if not got:
            raise Busy(retry_after=5)
        self._holder = me
        try:
            self._lock_file()
            began = time.monotonic()
            try:
                yield
            finally:
                self._unlock_file()
                self._note(began, time.monotonic())
        finally:
            self._holder = None
            self._lock.release()

    def _note(self, began: float, ended: float) -> None:
        """How long to stay away now, if another process was there within the last second."""
        if self.stands_back and ended - self._wanted_at < WANTED_SECONDS:
            self._aside_until = ended + min(ASIDE_SECONDS_MAX, ASIDE * (ended - began))

    def _stand_aside(self) -> None:
        while (seconds := self._aside_until - time.monotonic()) > 0:
            time.sleep(
                seconds
            )  # there is nothing to wait for but the time itself: nobody tells who stands aside

    def _lock_file(self) -> None:
        if self._file is None:
            return
        until = time.monotonic() + SECONDS_MAX
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._wanted_at = time.monotonic()
                if time.monotonic() > until:
                    raise Busy(retry_after=5) from None
                time.sleep(0.0005)  # another process has it, and a file lock wakes nobody within a time limit
            else:
                return

    def _unlock_file(self) -> None:
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def wal_bytes(self) -> int:
        """How large the write-ahead log is now."""
        try:
            return self._wal.stat().st_size if self._wal else 0
        except FileNotFoundError:
            return 0

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _lock_path(database: Path) -> Path:
    return database.with_name("minga.lock")
