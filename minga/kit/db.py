"""The database: one declarative base, one session type, and the two kinds of unit: reading and writing.

SQLite allows one writer. A write unit takes the writer's turn (a lock in the process, a file lock across processes)
*before* `BEGIN IMMEDIATE`, so that writers queue in order instead of colliding; readers never wait (WAL).
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import partial
from typing import Any, Literal

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from minga.kit import engines, questions
from minga.kit.errors import Busy, NoSpace, NotFound, Refused
from minga.kit.ids import Id, new_id
from minga.kit.readers import Readers
from minga.kit.schema import Base, Instant, enum_column, foreign_id, id_column, text_column
from minga.kit.turn import Turn

in_a_hurry = engines.in_a_hurry

__all__ = [
    "Base",
    "Database",
    "Id",
    "Instant",
    "Session",
    "TookTooLong",
    "count_statements",
    "enum_column",
    "foreign_id",
    "id_column",
    "in_a_hurry",
    "new_id",
    "note",
    "text_column",
]

NOTES = "kit.notes"
WAL_BYTES = 4 * 1024 * 1024
WAL_PAGES = 1_000
SCHEMA_LOCK = 7_291_846
"""The advisory lock that a migration holds on PostgreSQL."""


class TookTooLong(Exception):
    """A statement was interrupted because whoever asked was in a hurry; nothing is wrong with it."""


class Database:
    """A node's store. `write()` and `read()` are the only ways to a session, and only `write()` commits."""

    def __init__(
        self, url: str, writer: Engine, reader: Engine, turn: Turn | None, *, in_file: bool = False
    ) -> None:
        self.url = url
        self.writer = writer
        self.reader = reader
        self.dialect = writer.dialect.name
        self._turn = turn
        self._readers = Readers(reader, {"database": self}) if in_file else None
        self.field_key: object | None = None  # `kit.sealed.FieldKey`, set by whoever opens the node
        self._told: list[Callable[[], None]] = []
        self._told_of_others: list[Callable[[], None]] = []
        self._told_of_notes: Callable[[list[Any]], None] | None = None
        self._log_size = 0  # of the write-ahead log at the last checkpoint
        self._units = 0  # written since then
        self._units_max = 100_000

    @classmethod
    def open(cls, url: str) -> "Database":
        """Open `sqlite:////absolute/path.db`, `sqlite://` (memory, one connection) or `postgresql+psycopg://…`."""
        if url.startswith("sqlite"):
            writer, reader, path = engines.sqlite(url)
            return cls(url, writer, reader, Turn(path), in_file=path is not None)
        return cls(url, *engines.postgresql(url), None)

    def on_commit(self, tell: Callable[[], None], *, anywhere: bool = False) -> None:
        """Call `tell` after every commit of a write unit, to wake those who wait for news.

        With `anywhere` also after commits of another process, as far as this one is told of them.
        """
        self._told.append(tell)
        if anywhere:
            self._told_of_others.append(tell)

    def on_notes(self, tell: Callable[[list[Any]], None]) -> None:
        """Call `tell` with what write units noted by `note`, once they are committed; without it notes go nowhere."""
        self._told_of_notes = tell

    def committed_elsewhere(self) -> None:
        """Another process of this node committed."""
        for tell in self._told_of_others:
            tell()

    def stand_back(self) -> None:
        """Leave the writer's turn to other processes for most of the time when they want it."""
        if self._turn:
            self._turn.stands_back = True

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One unit of work: commits at the end, rolls back on any error; a commit that fails raises."""
        notes: list[Any] = []
        if self._turn is None:
            with self._transaction(notes) as session:
                yield session
        else:
            with self._turn.take():
                with self._transaction(notes) as session:
                    yield session
                self._keep_wal_small()
        self._tell(notes)

    @contextmanager
    def train(self) -> Iterator[Callable[[], AbstractContextManager[Session]]]:
        """Units of work that share one commit: each is a savepoint and fails alone; all are durable when the block ends.

        For the node's own work, of which nobody is told that it is done before.
        """
        notes: list[Any] = []
        with self._turn.take() if self._turn else nullcontext():
            with _plain_refusals(), self.writer.begin() as connection:
                yield partial(self._in_train, connection, notes)
            if self._turn:
                self._keep_wal_small()
        self._tell(notes)

    def _tell(self, notes: list[Any]) -> None:
        if notes and self._told_of_notes:
            self._told_of_notes(notes)
        for tell in self._told:
            tell()

    @contextmanager
    def _in_train(self, connection: Connection, notes: list[Any]) -> Iterator[Session]:
        with (
            _plain_refusals(),
            Session(
                connection,
                expire_on_commit=False,
                join_transaction_mode="create_savepoint",
                info={"database": self, NOTES: notes},
            ) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def _transaction(self, notes: list[Any]) -> Iterator[Session]:
        info = {"database": self, NOTES: notes}
        with (
            _plain_refusals(),
            Session(self.writer, expire_on_commit=False, info=info) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A unit that cannot write: SQLite refuses by `query_only`, PostgreSQL runs in autocommit, read only."""
        if self._readers is not None:
            with _plain_refusals(), self._readers.lend() as session:
                yield session
            return
        with (
            _plain_refusals(),
            Session(self.reader, autoflush=False, expire_on_commit=False, info={"database": self}) as session,
        ):
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A unit that reads one moment from its first statement to its last, however long that takes; for files."""
        if self.dialect == "sqlite":
            with self.read() as session:
                yield session
            return
        still = self.writer.execution_options(isolation_level="REPEATABLE READ")
        with (
            _plain_refusals(),
            Session(still, autoflush=False, expire_on_commit=False, info={"database": self}) as session,
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

    def learn_sizes(self) -> None:
        """Let SQLite look at how many rows each index has, so that it chooses its ways well; PostgreSQL does so itself.

        It looks at 1,000 rows of each index and no more. Samples of values (`sqlite_stat4`), which an ANALYZE without
        that limit writes, would make it prepare every statement anew at every use: five times the cost of most.
        """
        if self._turn:
            with self._turn.take(), self.writer.connect() as connection:
                driver: Any = connection.connection.driver_connection
                driver.execute("PRAGMA analysis_limit=1000")
                driver.execute("ANALYZE")
                driver.execute("PRAGMA shrink_memory")  # of what was looked at only for this

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
        if self._readers is not None:
            self._readers.close()
        self.writer.dispose()
        self.reader.dispose()
        if self._turn:
            self._turn.close()


def note(session: Session, what: Any) -> None:
    """Something to be told by `Database.on_notes` once this unit is committed, such as which job it wrote."""
    notes = session.info.get(NOTES)
    if notes is not None:
        notes.append(what)


@contextmanager
def _plain_refusals() -> Iterator[None]:
    """Say what the database meant when it could not, in words of ours."""
    try:
        yield
    except DBAPIError as error:
        if str(error.orig) == "interrupted":
            raise TookTooLong from error
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
