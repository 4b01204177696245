"""What the operations of the API were answered in a whole run of the tests: each needs a success somewhere.

Refusals and wrong shapes are walked in `tests/attacks/test_three_cases.py`; a success takes a story of its own, so it
is taken from wherever one was told. Raw calls are noted (a set, so nothing grows), and sorted to operations at the end.
"""

import re
from collections.abc import Iterable
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from minga.interfaces.api.all import routers

NEVER = {
    "GET /api/v1/communities/{c}/sign-ins": "no token gives a word for a sign-in, so none reads the list",
    "POST /api/v1/imports/{id}/application": "bringing people in asks for a fresh confirmation, which no token has",
    "POST /api/v1/entries/{id}/reversal": "keeping the books asks for a fresh confirmation, which no token has",
}
"""What only refuses, and why it is there: a program is told the reason instead of that there is nothing."""
_seen: set[tuple[str, str]] = set()
_KEY = "minga_succeeded"
_request = TestClient.request


def _noting(self: TestClient, method: str, url: Any, *arguments: Any, **options: Any) -> Any:
    answer = _request(self, method, url, *arguments, **options)
    if answer.status_code < 300 and "/api/v1/" in (path := answer.request.url.path):
        _seen.add((method.upper(), path))
    return answer


TestClient.request = _noting  # type: ignore[method-assign]


def declared() -> list[tuple[str, str, re.Pattern[str]]]:
    """Method, path and pattern of every operation, those without names in their path first."""
    found = [
        (method, route.path, route.path_regex)
        for router in routers()
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in sorted((route.methods or set()) - {"HEAD"})
    ]
    return sorted(found, key=lambda one: one[1].count("{"))


def never_succeeded(calls: Iterable[tuple[str, str]]) -> list[str]:
    """The operations that none of the calls (method, path of an answer below 300) reached."""
    operations = declared()
    reached = set()
    for method, path in calls:
        for verb, template, pattern in operations:
            if verb == method and pattern.match(path):
                reached.add(f"{verb} {template}")
                break
    return sorted({f"{verb} {template}" for verb, template, _ in operations} - reached - NEVER.keys())


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """A worker of a parallel run has ended: take over what it saw."""
    for line in getattr(node, "workeroutput", {}).get(_KEY, ()):
        method, _, path = line.partition(" ")
        _seen.add((method, path))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Of a whole run that is green so far: fail when an operation was never answered with a success."""
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput[_KEY] = sorted(" ".join(one) for one in _seen)
        return
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not config.option.keyword
    if exitstatus or not whole or config.option.collectonly:
        return
    missing = never_succeeded(_seen)
    if missing:
        print("\nNo test was answered with a success by:", *missing, sep="\n  ")  # noqa: T201
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
