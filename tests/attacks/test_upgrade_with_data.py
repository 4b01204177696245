"""A node of the first released history, full of rows, is brought to the newest tables: nothing is lost or changed.

The rows are those of the furnished village, as far as tables of that time can hold them; they come in by SQL, on each
engine, and the whole way of migrations is walked with them.
"""

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic import command
from sqlalchemy import Connection, column, inspect, select, table, text
from sqlalchemy.engine import make_url
from starlette.testclient import TestClient

import minga.migrations
from minga.interfaces.asgi import build
from minga.interfaces.cli.demo.village import Village
from minga.interfaces.http import open_node
from minga.kit import chains
from minga.kit.clock import FixedClock
from minga.kit.db import Base, Database
from minga.kit.health import Patient, State, examine
from minga.kit.secrets import Secret
from minga.kit.settings import Settings
from minga.ledger.models import Book
from minga.ledger.queries.recounting import verify
from tests.conftest import ENGINES, MONDAY, POSTGRESQL, SECRET
from tests.servers import on_server
from tests.visitor import Visitor

FIRST_RELEASE = "0030"
OUR_OWN = {"alembic_version"}
Rows = dict[str, list[dict[str, Any]]]


def make_first_release(database: Database) -> None:
    """The tables of the first release, empty but for what its migrations wrote."""
    with database.schema_connection() as connection:
        command.upgrade(minga.migrations.script(connection), FIRST_RELEASE)


def typed(name: str, columns: Sequence[str]) -> Any:
    """A table with so many of its columns, each with the type that the models give it."""
    types = {c.name: c.type for c in Base.metadata.tables[name].columns}
    return table(name, *(column(one, types[one]) for one in columns))


def shared_columns(connection: Connection) -> dict[str, list[str]]:
    """The columns of each table of this database that the models know too."""
    look = inspect(connection)
    found = {}
    for name in look.get_table_names():
        if name in Base.metadata.tables and name not in OUR_OWN:
            known = {c.name for c in Base.metadata.tables[name].columns if c.computed is None}
            found[name] = [str(c["name"]) for c in look.get_columns(name) if c["name"] in known]
    return found


def rows_of(connection: Connection, columns: dict[str, list[str]]) -> Rows:
    found = {}
    for name, names in columns.items():
        one = typed(name, names)
        keys = [c.name for c in Base.metadata.tables[name].primary_key]
        asked = select(one).order_by(*(one.c[key] for key in keys if key in names))
        found[name] = [dict(row) for row in connection.execute(asked).mappings()]
    return found


@pytest.fixture(scope="session")
def old_rows(
    sqlite_furnished: tuple[Path, Village], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Rows, Village]:
    """What tables of the first release can hold of the furnished village; every reference among it is whole."""
    folder = tmp_path_factory.mktemp("first-release")
    old = Database.open(f"sqlite:///{folder}/old.db")
    make_first_release(old)
    with old.writer.connect() as connection:
        columns = shared_columns(connection)
    old.checkpoint()
    old.close()
    new = Database.open(f"sqlite:///{shutil.copy(sqlite_furnished[0], folder / 'new.db')}")
    with new.writer.connect() as connection:
        rows = rows_of(connection, columns)
    new.close()
    with closing(sqlite3.connect(folder / "old.db", isolation_level=None)) as plain:
        without_triggers(plain)
    database = Database.open(f"sqlite:///{folder}/old.db")
    with loading(database) as connection:
        pour(connection, rows)
    database.checkpoint()
    database.close()
    with closing(sqlite3.connect(folder / "old.db")) as plain:
        prune(plain)
    database = Database.open(f"sqlite:///{folder}/old.db")
    with database.writer.connect() as connection:
        kept = rows_of(connection, columns)
    database.close()
    return kept, sqlite_furnished[1]


@contextmanager
def loading(database: Database) -> Iterator[Connection]:
    """A connection on which references and triggers are not asked, as when a copy is restored."""
    with database.writer.connect() as connection:
        if database.dialect == "sqlite":
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            if database.dialect == "postgresql":
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            yield connection


