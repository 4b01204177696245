"""A second node, empty, beside the one of the test."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import minga.migrations
from minga.interfaces.http import Node, open_node
from minga.kit.clock import FixedClock
from minga.kit.db import Database
from minga.kit.settings import Settings


@pytest.fixture
def second_node(empty_url: str, tmp_path: Path, settings: Settings, clock: FixedClock) -> Iterator[Node]:
    database = Database.open(empty_url)
    minga.migrations.create_all(database)
    database.close()
    home = tmp_path / "second"
    home.mkdir(mode=0o700)
    found = open_node(replace(settings, home=home, database_url=empty_url), clock)
    yield found
    found.close()
