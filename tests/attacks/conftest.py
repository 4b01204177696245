"""Fixtures of the attacks: the furnished village is made once and copied, for making it is most of what they cost."""

import copy
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import minga.migrations
from minga.interfaces.cli.demo import village as demo
from minga.kit.clock import FixedClock
from minga.kit.db import Database
from minga.kit.sealed import FieldKey
from tests.attacks.calling import caller_of
from tests.attacks.furnished import furnish
from tests.conftest import MONDAY, POSTGRESQL, SECRET, a_template
from tests.servers import Emptied, remember

__all__ = ["caller_of"]


@pytest.fixture(scope="session")
def sqlite_furnished(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, demo.Village]:
    path = tmp_path_factory.mktemp("furnished") / "minga.db"
    shutil.copy(sqlite_template, path)
    return path, _furnished(f"sqlite:///{path}")


@pytest.fixture(scope="session")
def postgresql_furnished() -> Iterator[tuple[Emptied, demo.Village]]:
    with a_template("furnished") as url:
        database = Database.open(url.render_as_string(False))
        minga.migrations.create_all(database)
        database.close()
        village = _furnished(url.render_as_string(False))
        remember(url)
        found = Emptied(POSTGRESQL, str(url.database))
        yield found, village
        found.drop()


def _furnished(url: str) -> demo.Village:
    database = Database.open(url)
    database.field_key = FieldKey(SECRET)
    village = furnish(database, FixedClock(MONDAY))
    if database.dialect == "sqlite":
        database.checkpoint()
    database.close()
    return village


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """As everywhere; for those who call the API, with the furnished village in it."""
    if "furnished_village" not in request.fixturenames:
        yield request.getfixturevalue("database_url")
    elif engine == "sqlite":
        path = tmp_path / "home" / "minga.db"
        path.parent.mkdir(mode=0o700)
        shutil.copy(request.getfixturevalue("sqlite_furnished")[0], path)
        yield f"sqlite:///{path}"
    else:
        emptied: Emptied = request.getfixturevalue("postgresql_furnished")[0]
        yield emptied.ready().render_as_string(False)
        emptied.back()


@pytest.fixture
def furnished_village(engine: str, request: pytest.FixtureRequest) -> demo.Village:
    """Who and what stands in this test's database."""
    found: demo.Village = request.getfixturevalue(f"{engine}_furnished")[1]
    return copy.deepcopy(found)
