"""How many requests a process answered and how long they took, by route; no label ever names anybody."""

import time
from bisect import bisect_left
from itertools import accumulate
from typing import NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from minga.kit import log

SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 30.0)

METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})
SLOW_SECONDS = 1.0
WAITING = frozenset({"/live", "/live/poll", "/api/v1/events", "/api/v1/events/poll"})
"""Addresses that answer late on purpose."""


class Requests(NamedTuple):
    """Which requests are counted together."""

    route: str
    method: str
    status: str


class Counts:
    """How long the requests of one process took; plain numbers, for they are written with every answer."""

    def __init__(self) -> None:
        self._counted: dict[Requests, list[int]] = {}
        self._seconds: dict[Requests, float] = {}

    def note(self, requests: Requests, seconds: float) -> None:
        """One more of them, which took that long."""
        counted = self._counted.get(requests)
        if counted is None:
            counted = self._counted[requests] = [0] * (len(SECONDS) + 1)
            self._seconds[requests] = 0.0
        counted[bisect_left(SECONDS, seconds)] += 1
        self._seconds[requests] += seconds

    def standing(self) -> list[tuple[Requests, list[int], float]]:
        """All so far: how many took at most the seconds of each step, the last of them all, and the sum of seconds."""
        return [(key, list(accumulate(one)), self._seconds[key]) for key, one in list(self._counted.items())]


class Counted:
    """Measures every request; pure ASGI."""

    def __init__(self, app: ASGIApp, counts: Counts) -> None:
        self.app = app
        self.counts = counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def send_counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_counted)
        finally:
            self._note(scope, status, time.perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        """Count the request; one that took long or failed is also written down."""
        route = route_of(scope)
        method = scope["method"] if scope["method"] in METHODS else "other"
        self.counts.note(Requests(route, method, str(status)), seconds)
        if status >= 500 or (seconds > SLOW_SECONDS and route not in WAITING):
            happened = "request failed" if status >= 500 else "request was slow"
            facts = {"route": route, "method": method, "status": status, "ms": round(seconds * 1_000)}
            log.logger().warning(happened, request_id=scope.get("request_id"), **facts)


def route_of(scope: Scope) -> str:
    """The address as it is declared, such as `/listings/{id}`; one word for all that have none."""
    route = scope.get("page_route") or scope.get("route")
    path = getattr(route, "path", "") or (scope["path"] if scope["path"] in WAITING else "")
    return path or ("/static" if scope["path"].startswith("/static/") else "none")
