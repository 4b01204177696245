"""Limits that several processes share, with a real Redis on this machine."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from minga.kit import limits as kit_limits
from minga.kit.clock import FixedClock, utc_now
from minga.kit.errors import Refused, TooMany
from minga.kit.limits import Limit, Limits, Memory
from minga.kit.shared_limits import Shared, limits_storage

redis = pytest.importorskip("redis", reason="the package redis is not installed (requirements/redis.txt)")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    program = shutil.which("redis-server") or pytest.skip("there is no redis-server on this machine")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    line = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 10
    with redis.Redis(port=port) as client:
        while time.monotonic() < deadline:
            try:
                client.ping()
                break
            except redis.ConnectionError:
                continue
    yield f"redis://127.0.0.1:{port}/0", process
    process.terminate()
    process.wait(10)


def test_two_processes_count_together(server: tuple[str, object]) -> None:
    one, other = (Limits(utc_now, Shared(server[0], utc_now)) for _ in range(2))
    left = [limits.hit("sign_up", "192.0.2.7").remaining for limits in (one, other, one, other, one)]
    assert left == [4, 3, 2, 1, 0]
    for limits in (one, other):
        with pytest.raises(TooMany) as refusal:
            limits.hit("sign_up", "192.0.2.7")
        assert refusal.value.retry_after is not None
        assert 0 < refusal.value.retry_after <= 3_600
    assert other.hit("sign_up", "192.0.2.8").remaining == 4
    one.forget("sign_up", "192.0.2.7")
    assert other.hit("sign_up", "192.0.2.7").remaining == 4


def test_who_waits_as_told_is_let_in(server: tuple[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit_limits, "LIMITS", {"quick": Limit(3, 1, "token")})
    limits = Limits(utc_now, Shared(server[0], utc_now))
    for _ in range(3):
        limits.hit("quick", "a")
    wait = limits.look("quick", "a").reset
    assert 1 <= wait <= 2
    until = time.monotonic() + wait
    while time.monotonic() < until:
        assert limits.look("quick", "a").limit == 3
    assert limits.hit("quick", "a")


def test_when_redis_goes_away_nobody_is_refused_for_it_and_limits_still_hold(
    server: tuple[str, subprocess.Popen[bytes]], clock: FixedClock
) -> None:
    limits = Limits(clock, Shared(server[0], clock))
    limits.hit("sign_up", "a")
    server[1].terminate()
    server[1].wait(10)
    assert [limits.hit("sign_up", "a").remaining for _ in range(5)] == [4, 3, 2, 1, 0]
    with pytest.raises(TooMany):
        limits.hit("sign_up", "a")
    clock.forward(seconds=11)
    with pytest.raises(TooMany):
        limits.hit("sign_up", "a")


def test_without_redis_a_node_counts_in_memory(clock: FixedClock) -> None:
    assert isinstance(limits_storage(None, clock), Memory)


def test_a_missing_package_is_said_in_words(clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(Refused, match=r"requirements/redis\.txt"):
        limits_storage("redis://127.0.0.1:1/0", clock)
