"""A second node, empty, beside the one of the test."""

import shutil
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from minga.interfaces.http import Node, open_node
from minga.kit.clock import FixedClock
from minga.kit.settings import Settings
from tests.conftest import POSTGRESQL
from tests.servers import drop, on_server


@pytest.fixture
def second_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with all tables and nothing in them, copied from one that was made once."""
    if engine == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "second.db")
        yield f"sqlite:///{tmp_path}/second.db"
    else:
        name = f"minga_second_{uuid.uuid4().hex[:12]}"
        on_server(
            POSTGRESQL, f"CREATE DATABASE {name} TEMPLATE {request.getfixturevalue('postgresql_template')}"
        )
        yield make_url(POSTGRESQL).set(database=name).render_as_string(False)
        drop(POSTGRESQL, name)


@pytest.fixture
def second_node(second_url: str, tmp_path: Path, settings: Settings, clock: FixedClock) -> Iterator[Node]:
    home = tmp_path / "second"
    home.mkdir(mode=0o700)
    found = open_node(replace(settings, home=home, database_url=second_url), clock)
    yield found
    found.close()
