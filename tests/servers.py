"""Databases on a PostgreSQL server for tests: one for each process, emptied after each test.

Copying a database takes half a second, emptying one some milliseconds. Whatever emptying could not undo (other tables,
triggers or statistics than at the beginning) gives the next test a new copy.
"""

import uuid
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

LET_GO_MAX = 25
USES_MAX = 80  # deleted rows stay in their pages until they are swept out

FORM = """
SELECT (SELECT count(*) FROM pg_class), (SELECT sum(oid::bigint) FROM pg_class), (SELECT sum(relchecks) FROM pg_class),
  (SELECT count(*) FROM pg_trigger WHERE tgenabled = 'O'), (SELECT sum(hashtext(prosrc)::bigint) FROM pg_proc),
  (SELECT count(*) FROM pg_attribute WHERE NOT attisdropped),
  (SELECT count(*) FROM pg_statistic s JOIN pg_class c ON c.oid = s.starelid WHERE c.relnamespace = 'public'::regnamespace)
"""

WITH_PAGES = """
SELECT relname FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
"""
EMPTYING = f"""
DO $$ DECLARE one text; BEGIN
  FOR one IN {WITH_PAGES} LOOP EXECUTE 'DELETE FROM public.' || quote_ident(one); END LOOP;
END $$
"""
AS_NEW = """
UPDATE pg_class SET relpages = 0, reltuples = -1, relallvisible = 0
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""
_let_go: list[tuple[str, str]] = []


@cache
def server(url: str) -> Engine:
    return create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)


def on_server(url: str, *statements: str) -> None:
    with server(url).connect() as connection:
        for statement in statements:
            connection.execute(text(statement))


def drop(url: str, name: str) -> None:
    """Let go of a database. The server writes everything to the disk before it drops one, so many go together."""
    _let_go.append((url, name))
    if len(_let_go) >= LET_GO_MAX:
        drop_all()


def drop_all() -> None:
    """Drop what was let go of."""
    while _let_go:
        url, name = _let_go.pop()
        on_server(url, f"DROP DATABASE {name} WITH (FORCE)")


@dataclass
class Emptied:
    """One database at a time, copied from `template`; `ready` gives its address, `back` takes it after a test."""

    server_url: str
    template: str
    name: str = ""
    uses: int = 0
    form: tuple[object, ...] = ()
    emptying: list[str] = field(default_factory=list)
    sequences: dict[str, int | None] = field(default_factory=dict)

    def ready(self) -> URL:
        if not self.name:
            self._copy()
        self.uses += 1
        return self._url()

    def back(self) -> None:
        """Empty the database, or drop it when it is no longer what it was."""
        _end_others(self.server_url, self.name)
        if not self._emptied():
            self.drop()
        elif self.uses >= USES_MAX:
            self._sweep()

    def drop(self) -> None:
        if self.name:
            drop(self.server_url, self.name)
        self.name, self.uses = "", 0

    def _sweep(self) -> None:
        """Take the deleted rows out of their pages; a new copy would cost the server seconds."""
        with self._connect() as connection:
            for name in connection.execute(text(WITH_PAGES)).scalars().all():
                connection.exec_driver_sql(f'VACUUM "{name}"')
            connection.exec_driver_sql(AS_NEW)  # or plans would differ from run to run
        self.uses = 0

    def _url(self) -> URL:
        return make_url(self.server_url).set(database=self.name)

    def _connect(self) -> Connection:
        return server(self._url().render_as_string(False)).connect()

    def _copy(self) -> None:
        self.name = f"minga_test_{uuid.uuid4().hex[:12]}"
        # A test's database need not outlive a power cut, so its commits do not wait for the disk.
        on_server(
            self.server_url,
            f"CREATE DATABASE {self.name} TEMPLATE {self.template}",
            f"ALTER DATABASE {self.name} SET synchronous_commit TO off",
        )
        with self._connect() as connection:
            self._look(connection)

    def _look(self, connection: Connection) -> None:
        self.sequences = _sequences(connection)
        self.form = _form(connection)
        kept = [_restoring(connection, name) for name in _tables(connection, "at_first")]
        # Neither triggers nor foreign keys; all in one round, for a hundred small questions take longer to plan than to answer.
        self.emptying = ["SET session_replication_role = replica", EMPTYING, *kept]

    def _emptied(self) -> bool:
        with self._connect() as connection:
            if _form(connection) != self.form:
                return False
            moved = [
                f"SELECT setval('\"{name}\"', {self.sequences.get(name) or 1}, {bool(self.sequences.get(name))})"
                for name, value in _sequences(connection).items()
                if value != self.sequences.get(name)
            ]
            connection.exec_driver_sql(";".join([*self.emptying, *moved]))
            return True


def remember(url: URL) -> None:
    """Keep the rows a template has before any test in a schema beside them, for all its copies."""
    with create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as connection:
        connection.execute(text("CREATE SCHEMA at_first"))
        for name in _tables(connection, "public"):
            # Nobody may clean up or count in the background: plans would differ from run to run.
            connection.execute(text(f'ALTER TABLE "{name}" SET (autovacuum_enabled = false)'))
            if connection.execute(text(f'SELECT 1 FROM "{name}" LIMIT 1')).first():
                connection.execute(text(f'CREATE TABLE at_first."{name}" AS TABLE "{name}"'))


def _tables(connection: Connection, schema: str) -> list[str]:
    found = text("SELECT tablename FROM pg_tables WHERE schemaname = :schema ORDER BY tablename")
    return list(connection.execute(found, {"schema": schema}).scalars())


def _restoring(connection: Connection, name: str) -> str:
    """The statement that puts a table's first rows back; what the database computes it computes again."""
    found = connection.execute(
        text(
            "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute WHERE attnum > 0"
            " AND NOT attisdropped AND attgenerated = '' AND attrelid = CAST(:name AS regclass)"
        ),
        {"name": f'public."{name}"'},
    ).scalar_one()
    return f'INSERT INTO "{name}" ({found}) OVERRIDING SYSTEM VALUE SELECT {found} FROM at_first."{name}"'


def _form(connection: Connection) -> tuple[object, ...]:
    return tuple(connection.execute(text(FORM)).one())


def _sequences(connection: Connection) -> dict[str, int | None]:
    rows = connection.execute(
        text("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'")
    )
    return {str(name): value for name, value in rows}


def _end_others(url: str, name: str) -> None:
    on_server(url, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
