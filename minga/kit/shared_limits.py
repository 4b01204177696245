"""Limits that several processes share by Redis. While Redis is away each process counts for itself."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from limits.errors import ConfigurationError, StorageError
from limits.storage import storage_from_string

from minga.kit.clock import Clock
from minga.kit.errors import Refused
from minga.kit.i18n import N_
from minga.kit.limits import Memory, Windows

TIMEOUT_SECONDS = 0.3
ALONE = timedelta(seconds=10)
"""How long a process counts for itself before it asks again for a Redis that did not answer."""

NO_REDIS = N_("MINGA_BROKER is set, but the package redis is missing: install requirements/redis.txt.")
T = TypeVar("T")


class Shared(Windows):
    """Counters in Redis, by its clock; nobody is refused or waits because it is away."""

    def __init__(self, url: str, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._alone_until: datetime | None = None
        self._own: Windows = Memory(clock)
        waits = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS}
        try:
            self._far: Windows = storage_from_string(url, wrap_exceptions=True, **waits)  # type: ignore
        except ConfigurationError as fault:
            raise Refused(NO_REDIS) from fault

    def _either(self, ask: Callable[[Windows], T]) -> T:
        if self._alone_until is None or self._clock() >= self._alone_until:
            try:
                return ask(self._far)
            except StorageError:
                self._alone_until = self._clock() + ALONE
        return ask(self._own)

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def acquire_sliding_window_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        return self._either(lambda store: store.acquire_sliding_window_entry(key, limit, expiry, amount))

    def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        return self._either(lambda store: store.get_sliding_window(key, expiry))

    def clear_sliding_window(self, key: str, expiry: int) -> None:
        self._either(lambda store: store.clear_sliding_window(key, expiry))

    def clear(self, key: str) -> None:
        self._either(lambda store: store.clear(key))

    def get(self, key: str) -> int:
        return self._either(lambda store: store.get(key))

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        return self._either(lambda store: store.incr(key, expiry, amount))

    def get_expiry(self, key: str) -> float:
        return self._either(lambda store: store.get_expiry(key))

    def check(self) -> bool:
        return self._far.check()

    def reset(self) -> int | None:
        return self._own.reset()


def limits_storage(url: str | None, clock: Clock) -> Windows:
    """Where this node counts: in Redis when one is named, else in its own memory."""
    return Shared(url, clock) if url else Memory(clock)
