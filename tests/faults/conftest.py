"""A running node for each test; the village behind it is made once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.running import Nursery, People, Running, copied, settle


@pytest.fixture(scope="session")
def settled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, People]:
    home = tmp_path_factory.mktemp("settled") / "home"
    return home, settle(home)


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    found = Nursery()
    yield found
    found.close()


@pytest.fixture
def running(nursery: Nursery, settled: tuple[Path, People], tmp_path: Path) -> Iterator[Running]:
    found = Running(nursery, copied(settled[0], tmp_path / "home"), settled[1])
    found.start()
    yield found
    found.close()
