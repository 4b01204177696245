"""How connections are made: the driver, the pragmas of SQLite, the time limits of PostgreSQL."""

import importlib.util
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import QueuePool, StaticPool

SAFE_SQLITE = (3, 51, 3)
"""Older versions can corrupt a WAL database when two connections write or checkpoint at the same moment."""

PRAGMAS = {
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "foreign_keys": "ON",
    "busy_timeout": "5000",
    "wal_autocheckpoint": "0",
    "temp_store": "MEMORY",
    "mmap_size": "0",
    "trusted_schema": "OFF",
    "recursive_triggers": "ON",
}


READER_KIB, WRITER_KIB = 8_000, 16_000
"""What a connection keeps of the file in memory. The machine keeps it too: a page from there costs a microsecond."""

HURRY_SECONDS = 0.03
STEPS = 20_000
"""How many steps SQLite's machine takes, about half a millisecond, before it is asked whether it may go on."""


class _Hurry(threading.local):
    until: float | None = None


_hurry = _Hurry()


@contextmanager
def in_a_hurry() -> Iterator[None]:
    """Let the statements of this thread take 30 ms together: the one that takes longer is interrupted (SQLite only)."""
    _hurry.until = time.perf_counter() + HURRY_SECONDS
    try:
        yield
    finally:
        _hurry.until = None


def _is_late() -> bool:
    return _hurry.until is not None and time.perf_counter() > _hurry.until


def sqlite_driver() -> ModuleType:
    """`pysqlite3`, which brings a current SQLite, where it is installed; else the standard library's."""
    if importlib.util.find_spec("pysqlite3"):
        from pysqlite3 import dbapi2  # noqa: PLC0415
    else:
        from sqlite3 import dbapi2  # noqa: PLC0415
    return dbapi2  # type: ignore[no-any-return]


def sqlite_is_safe() -> bool:
    """Whether more than one process may open the same database file."""
    return tuple(sqlite_driver().sqlite_version_info) >= SAFE_SQLITE


def sqlite(url: str) -> tuple[Engine, Engine, Path | None]:
    """Writer, reader and the file's path (none in memory, where both are one connection)."""
    name = make_url(url).database
    driver = sqlite_driver()
    if not name or name == ":memory:":
        engine = create_engine(
            url, module=driver, poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
        _prepare(engine, begin="BEGIN", query_only=False)
        return engine, engine, None
    common: dict[str, Any] = {"module": driver, "poolclass": QueuePool, "pool_timeout": 5}
    loose = {"connect_args": {"check_same_thread": False}}
    writer = create_engine(url, pool_size=1, max_overflow=0, **common, **loose)
    reader = create_engine(url, pool_size=4, max_overflow=8, pool_use_lifo=True, **common, **loose)
    _prepare(writer, begin="BEGIN IMMEDIATE", query_only=False)
    _prepare(reader, begin="BEGIN", query_only=True)
    return writer, reader, Path(name)


def _prepare(engine: Engine, *, begin: str, query_only: bool) -> None:
    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves; the driver would say it too late
        cursor = connection.cursor()
        for name, value in PRAGMAS.items():
            cursor.execute(f"PRAGMA {name}={value}")
        cursor.execute(f"PRAGMA cache_size=-{READER_KIB if query_only else WRITER_KIB}")
        if query_only:
            cursor.execute("PRAGMA query_only=ON")
            connection.set_progress_handler(_is_late, STEPS)
        cursor.close()

    @event.listens_for(engine, "begin")
    def began(connection: Connection) -> None:
        if begin == "BEGIN":  # cannot fail; every page begins with it
            driver: Any = connection.connection.driver_connection
            driver.execute(begin)
        else:
            connection.exec_driver_sql(begin)


def postgresql(url: str) -> tuple[Engine, Engine]:
    """Writer in READ COMMITTED, reader in AUTOCOMMIT so that prepared statements survive the return to the pool."""
    limits = "-c statement_timeout=5s -c lock_timeout=4s -c idle_in_transaction_session_timeout=30s -c timezone=UTC"
    common: dict[str, Any] = {"pool_size": 8, "max_overflow": 4, "pool_timeout": 5, "pool_pre_ping": True}
    common["use_native_hstore"] = False  # nothing is kept so; looking for it costs each new engine a question
    writer = create_engine(url, connect_args={"options": limits}, **common)
    reader = create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        connect_args={"options": f"{limits} -c default_transaction_read_only=on"},
        **common,
    )
    return writer, reader
