"""What every test may ask for: a database of its own on each engine, a clock that stands still, the village."""

import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.engine import URL, make_url

import minga.migrations
from minga.interfaces.asgi import build
from minga.interfaces.http import Node, open_node
from minga.kit.clock import FixedClock
from minga.kit.db import Database
from minga.kit.sealed import FieldKey
from minga.kit.secrets import Secret
from minga.kit.settings import Settings
from tests import compiled_once, one_loop
from tests.answered import pytest_sessionfinish as pytest_sessionfinish
from tests.answered import pytest_testnodedown as pytest_testnodedown
from tests.modes import celery_hand as celery_hand
from tests.modes import redis_url as redis_url
from tests.modes import work_once as work_once
from tests.servers import Emptied, drop, drop_all, on_server, remember
from tests.village import Village, build_village
from tests.visitor import Visitor

compiled_once.share()
one_loop.share()
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
def sqlite_village(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Village]:
    """The same with the village in it: founding it anew would be half of what most tests cost."""
    path = tmp_path_factory.mktemp("village") / "minga.db"
    shutil.copy(sqlite_template, path)
    return path, _founded(f"sqlite:///{path}")


@pytest.fixture(scope="session")
def postgresql_template() -> Iterator[str]:
    """A PostgreSQL database with all tables, copied by the server for each test."""
    with a_template("template") as url:
        database = Database.open(url.render_as_string(False))
        minga.migrations.create_all(database)
        database.close()
        remember(url)
        yield str(url.database)


@pytest.fixture(scope="session")
def postgresql_emptied(postgresql_template: str) -> Iterator[Emptied]:
    found = Emptied(POSTGRESQL, postgresql_template)
    yield found
    found.drop()


@pytest.fixture(scope="session")
def postgresql_village() -> Iterator[tuple[Emptied, Village]]:
    """One that is emptied back to the village."""
    with a_template("village") as url:
        database = Database.open(url.render_as_string(False))
        minga.migrations.create_all(database)
        database.close()
        village = _founded(url.render_as_string(False))
        remember(url)
        found = Emptied(POSTGRESQL, str(url.database))
        yield found, village
        found.drop()


@contextmanager
def a_template(what: str) -> Iterator[URL]:
    """A database on the server for the time of a run."""
    name = f"minga_{what}_{uuid.uuid4().hex[:12]}"
    on_server(POSTGRESQL, f"CREATE DATABASE {name}")
    yield make_url(POSTGRESQL).set(database=name)
    drop(POSTGRESQL, name)


def _founded(url: str) -> Village:
    database = Database.open(url)
    database.field_key = FieldKey(SECRET)
    village = build_village(database, FixedClock(MONDAY))
    if database.dialect == "sqlite":
        database.checkpoint()
    database.close()
    return village


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
        on_server(POSTGRESQL, f"CREATE DATABASE {name}")
        yield make_url(POSTGRESQL).set(database=name).render_as_string(False)
        drop(POSTGRESQL, name)


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with all tables, empty or with the village in it, on each engine that `MINGA_TEST_DATABASES` names."""
    with_village = "village" in request.fixturenames
    if engine == "sqlite":
        path = tmp_path / "home" / "minga.db"
        path.parent.mkdir(mode=0o700)
        template = (
            request.getfixturevalue("sqlite_village")[0]
            if with_village
            else request.getfixturevalue("sqlite_template")
        )
        shutil.copy(template, path)
        yield f"sqlite:///{path}"
    else:
        emptied: Emptied = (
            request.getfixturevalue("postgresql_village")[0]
            if with_village
            else request.getfixturevalue("postgresql_emptied")
        )
        yield emptied.ready().render_as_string(False)
        emptied.back()


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
def village(database: Database, clock: FixedClock, engine: str, request: pytest.FixtureRequest) -> Village:
    """The village as it stands in this test's database."""
    founded: Village = request.getfixturevalue(f"{engine}_village")[1]
    return Village(database, clock, dict(founded.people), dict(founded.communities))


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


def pytest_unconfigure() -> None:
    drop_all()


PAGES_AND_ATTACKS = ("architecture", "attacks", "browser", "interfaces", "stories")
ASKED_BY_NAME = (
    "communication",
    "communities",
    "identity",
    "intelligence",
    "reactions",
    "reputation",
    "sharing",
)
WHERE_DATABASES_DIFFER = re.compile(
    "race|plan|access|visible|decisions|needs|lists|search|near|life|amounts|people|reservations|means|seconds|ending"
)
"""Files of these domains that run on PostgreSQL in every run: statements of many parts, locks, sums, plans."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What of PostgreSQL is a slow test (`bin/test --all`), for twenty minutes is what a run on two cores may take.

    Every run: kit, ledger, governance, faults and leaving, and of the other domains the files where databases differ; of a
    test with many cases the first. Slow: the rest, and walks over pages and calls.
    """
    known = set()
    for item in sorted(items, key=lambda one: one.nodeid):
        if getattr(getattr(item, "callspec", None), "params", {}).get("engine") != "postgresql":
            continue
        folder, test = item.path.parent.name, item.nodeid.partition("[")[0]
        elsewhere = folder in ASKED_BY_NAME and not WHERE_DATABASES_DIFFER.search(item.path.stem)
        if folder in PAGES_AND_ATTACKS or elsewhere or test in known:
            item.add_marker("slow")
        known.add(test)
