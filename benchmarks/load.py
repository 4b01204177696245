"""A bounded load: keep-alive connections on loopback, each asking again as soon as it was answered.

A process of its own, so that it does not share an interpreter with what it measures. Reads one plan as JSON from
stdin, writes one result as JSON to stdout:

    {"port": 8000, "connections": 16, "seconds": 5.0, "requests_max": 50000, "expect": 200, "warm": 0.5,
     "requests": [{"method": "GET", "path": "/…", "headers": {"Cookie": "…"}, "body": "…"}, …]}

The requests are sent in turn; `%n%` in a path, header or body becomes a number that never repeats. Latencies are
measured from the last byte written to the last byte read.
"""

import asyncio
import gc
import itertools
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

HOST = "127.0.0.1"
CONNECTIONS_MAX = 256
SECONDS_MAX = 330.0
REQUESTS_MAX = 1_000_000
BROKEN_MAX = 100


@dataclass
class Tally:
    """What was answered after the warm-up."""

    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    all: int = 0
    broken: int = 0
    bytes_read: int = 0
    first_bad: str = ""


class Connection(asyncio.Protocol):
    """One keep-alive connection with one question at a time."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._need = -1
        self._head = b""
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if self._answer and not self._answer.done():
            self._answer.set_exception(error or ConnectionResetError())

    @property
    def open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def ask(self, request: bytes) -> "asyncio.Future[tuple[int, bytes]]":
        self._answer = asyncio.get_running_loop().create_future()
        self._buffer.clear()
        self._need = -1
        if self._transport is None:
            self._answer.set_exception(ConnectionResetError())
        else:
            self._transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._need < 0:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            self._head = bytes(self._buffer[:end])
            self._need = end + 4 + _content_length(self._head)
        if len(self._buffer) >= self._need and self._answer and not self._answer.done():
            self._answer.set_result((int(self._head[9:12]), bytes(self._buffer[: self._need])))


def _content_length(head: bytes) -> int:
    lower = head.lower()
    if lower[9:12] in (b"204", b"304"):
        return 0
    at = lower.find(b"\r\ncontent-length:")
    if at < 0:
        raise ValueError("an answer without Content-Length; this client reads no chunks")
    return int(lower[at + 17 : lower.find(b"\r\n", at + 2) if b"\r\n" in lower[at + 2 :] else None])


def encode(request: dict[str, Any], port: int) -> bytes:
    """The bytes of one request."""
    body = request.get("body", "").encode()
    lines = [f"{request.get('method', 'GET')} {request['path']} HTTP/1.1", f"Host: {HOST}:{port}"]
    lines += [f"{name}: {value}" for name, value in request.get("headers", {}).items()]
    if body:
        lines.append("Content-Length: %length%" if b"%n%" in body else f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def numbered(request: bytes, number: int) -> bytes:
    """The request with its number filled in; numbers have a fixed width, so that lengths do not change."""
    if b"%n%" not in request:
        return request
    filled = request.replace(b"%n%", b"%010d" % number)
    if b"%length%" in filled:
        body = filled.partition(b"\r\n\r\n")[2]
        filled = filled.replace(b"%length%", str(len(body)).encode(), 1)
    return filled


async def one_connection(
    plan: dict[str, Any], requests: Any, numbers: Any, tally: Tally, until: list[float]
) -> None:
    """Ask until the time or the count is up."""
    loop = asyncio.get_running_loop()
    port, expect = plan["port"], plan.get("expect", 200)
    connection: Connection | None = None
    while (now := time.perf_counter()) < until[1]:
        number = next(numbers)
        if number > plan["first"] + plan["requests_max"]:
            return
        if connection is None or not connection.open:
            _transport, connection = await loop.create_connection(Connection, HOST, port)
        try:
            status, answer = await asyncio.wait_for(connection.ask(numbered(next(requests), number)), 30)
        except (OSError, TimeoutError, ValueError) as error:
            tally.broken += 1
            tally.first_bad = tally.first_bad or repr(error)
            connection = None
            if tally.broken >= BROKEN_MAX:
                return
            continue
        took = time.perf_counter() - now
        tally.all += 1
        if status != expect and not tally.first_bad:
            tally.first_bad = answer[:2_000].decode("utf-8", "replace")
        if now >= until[0]:
            tally.statuses[status] += 1
            tally.bytes_read += len(answer)
            tally.latencies.append(took)


async def run(plan: dict[str, Any]) -> dict[str, Any]:
    """The whole load; answers rates and times in milliseconds."""
    plan["seconds"] = min(float(plan["seconds"]), SECONDS_MAX)
    plan["requests_max"] = min(int(plan.get("requests_max", REQUESTS_MAX)), REQUESTS_MAX)
    plan.setdefault("first", time.time_ns() // 1_000_000 % 1_000_000_000)
    tally = Tally()
    encoded = [encode(request, plan["port"]) for request in plan["requests"]]
    requests, numbers = itertools.cycle(encoded), itertools.count(plan["first"])
    start = time.perf_counter()
    warm = float(plan.get("warm", 0.5))
    until = [start + warm, start + warm + plan["seconds"]]
    connections = min(int(plan.get("connections", 16)), CONNECTIONS_MAX)
    gc.disable()
    await asyncio.gather(*(one_connection(plan, requests, numbers, tally, until) for _ in range(connections)))
    took = min(time.perf_counter(), until[1]) - until[0]
    return result(tally, took, plan.get("expect", 200))


def result(tally: Tally, took: float, expect: int) -> dict[str, Any]:
    """The figures of a tally."""
    times = sorted(tally.latencies)
    good = tally.statuses[expect]
    return {
        "requests": len(times),
        "all": tally.all,
        "rate": good / took if took > 0 else 0.0,
        "p50_ms": quantile(times, 0.50) * 1e3,
        "p99_ms": quantile(times, 0.99) * 1e3,
        "max_ms": (times[-1] if times else 0.0) * 1e3,
        "errors": tally.broken + len(times) - good,
        "statuses": {str(status): count for status, count in sorted(tally.statuses.items())},
        "bytes": tally.bytes_read // max(1, len(times)),
        "first_bad": tally.first_bad,
    }


def quantile(times: list[float], share: float) -> float:
    """The value below which that share of the sorted values lies (nearest rank)."""
    return times[min(len(times) - 1, int(len(times) * share))] if times else 0.0


def main() -> None:
    plan = json.load(sys.stdin)
    try:
        import uvloop
    except ImportError:
        found = asyncio.run(run(plan))
    else:
        found = uvloop.run(run(plan))
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
