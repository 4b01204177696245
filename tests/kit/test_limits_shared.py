"""Limits that several processes share by a Redis: what one counts, the other knows."""

import importlib.util
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from minga.kit.errors import TooMany
from minga.kit.limits import LIMITS, Limits, shared

REDIS = shutil.which("redis-server")

pytestmark = pytest.mark.skipif(
    not REDIS or not importlib.util.find_spec("redis"),
    reason="redis-server or its package is not on this machine",
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis of our own, on a free port, without a file."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    folder: Path = tmp_path_factory.mktemp("redis")
    line = [str(REDIS), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(line, cwd=folder, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert any("eady to accept connections" in said for said in process.stdout)
    yield f"redis://127.0.0.1:{port}/0"
    process.terminate()
    process.communicate(timeout=20)


def test_what_one_process_counts_another_knows(address: str) -> None:
    one, other = Limits(storage=shared(address)), Limits(storage=shared(address))
    most = LIMITS["export"].most
    for _ in range(most):
        one.hit("export", "ana")
    with pytest.raises(TooMany) as refused:
        other.hit("export", "ana")
    assert refused.value.retry_after
    assert other.hit("export", "bruno").remaining == most - 1


def test_forgetting_is_shared_too(address: str) -> None:
    one, other = Limits(storage=shared(address)), Limits(storage=shared(address))
    for _ in range(LIMITS["sign_in_handle"].most):
        one.hit("sign_in_handle", "chidi")
    with pytest.raises(TooMany):
        other.check("sign_in_handle", "chidi")
    one.forget("sign_in_handle", "chidi")
    other.check("sign_in_handle", "chidi")
