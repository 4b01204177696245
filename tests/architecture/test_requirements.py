"""What the node depends on: few packages, each with a hash, from no named place."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
RUN_TIME_PACKAGES_MAX = 60
APART = {"scan"}
"""Tools in an environment of their own, which never stands beside the node."""


def packages(lock: Path) -> dict[str, str]:
    """Name and marker of every pinned package."""
    lines = re.findall(r"^([A-Za-z0-9_.-]+)==\S+(?: ; ([^\\\n]+))?", lock.read_text(), re.MULTILINE)
    return {name.lower(): marker.strip() for name, marker in lines}


def test_a_node_needs_few_packages() -> None:
    run = packages(ROOT / "requirements/run.txt")
    assert 20 < len(run) <= RUN_TIME_PACKAGES_MAX


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_pinned_package_has_a_hash(lock: Path) -> None:
    blocks = re.split(r"\n(?=[A-Za-z0-9])", lock.read_text())
    pinned = [block for block in blocks if "==" in block.splitlines()[0]]
    assert pinned
    assert [block.splitlines()[0] for block in pinned if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_names_no_place_to_download_from(lock: Path) -> None:
    assert not re.search(r"https?://|file:|--index-url|--find-links|^/|\s/\w", lock.read_text(), re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_holds_all_that_its_source_asks_for(lock: Path) -> None:
    source = lock.with_suffix(".in").read_text()
    asked = {name.lower() for name in re.findall(r"^([A-Za-z][A-Za-z0-9_.-]*)", source, re.MULTILINE)}
    assert asked <= set(packages(lock))


def test_the_extras_fit_to_the_node() -> None:
    run = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / "requirements/run.txt").read_text(), re.MULTILINE))
    for lock in LOCKS:
        if lock.stem in APART:
            continue
        other = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", lock.read_text(), re.MULTILINE))
        assert {name for name in other if name in run and other[name] != run[name]} == set(), lock.name


def test_the_own_sqlite_comes_only_where_a_wheel_exists() -> None:
    marker = packages(ROOT / "requirements/run.txt")["pysqlite3"]
    assert "x86_64" in marker
    assert "linux" in marker
