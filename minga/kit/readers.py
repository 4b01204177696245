"""Sessions for reading that stay ready: a session, its connection and its transaction are made once and lent out.

Making them costs 0.15 ms, a third of what a list costs. So between two readings nothing ends but the transaction in
the database: what is read next is of its own moment, and nothing that was read or noted before is still there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session, SessionTransaction

from minga.kit.errors import Refused
from minga.kit.questions import connection_of

KEPT_MAX = 4


class _Ready:
    """One session in its transaction, on a connection that stays."""

    def __init__(self, engine: Engine, notes: dict[Any, Any]) -> None:
        self.session = Session(engine, autoflush=False, expire_on_commit=False, info=notes)
        connection = connection_of(self.session)  # begins the transaction
        self.driver: Any = connection.connection.driver_connection
        self._transaction: SessionTransaction | None = self.session.get_transaction()
        self._notes = dict(self.session.info)

    def is_as_before(self) -> bool:
        """Whether nobody ended the transaction by hand."""
        return self.session.get_transaction() is self._transaction and self.driver.in_transaction

    def forget(self) -> None:
        """End the transaction in the database, and let go of all that was read in it."""
        self.driver.rollback()
        if self.session.identity_map or self.session.new:
            self.session.expunge_all()
        self.session.info.clear()
        self.session.info.update(self._notes)


class Readers:
    """Who reads gets the session that was given back last: its connection still has in mind what is read often.

    For SQLite in a file. At most four wait; any number may be out.
    """

    def __init__(self, engine: Engine, notes: dict[Any, Any]) -> None:
        self._engine = engine
        self._notes = notes
        self._waiting: list[_Ready] = []  # taking from its end and putting there is safe in threads

    @contextmanager
    def lend(self) -> Iterator[Session]:
        """A session in a transaction of its own, in which nothing can be written."""
        ready = self._take()
        try:
            yield ready.session
        except Refused:
            self._back(ready)
            raise
        except BaseException:
            ready.session.close()
            raise
        self._back(ready)

    def _take(self) -> _Ready:
        try:
            ready = self._waiting.pop()
        except IndexError:
            return _Ready(self._engine, dict(self._notes))
        ready.driver.execute("BEGIN")
        return ready

    def _back(self, ready: _Ready) -> None:
        if len(self._waiting) < KEPT_MAX and ready.is_as_before():
            ready.forget()
            self._waiting.append(ready)
        else:
            ready.session.close()

    def close(self) -> None:
        """Give the connections back."""
        while self._waiting:
            self._waiting.pop().session.close()
