"""The short way to operations answers as FastAPI would, and leaves to it what it does not know."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.routing import APIRoute

from minga.interfaces.api.all import build_api, routers, short_way
from minga.interfaces.api.calls import is_plain
from minga.interfaces.http import Node
from tests.visitor import Visitor


@pytest.fixture
def ask(visit: Callable[[str | None], Visitor]) -> Callable[..., Any]:
    return visit(None).client.request


LONG = {"/health/live", "/api/v1/live", "/api/v1/polls/{id}/tally"}
"""The probe, and what waits for news without holding a thread."""


def test_every_operation_but_the_probe_goes_the_short_way(node: Node) -> None:
    there = [route for found in routers() for route in found.routes if isinstance(route, APIRoute)]
    assert len(there) > 20
    assert {route.path for route in there if not is_plain(route)} <= LONG
    calls = short_way(build_api(node))
    for route in there:
        if is_plain(route) and route.path.startswith("/api/"):
            path = route.path.replace("{", "").replace("}", "")
            method = next(iter(route.methods or ()))
            _match, found = calls.matches({"type": "http", "path": path, "method": method})
            assert found["route"].path_regex.match(path), path


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("PUT", "/api/v1/listings", 405, "not_allowed"),
        ("GET", "/api/v1/listings?limit=many", 422, "invalid"),
        ("GET", "/api/v1/listings?kind=item&kind=rocket", 422, "invalid"),
        ("GET", "/api/v1/listings", 401, "not_signed_in"),
    ],
)
def test_problems_are_the_same(
    ask: Callable[..., Any], method: str, path: str, status: int, code: str
) -> None:
    answer = ask(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 422),
        (b"[" * 100_000, "application/json", 422),
        (b'{"kind": "item"}', "text/plain", 422),
        (b"", "application/json", 422),
        (b'{"kind": "rocket"}', "application/json", 422),
        (b"x" * 300_000, "application/json", 413),
    ],
)
def test_bodies_that_are_none_are_refused(
    ask: Callable[..., Any], body: bytes, kind: str, status: int
) -> None:
    answer = ask("POST", "/api/v1/communities/valley/listings", content=body, headers={"content-type": kind})
    assert answer.status_code == status
