"""The database: one declarative base, one session type, and the two kinds of unit: reading and writing.

SQLite allows one writer. A write unit takes the writer's turn (a lock in the process, a file lock across processes)
*before* `BEGIN IMMEDIATE`, so that writers queue in order instead of colliding; readers never wait (WAL).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Literal

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from minga.kit import engines, questions
from minga.kit.errors import Busy, NoSpace, NotFound, Refused
from minga.kit.ids import Id, new_id
from minga.kit.schema import Base, Instant, enum_column, foreign_id, id_column, text_column
from minga.kit.turn import Turn

__all__ = [
    "Base",
    "Database",
    "Id",
    "Instant",
    "Session",
    "count_statements",
    "enum_column",
    "foreign_id",
    "id_column",
    "new_id",
    "text_column",
]

WAL_BYTES = 4 * 1024 * 1024
WAL_PAGES = 1_000
SCHEMA_LOCK = 7_291_846
"""The advisory lock that a migration holds on PostgreSQL."""


class Database:
    """A node's store. `write()` and `read()` are the only ways to a session, and only `write()` commits."""

    def __init__(self, url: str, writer: Engine, reader: Engine, turn: Turn | None) -> None:
        self.url = url
        self.writer = writer
        self.reader = reader
        self.dialect = writer.dialect.name
        self._turn = turn
        self.field_key: object | None = None  # `kit.sealed.FieldKey`, set by whoever opens the node
        self._told: list[Callable[[], None]] = []
        self._log_size = 0  # of the write-ahead log at the last checkpoint
        self._units = 0  # written since then
        self._units_max = 100_000

    @classmethod
    def open(cls, url: str) -> "Database":
        """Open `sqlite:////absolute/path.db`, `sqlite://` (memory, one connection) or `postgresql+psycopg://…`."""
        if url.startswith("sqlite"):
            writer, reader, path = engines.sqlite(url)
            return cls(url, writer, reader, Turn(path))
        return cls(url, *engines.postgresql(url), None)

    def on_commit(self, tell: Callable[[], None]) -> None:
        """Call `tell` after every commit of a write unit, to wake those who wait for news."""
        self._told.append(tell)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One unit of work: commits at the end, rolls back on any error; a commit that fails raises."""
        if self._turn is None:
            with self._transaction() as session:
                yield session
        else:
            with self._turn.take():
                with self._transaction() as session:
                    yield session
                self._keep_wal_small()
        for tell in self._told:
            tell()

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        with (
            _plain_refusals(),
            Session(self.writer, expire_on_commit=False, info={"database": self}) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A unit that cannot write: SQLite refuses by `query_only`, PostgreSQL runs in autocommit, read only."""
        with (
            _plain_refusals(),
            Session(self.reader, autoflush=False, expire_on_commit=False, info={"database": self}) as session,
        ):
            yield session

    def _keep_wal_small(self) -> None:
        """Checkpoint when about 4 MiB were written since the last one.

        The log is written anew from its beginning after a checkpoint and its file does not shrink, so that the
        size alone does not tell; how many pages a unit writes is learned from the last checkpoint.
        """
        assert self._turn is not None
        self._units += 1
        size = self._turn.wal_bytes()
        if self._units < self._units_max and size <= self._log_size + WAL_BYTES:
            return
        with suppress(
            engines.sqlite_driver().Error
        ):  # what is committed stays so; tried again after the next unit
            pages = self._checkpoint("PASSIVE")
            self._units_max = min(10_000, max(8, self._units * WAL_PAGES // max(1, pages)))
            self._units, self._log_size = 0, size

    def checkpoint(self) -> None:
        """Move the whole write-ahead log into the database file; nothing to do on PostgreSQL."""
        if self._turn:
            with self._turn.take():
                self._checkpoint("TRUNCATE")
                self._units = self._log_size = 0

    def _checkpoint(self, mode: Literal["PASSIVE", "TRUNCATE"]) -> int:
        """How many pages the write-ahead log held."""
        with self.writer.connect() as connection:
            driver: Any = connection.connection.driver_connection
            _busy, pages, _moved = driver.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
            return int(pages)

    @contextmanager
    def schema_connection(self) -> Iterator[Connection]:
        """One transaction in which the schema may change; a second one waits for the first."""
        if self._turn:
            with self._turn.take(), self.writer.begin() as connection:
                yield connection
        else:
            with self.writer.begin() as connection:
                connection.exec_driver_sql("SET LOCAL lock_timeout = '60s'")
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({SCHEMA_LOCK})")
                yield connection

    def close(self) -> None:
        self.writer.dispose()
        self.reader.dispose()
        if self._turn:
            self._turn.close()


@contextmanager
def _plain_refusals() -> Iterator[None]:
    """Say what the database meant when it could not, in words of ours."""
    try:
        yield
    except DBAPIError as error:
        refusal = _refusal(str(error.orig), getattr(error.orig, "sqlstate", None) or "")
        if refusal is None:
            raise
        raise refusal from error


def _refusal(message: str, state: str) -> Refused | None:
    lost = state.startswith("08") or ("connection" in message and not state)
    if "disk is full" in message or "disk I/O error" in message or state == "53100":
        return NoSpace()
    if lost or "is locked" in message or state in {"40001", "40P01", "55P03", "57014", "57P01", "57P03"}:
        return Busy(retry_after=2)
    if "NUL (0x00)" in message:  # PostgreSQL keeps no such text, so nothing is called like that
        return NotFound()
    return None


@contextmanager
def count_statements(database: Database) -> Iterator[list[str]]:
    """The SQL texts that run while the block is open, for tests of query budgets."""
    said: list[str] = []

    def hear(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    engines_ = {database.reader, database.writer}
    for engine in engines_:
        event.listen(engine, "before_cursor_execute", hear)
    questions.heard.append(said.append)
    try:
        yield said
    finally:
        questions.heard.remove(said.append)
        for engine in engines_:
            event.remove(engine, "before_cursor_execute", hear)
