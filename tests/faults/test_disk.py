"""A full disk: reading goes on, writing is refused with 507, and when there is room again nobody has to start anything.

Two ways to fill it: a small file system in memory, where this account may mount one, and a limit on the size of
files, which every account may set on its own processes.
"""

import os
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from minga.sharing.models import Listing
from tests.faults.running import Nursery, People, Running, copied


def _until_full(running: Running, count_max: int = 400) -> tuple[int, Any]:
    """Write until something else than success is answered."""
    for n in range(count_max):
        status, answer = running.post(n % 20, f"Ladder {n} " + "x" * 150)
        if status != 201:
            return status, answer
    raise AssertionError("the disk never filled")


def _stored(running: Running) -> int:
    database = running.database()
    try:
        with database.read() as session:
            return session.scalar(select(func.count()).select_from(Listing)) or 0
    finally:
        database.close()


def _check_full_and_free(running: Running, free: Any) -> None:
    assert running.post(0, "While there is room")[0] == 201
    status, answer = _until_full(running)
    assert (status, answer["code"]) == (507, "no_space"), answer
    before = _stored(running)
    for n in range(5):
        assert running.read(n)[0] == 200
        assert running.post(n, "No room")[0] == 507
    cookie = {"Cookie": f"minga={running.people.cookies[0]}"}
    assert running.request("GET", "/c/valley/listings", headers=cookie)[0] == 200
    assert _stored(running) == before
    free()
    assert running.post(1, "Room again")[0] == 201
    assert running.read(1)[1]["items"][0]["title"] == "Room again"


def test_a_limit_on_file_sizes_is_a_full_disk(running: Running) -> None:
    assert running.post(0, "First")[0] == 201
    log = running.home / "minga.db-wal"
    hard = resource.prlimit(running.pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(running.pid, resource.RLIMIT_FSIZE, (log.stat().st_size + 400_000, hard))
    _check_full_and_free(running, lambda: resource.prlimit(running.pid, resource.RLIMIT_FSIZE, (hard, hard)))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(place)], capture_output=True, check=False
    ) if os.geteuid() == 0 else None  # fmt: skip
    if mounted is None or mounted.returncode != 0:
        pytest.skip("this account may not mount a small file system; the limit on file sizes is tested above")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk(nursery: Nursery, small_disk: Path, settled: tuple[Path, People]) -> None:
    running = Running(nursery, copied(settled[0], small_disk / "home"), settled[1])
    try:
        running.start("/health/live")  # so small a disk is never quite in order
        filler = small_disk / "filler"
        room = os.statvfs(small_disk)
        filler.write_bytes(b"\0" * max(0, room.f_bavail * room.f_frsize - 1_500_000))
        _check_full_and_free(running, filler.unlink)
    finally:
        running.close()
