"""Things that were made once and are used again: bounded, per process, found by all that they were made from.

Nothing is ever taken back by hand: what changes has another key (spec: operations §5.4). No page needs them.
"""

from collections.abc import Hashable, Iterable
from itertools import islice
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

everything: dict[str, "Kept"] = {}  # type: ignore[type-arg]
"""All of them by name, for the operator's numbers."""


class Kept(Generic[K, V]):
    """At most `most` values; when there are more, those that were put first go. Safe in several threads."""

    def __init__(self, name: str, most: int) -> None:
        self._values: dict[K, V] = {}
        self._most = most
        self.hits = 0
        self.misses = 0
        everything[name] = self

    def get(self, key: K) -> V | None:
        found = self._values.get(key)
        if found is None:
            self.misses += 1
        else:
            self.hits += 1
        return found

    def all(self, keys: Iterable[K]) -> list[V | None]:
        """What is known of many keys, in their order."""
        found = list(map(self._values.get, keys))
        missed = found.count(None)
        self.misses += missed
        self.hits += len(found) - missed
        return found

    def put(self, key: K, value: V) -> V:
        self._values[key] = value
        if len(self._values) > self._most:
            for old in list(islice(self._values, self._most // 20 + 1)):
                self._values.pop(old, None)
        return value

    def __len__(self) -> int:
        return len(self._values)

    def forget(self) -> None:
        """Empty it, for tests that measure or compare."""
        self._values.clear()
        self.hits = self.misses = 0
