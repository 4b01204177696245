"""The line between a web process and the worker beside it: each commit of one wakes the other, and an end is noticed.

What is sent means nothing but "look again": it carries no data, and what is lost costs a second, because both sides
look now and then without being told.
"""

import select
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

REST_SECONDS = 0.02
"""How long a side does not listen after it was told something: what comes meanwhile is one telling."""

SIGN_OF_LIFE_SECONDS = 5.0


class Line:
    """One end. `tell` may be called from any thread and never waits."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._end.setblocking(False)
        self._heard_at = self._told_at = time.monotonic()
        self.ended = False

    @classmethod
    def pair(cls) -> tuple["Line", "Line"]:
        """Both ends, to be parted by a fork: each process closes the one that is not its own."""
        mine, other = socket.socketpair()
        return cls(mine), cls(other)

    @property
    def silent_seconds(self) -> float:
        """How long nothing was heard from the other side, which gives a sign of life every five seconds."""
        return time.monotonic() - self._heard_at

    def tell(self) -> None:
        """Say that there may be something new."""
        self._told_at = time.monotonic()
        with suppress(OSError):  # full of tellings that nobody read yet, or the other side is gone
            self._end.send(b".")

    def listen(self, *, heard: Callable[[], None], ended: Callable[[], None]) -> None:
        """Call `heard` when the other side told something, and `ended` once it is gone; from a thread of its own."""
        threading.Thread(target=self._listen, args=(heard, ended), name="minga-line", daemon=True).start()

    def _listen(self, heard: Callable[[], None], ended: Callable[[], None]) -> None:
        self._heard_at = time.monotonic()
        try:
            while self._has_come(SIGN_OF_LIFE_SECONDS):
                heard()
                time.sleep(REST_SECONDS)  # what comes meanwhile is told once
        except (OSError, ValueError):  # closed by ourselves, or reset by the other side
            pass
        self.ended = True
        ended()

    def _has_come(self, seconds: float) -> bool:
        """Wait until something comes, giving signs of life; False when the other side is gone."""
        come = False
        while not come:
            come = bool(select.select([self._end], [], [], seconds)[0])
            if time.monotonic() - self._told_at >= seconds:
                self.tell()
        self._heard_at = time.monotonic()
        return bool(self._end.recv(65_536))

    def forsake(self) -> None:
        """Let go of an end that belongs to another process now."""
        self._end.close()

    def close(self) -> None:
        """End the line; the other side notices."""
        with suppress(OSError):
            self._end.shutdown(socket.SHUT_RDWR)
        self._end.close()
