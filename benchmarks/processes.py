"""The processes of a benchmark: the node as `minga up` starts it, the limit, the load; with their memory and CPU time."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SECRET = "the secret of a benchmark, made for nothing else"
START_SECONDS_MAX = 30.0


class Server:
    """One running server on loopback."""

    def __init__(self, name: str, command: list[str], port: int, path: str, environ: dict[str, str]) -> None:
        self.name = name
        self.port = port
        log = Path(os.environ.get("TMPDIR", "/tmp")) / f"minga-benchmark-{name}-{os.getpid()}.log"
        self._log = log.open("wb")
        began = time.perf_counter()
        self._process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=self._log, stderr=self._log)
        self.first_answer_seconds = self._wait(path, began)

    def _wait(self, path: str, began: float) -> float:
        while time.perf_counter() - began < START_SECONDS_MAX:
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", self.port), timeout=15) as one,
            ):
                one.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
                if one.recv(12).startswith(b"HTTP/1.1 "):
                    return time.perf_counter() - began
            if self._process.poll() is not None:
                raise RuntimeError(f"{self.name} ended: {Path(self._log.name).read_text()[-2000:]}")
            time.sleep(0.005)
        raise RuntimeError(f"{self.name} did not answer within {START_SECONDS_MAX:.0f} s")

    @property
    def cpu_seconds(self) -> float:
        """What all its threads have used of the processors so far."""
        return _cpu_seconds(self._process.pid)

    @property
    def cpu_seconds_beside(self) -> float:
        """The same of the processes that it began: the worker."""
        return sum(_cpu_seconds(pid) for pid in _below(self._process.pid))

    @property
    def mib_beside(self) -> float:
        """Their part of the memory; what several processes share is divided among them."""
        return sum(_part_of_memory_mib(pid) for pid in _below(self._process.pid))

    @property
    def resident_mib(self) -> float:
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        Path(self._log.name).unlink(missing_ok=True)


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _part_of_memory_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _below(pid: int) -> list[int]:
    """All processes that this one began, and those that they began."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    own = [int(child) for task in tasks for child in task.read_text().split()]
    return [*own, *(further for child in own for further in _below(child))]


def environment(**settings: str) -> dict[str, str]:
    """This environment with only these settings of a node."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MINGA_")}
    return (
        kept
        | {f"MINGA_{name.upper()}": value for name, value in settings.items()}
        | {"PYTHONPATH": str(ROOT)}
    )


@contextlib.contextmanager
def node(home: Path) -> Iterator[Server]:
    """The node over that folder, started as people start it."""
    port = free_port()
    command = [sys.executable, "-m", "minga", "up", "--data", str(home), "--port", str(port), "--no-qr"]
    settings = {"secret": SECRET, "trusted_proxies": "127.0.0.1/32", "log_level": "warning"}
    server = Server("node", command, port, "/health/ready", environment(**settings))
    try:
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def limit(database: Path, community_id: str) -> Iterator[Server]:
    """The framework-free limit over a copy of the same database."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.limit", str(database), community_id, str(port)]
    server = Server("limit", command, port, "/", environment())
    try:
        yield server
    finally:
        server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def load(server: Server, requests: list[dict[str, Any]], **plan: Any) -> dict[str, Any]:
    """Run one load against a server; adds what each request cost it in CPU-milliseconds."""
    before, beside = server.cpu_seconds, server.cpu_seconds_beside
    plan = {"port": server.port, "requests": requests, **plan}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        cwd=ROOT, env=environment(), input=json.dumps(plan).encode(), capture_output=True, check=True, timeout=600,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    found["cpu_ms"] = (server.cpu_seconds - before) * 1e3 / max(1, found["all"])
    found["beside_ms"] = (server.cpu_seconds_beside - beside) * 1e3 / max(1, found["all"])
    if found["errors"]:
        print(
            f"  {server.name}: {found['errors']} errors {found['statuses']}: {found['first_bad'][:600]}",
            file=sys.stderr,
        )
    return found
