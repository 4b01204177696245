"""Statements compiled by one test serve the next: engines of the same driver share what SQLAlchemy compiled.

Every test opens a database of its own, and with it engines that know nothing yet. Compiling the same statements anew for
each of thousands of tests was a fifth of the time of a run. Only tests do this; a node has one database.
"""

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

STATEMENTS_MAX = 8_000
_caches: dict[tuple[str, str], LRUCache[Any, Any]] = {}


def share() -> None:
    """Make dialects of one driver equal, as their compiled statements are, and give their engines one cache."""
    begun = Engine.__init__
    dialect: Any = DefaultDialect
    dialect.__eq__ = lambda self, other: type(self) is type(other) and self.driver == other.driver
    dialect.__hash__ = lambda self: hash((type(self).__name__, self.driver))

    def begin(self: Engine, *arguments: Any, **options: Any) -> None:
        begun(self, *arguments, **options)
        key = (self.dialect.name, self.dialect.driver)
        self._compiled_cache = _caches.setdefault(key, LRUCache(STATEMENTS_MAX))

    engine: Any = Engine
    engine.__init__ = begin