def pour(connection: Connection, rows: Rows) -> None:
    """Insert what the tables take; a row with a word that they did not know yet stays out."""
    for name, ones in rows.items():
        connection.execute(typed(name, []).delete())
        for one in ones:
            kept = connection.begin_nested()
            try:
                connection.execute(typed(name, list(one)).insert(), one)
                kept.commit()
            except Exception as error:
                kept.rollback()
                if "CHECK" not in str(error) and "NOT NULL" not in str(error):
                    raise


def without_triggers(plain: sqlite3.Connection) -> list[str]:
    """Take the triggers away and answer how to make them again: those of the books would not let finished rows in."""
    made = plain.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in made:
        plain.execute(f'DROP TRIGGER "{name}"')
    return [sql for _, sql in made]


def prune(plain: sqlite3.Connection) -> None:
    """Leave out what points at a row that stayed out."""
    for _ in range(30):
        broken = plain.execute("PRAGMA foreign_key_check").fetchall()
        if not broken:
            return
        for name, rowid, *_ in broken:
            plain.execute(f'DELETE FROM "{name}" WHERE rowid = ?', (rowid,))
        plain.commit()
    raise AssertionError("the rows do not come to rest")


@pytest.fixture(params=ENGINES)
def old_node(
    request: pytest.FixtureRequest, tmp_path: Path, old_rows: tuple[Rows, Village]
) -> Iterator[Settings]:
    """A node of the first release with all those rows, on each engine."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    name = f"minga_old_{uuid4().hex[:12]}"
    if request.param == "sqlite":
        url = f"sqlite:///{home}/minga.db"
    else:
        on_server(POSTGRESQL, f"CREATE DATABASE {name}")
        url = make_url(POSTGRESQL).set(database=name).render_as_string(False)
    database = Database.open(url)
    make_first_release(database)
    if request.param == "sqlite":
        with closing(sqlite3.connect(home / "minga.db", isolation_level=None)) as plain:
            triggers = without_triggers(plain)
    with loading(database) as connection:
        pour(connection, old_rows[0])
    database.close()
    if request.param == "sqlite":
        with closing(sqlite3.connect(home / "minga.db", isolation_level=None)) as plain:
            for sql in triggers:
                plain.execute(sql)
    site = "http://127.0.0.1:8000"
    yield Settings(home=home, env="test", site_url=site, database_url=url, secret=Secret(SECRET))
    if request.param != "sqlite":
        on_server(POSTGRESQL, f"DROP DATABASE {name} WITH (FORCE)")


def test_a_full_node_of_the_first_release_loses_nothing(
    old_node: Settings, old_rows: tuple[Rows, Village]
) -> None:
    before, village = old_rows
    empty = {name for name, rows in before.items() if not rows}
    assert len(empty) < len(before) / 4, f"nothing stands in {sorted(empty)}"
    clock = FixedClock(MONDAY)
    node = open_node(old_node, clock)
    assert minga.migrations.current(node.database) == FIRST_RELEASE
    assert minga.migrations.upgrade(node.database)
    assert minga.migrations.current(node.database) == minga.migrations.newest()
    with node.database.reader.connect() as connection:
        after = rows_of(connection, {name: list(rows[0]) for name, rows in before.items() if rows})
    assert {name for name, rows in after.items() if lost(before[name], rows)} == set()
    with node.database.read() as session:
        assert [
            one.chain for name in chains.chains(session) if (one := chains.check_chain(session, name)).broken
        ] == []
        books = session.scalars(select(Book.id)).all()
        assert books
        assert [verify(session, book, at=clock()).breaches for book in books] == [()] * len(books)
    if node.database.dialect == "sqlite":
        with node.database.read() as session:
            assert session.scalar(text("PRAGMA integrity_check")) == "ok"
            assert session.execute(text("PRAGMA foreign_key_check")).first() is None
    ill = [one for one in examine(Patient(old_node, node.database, clock())) if one.state is State.FAIL]
    of_this_machine = {"jobs", "events", "disk", "rights"}  # no worker has run, and the file is of this test
    assert [one.name for one in ill if one.name not in of_this_machine] == []
    with TestClient(build(node, working=False)) as _:
        ana = Visitor(build(node, working=False), node, village.people["ana"])
        assert "Valley" in ana.get("/").text
        ana.get("/c/valley")
    node.close()


def lost(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows that are not there any more as they were."""
    left = [repr(sorted(row.items())) for row in after]
    return [row for row in before if repr(sorted(row.items())) not in left]
