"""Whether the node lives, whether it is ready, and its numbers: for probes, not for people."""

import time
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from minga.interfaces.http.node import Node, metrics_token
from minga.interfaces.http.units import address_of, read_unit
from minga.kit import health
from minga.kit.crypto import same
from minga.kit.health import Finding, State
from minga.kit.later import Later

# Its library is large, and few nodes are asked for numbers.
numbers: Any = Later("minga.interfaces.http.metrics")

KEPT_SECONDS = 3.0
WORDS = {State.OK: "ok", State.WARN: "degraded", State.FAIL: "down"}
_FORWARDED = ("x-forwarded-for", "forwarded", "via")


class Recent:
    """The last examination, so that many probes cost one write a few seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = 0.0
        self._findings: list[Finding] = []

    def findings(self, node: Node) -> list[Finding]:
        if self._clock() >= self._until:
            patient = health.Patient(node.settings, node.database, node.clock())
            self._findings = health.ready(patient)
            self._until = self._clock() + KEPT_SECONDS
        return self._findings


async def live(_request: Request) -> Response:
    """That the process answers; nothing is read."""
    return JSONResponse({"state": "ok"}, headers={"Cache-Control": "no-store"})


def ready(request: Request) -> Response:
    """Whether to send people here: 200, or 503 when something fails. The reasons are for the operator only."""
    node: Node = request.app.state.node
    findings = list(_recent(request).findings(node))
    beside = getattr(request.app.state, "beside", None)
    if beside is not None:
        findings.append(beside.finding())
    state = health.worst(findings)
    body: dict[str, object] = {"state": WORDS[state]}
    if node.cookie in request.cookies and _operator_looks(request):
        body["checks"] = [
            {"name": one.name, "state": WORDS[one.state], "words": one.words, "next_step": one.next_step}
            for one in findings
        ]
    status = 503 if state is State.FAIL else 200
    return JSONResponse(body, status, headers={"Cache-Control": "no-store"})


def metrics(request: Request) -> Response:
    """Numbers for Prometheus: from this machine, or with the token that the operator's page shows; for others there is nothing."""
    node: Node = request.app.state.node
    with node.database.read() as session:
        if not _from_this_machine(request):
            token = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
            if not same(token, metrics_token(node)):
                return Response(status_code=404)
        text = numbers.metrics_text(node, session)
    return Response(text, media_type=numbers.CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def _recent(request: Request) -> Recent:
    state = request.app.state
    if not hasattr(state, "recent_health"):
        state.recent_health = Recent()
    recent: Recent = state.recent_health
    return recent


def _operator_looks(request: Request) -> bool:
    with read_unit(request) as unit:
        return unit.actor.operator


def _from_this_machine(request: Request) -> bool:
    """Straight from this machine: what a proxy passed on came from elsewhere, whatever its address says."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    peer = request.client.host if request.client else ""
    try:
        return ip_address(peer).is_loopback and address_of(request).is_loopback
    except ValueError:
        return False


def probe_routes() -> list[Route]:
    """The addresses of probes."""
    found = {"/health/live": live, "/health": ready, "/health/ready": ready, "/metrics": metrics}
    for endpoint in found.values():
        endpoint.limit_class = "health"  # type: ignore[attr-defined]
    return [Route(path, endpoint) for path, endpoint in found.items()]
