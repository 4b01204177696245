"""What every test may ask for: a database of its own on each engine, a clock that stands still, the village."""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

import minga.migrations
from minga.interfaces.asgi import build
from minga.interfaces.http import Node, open_node
from minga.kit.clock import FixedClock
from minga.kit.db import Database
from minga.kit.sealed import FieldKey
from minga.kit.secrets import Secret
from minga.kit.settings import Settings
from tests.village import Village, build_village
from tests.visitor import Visitor

SECRET = "a secret of the tests, long enough to be one"
MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
ENGINES = os.environ.get("MINGA_TEST_DATABASES", "sqlite").split(",")
POSTGRESQL = os.environ.get("MINGA_TEST_POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MONDAY)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables, made once and copied for each test."""
    path = tmp_path_factory.mktemp("template") / "minga.db"
    database = Database.open(f"sqlite:///{path}")
    minga.migrations.create_all(database)
    database.checkpoint()
    database.close()
    return path


@pytest.fixture(scope="session")
def postgresql_template() -> Iterator[str]:
    """A PostgreSQL database with all tables, copied by the server for each test."""
    name = f"minga_template_{uuid.uuid4().hex[:12]}"
    _on_server(f"CREATE DATABASE {name}")
    database = Database.open(str(make_url(POSTGRESQL).set(database=name).render_as_string(False)))
    minga.migrations.create_all(database)
    database.close()
    yield name
    _on_server(f"DROP DATABASE {name} WITH (FORCE)")


@cache
def _server() -> Engine:
    return create_engine(POSTGRESQL, isolation_level="AUTOCOMMIT")


def _on_server(*statements: str) -> None:
    with _server().connect() as connection:
        for statement in statements:
            connection.execute(text(statement))


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """The engine this test runs on."""
    return str(request.param)


@pytest.fixture
def empty_url(engine: str, tmp_path: Path) -> Iterator[str]:
    """A database without any table, on each engine."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
    else:
        name = f"minga_empty_{uuid.uuid4().hex[:12]}"
        _on_server(f"CREATE DATABASE {name}")
        yield make_url(POSTGRESQL).set(database=name).render_as_string(False)
        _on_server(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database with all tables, on each engine that `MINGA_TEST_DATABASES` names."""
    if engine == "sqlite":
        path = tmp_path / "home" / "minga.db"
        path.parent.mkdir(mode=0o700)
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
    else:
        template = request.getfixturevalue("postgresql_template")
        name = f"minga_test_{uuid.uuid4().hex[:12]}"
        # A test's database need not outlive a power cut, so its commits do not wait for the disk.
        _on_server(
            f"CREATE DATABASE {name} TEMPLATE {template}",
            f"ALTER DATABASE {name} SET synchronous_commit TO off",
        )
        yield make_url(POSTGRESQL).set(database=name).render_as_string(False)
        _on_server(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = Database.open(database_url)
    found.field_key = FieldKey(SECRET)
    yield found
    found.close()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    home = tmp_path / "home"
    home.mkdir(mode=0o700, exist_ok=True)
    return Settings(
        home=home,
        env="test",
        site_url="http://127.0.0.1:8000",
        database_url=database_url,
        secret=Secret(SECRET),
    )


@pytest.fixture
def village(database: Database, clock: FixedClock) -> Village:
    return build_village(database, clock)


@pytest.fixture
def node(settings: Settings, clock: FixedClock) -> Iterator[Node]:
    found = open_node(settings, clock)
    yield found
    found.close()


@pytest.fixture
def visit(node: Node, village: Village) -> Callable[[str | None], Visitor]:
    """`visit("ana")` is Ana's browser, signed in; `visit(None)` is a stranger's."""
    app = build(node, working=False)

    def one(name: str | None) -> Visitor:
        return Visitor(app, node, village.people[name] if name else None)

    return one
