"""Pieces of pages that are the same for many readers, kept in memory under all that they depend on.

Use: `{% call kept("listing card", row.id, row.version, viewer_class) %}{{ ui.card(…) }}{% endcall %}`. The reader's
language and day belong to every key by themselves. Never keep what holds a form, a nonce or a word for one person.
"""

from collections.abc import Callable, Hashable

from markupsafe import Markup

FRAGMENTS_MAX = 4_000


class Fragments:
    """A bounded store; when it is full the oldest piece goes."""

    def __init__(self, most: int = FRAGMENTS_MAX) -> None:
        self._most = most
        self._kept: dict[Hashable, Markup] = {}

    def get(self, key: Hashable, make: Callable[[], Markup]) -> Markup:
        found = self._kept.get(key)
        if found is None:
            found = make()
            while len(self._kept) >= self._most:
                self._kept.pop(next(iter(self._kept)), None)
            self._kept[key] = found
        return found
