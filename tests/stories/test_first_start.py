"""A new node is started as a person would start it: a process, an empty folder, an address, a link. Nothing is mocked."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
START_SECONDS_MAX = 60


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MINGA_", "COV_"))}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


@contextmanager
def minga(*line: str, **more: str) -> Iterator["subprocess.Popen[str]"]:
    """The program as a process of its own, ended at the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "minga", *line],
        env=environment(**more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=20)


def announced(process: "subprocess.Popen[str]") -> dict[str, Any]:
    """What the program prints once it answers."""
    assert process.stdout
    line = process.stdout.readline()
    if not line:
        _, said = process.communicate(timeout=START_SECONDS_MAX)
        pytest.fail(f"it ended with {process.returncode}: {said}")
    found: dict[str, Any] = json.loads(line)
    return found


def get(address: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def below(*parents: int) -> list[int]:
    """The processes that these began, by any of their threads."""
    tasks = [task for parent in parents for task in Path(f"/proc/{parent}/task").glob("*/children")]
    return [int(pid) for task in tasks for pid in task.read_text().split()]


def gone(pid: int) -> bool:
    """Whether it no longer runs, though perhaps nobody waited for it yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def soon(look: Callable[[], Any]) -> Any:
    """What is there within half a minute."""
    until = time.monotonic() + 30
    while not (found := look()) and time.monotonic() < until:
        time.sleep(0.02)
    return found


def up(home: Path) -> list[str]:
    return ["up", "--port", "0", "--no-qr", "--json", "--data", str(home)]


def test_one_command_makes_a_node_with_an_owner_link(tmp_path: Path) -> None:
    home = tmp_path / "minga-data"
    with minga(*up(home)) as process:
        said = announced(process)
        assert get(f"{said['site_url']}/health/live")[0] == 200
        assert re.fullmatch(rf"{said['site_url']}/first/([0-9A-Z]{{4}}-){{6}}[0-9A-Z]{{2}}", said["link"])
        status, page = get(said["link"])
        assert status == 200
        assert "<form" in page
        worker, *_ = below(*below(process.pid))
        os.kill(worker, signal.SIGKILL)
        new = soon(lambda: [pid for pid in below(*below(process.pid)) if pid != worker])
        assert new, "a worker that died is begun again"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
    assert gone(new[0]), "one Ctrl-C ends both"
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    for path in [home / "secrets/secret", *home.glob("minga.db*")]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_starting_again_keeps_everything_and_makes_a_new_link(tmp_path: Path) -> None:
    home = tmp_path / "minga-data"
    links = []
    for _ in range(2):
        with minga(*up(home)) as process:
            said = announced(process)
            links.append(said["link"].rsplit("/", 1)[1])
            if len(links) == 2:
                assert get(f"{said['site_url']}/first/{links[0]}")[0] != 200
                assert get(f"{said['site_url']}/first/{links[1]}")[0] == 200
            else:
                secret = (home / "secrets/secret").read_text()
                worker, *_ = below(*below(process.pid))
                process.kill()
                assert soon(partial(gone, worker)), "a worker does not outlive the process it works for"
    assert links[0] != links[1]
    assert (home / "secrets/secret").read_text() == secret


def test_a_port_that_is_taken_is_told_in_words(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with minga("up", "--port", port, "--data", str(tmp_path / "home")) as process:
            _, said = process.communicate(timeout=START_SECONDS_MAX)
    assert process.returncode == 6
    assert f"Port {port} on 127.0.0.1 cannot be used" in said


def test_an_unsafe_node_does_not_start_and_all_faults_are_told(tmp_path: Path) -> None:
    with minga(*up(tmp_path / "home"), MINGA_SECRET="changeme", MINGA_DEBUG="yes", MINGA_PROT="1") as process:
        _, said = process.communicate(timeout=START_SECONDS_MAX)
    assert process.returncode == 2
    for variable in ("MINGA_SECRET", "MINGA_DEBUG", "MINGA_PROT"):
        assert variable in said
    assert not (tmp_path / "home/minga.db").exists()


def test_web_and_worker_run_as_processes_of_their_own(tmp_path: Path) -> None:
    home = tmp_path / "minga-data"
    with minga("secrets", "generate", "--data", str(home)) as process:
        assert process.wait(timeout=START_SECONDS_MAX) == 0
    with minga("web", "--port", "0", "--json", "--data", str(home)) as web:
        said = announced(web)
        with minga("worker", "--json", "--data", str(home)) as worker:
            assert announced(worker)["lanes"] == ["fast", "mail", "http", "files", "heavy"]
            assert get(f"{said['site_url']}/health/live")[0] == 200
            assert worker.poll() is None
            worker.terminate()
            assert worker.wait(timeout=30) == 0
        web.terminate()
        web.wait(timeout=30)


def test_a_worker_knows_its_lanes(tmp_path: Path) -> None:
    with minga("worker", "--lanes", "mail,slow", "--data", str(tmp_path), MINGA_ENV="dev") as process:
        _, said = process.communicate(timeout=START_SECONDS_MAX)
    assert process.returncode == 2
    assert "There is no lane slow" in said
