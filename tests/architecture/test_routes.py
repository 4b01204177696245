"""What holds for every address, whoever adds the next one: a class of limits, no rights for strangers, GET reads only."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.routing import Route

from minga.interfaces.api.all import routers as api_routers
from minga.interfaces.asgi import build
from minga.interfaces.http import Node
from minga.interfaces.web.all import routers
from minga.kit.db import count_statements
from minga.kit.ids import new_id
from minga.kit.limits import LIMITS
from tests.village import Village
from tests.visitor import Visitor

OPEN_TO_ALL = {200, 303, 304}
REFUSED = {400, 401, 403, 404, 405, 422, 429}
GENERAL = {"read", "write"}
PAGES: list[Any] = [route for router in routers() for route in router.routes]
OPERATIONS: list[Any] = [route for router in api_routers() for route in router.routes]


NAMES = {
    "c": "valley",
    "handle": "bruno",
    "federation": "valley",
    "n": "1",
    "size": "96",
    "key": "joining.way",
}
"""What stands for the names in addresses: the community for `c`, a random id for everything not named here."""


def _path(route: Any, names: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda m: names.get(m[1], new_id()), route.path)


def _of(method: str) -> Iterator[Route]:
    return (route for route in PAGES if method in (route.methods or ()))


def test_there_are_pages_and_operations() -> None:
    assert len(PAGES) > 0


@pytest.mark.parametrize("route", [*PAGES, *OPERATIONS], ids=lambda r: f"{sorted(r.methods)[0]} {r.path}")
def test_every_route_names_a_class_of_limits(route: Any) -> None:
    name = getattr(route.endpoint, "limit_class", None)
    assert name in GENERAL or name in LIMITS, f"{route.path} has no class of limits: {name!r}"


def test_no_page_breaks_for_a_stranger_or_shows_them_a_community(
    visit: Callable[[str | None], Visitor], village: Village
) -> None:
    stranger, faults = visit(None), list[tuple[str, object]]()
    for route in _of("GET"):
        path = _path(route, NAMES)
        answer = stranger.client.get(path)
        if answer.status_code not in OPEN_TO_ALL | REFUSED:
            faults.append((path, answer.status_code))
        elif "Bruno" in answer.text or "Dara" in answer.text:
            faults.append((path, "names a neighbour"))
    assert faults == []


@pytest.mark.parametrize("name", ["bruno", "ana", "zoe", "ivo", "dara"])
def test_no_page_breaks_for_anybody(
    visit: Callable[[str | None], Visitor], village: Village, name: str
) -> None:
    visitor, faults = visit(name), []
    for route in _of("GET"):
        path = _path(route, NAMES)
        answer = visitor.client.get(path)
        if answer.status_code not in OPEN_TO_ALL | REFUSED:
            faults.append((path, answer.status_code))
    assert faults == []


def test_a_member_of_another_community_gets_what_does_not_exist(
    visit: Callable[[str | None], Visitor],
) -> None:
    zoe, faults = visit("zoe"), []
    for route in _of("GET"):
        if "{c}" not in route.path:
            continue
        there = zoe.client.get(_path(route, {"c": "valley"}))
        nowhere = zoe.client.get(_path(route, {"c": "nowhere-at-all"}))
        if there.status_code != nowhere.status_code:
            faults.append((route.path, there.status_code, nowhere.status_code))
    assert faults == []


@pytest.mark.parametrize("name", ["ana", None])
def test_no_form_works_without_the_token_of_a_page(
    visit: Callable[[str | None], Visitor], village: Village, name: str | None
) -> None:
    visitor, faults = visit(name), []
    for route in _of("POST"):
        path = _path(route, NAMES)
        answer = visitor.client.post(path, data={"form_id": new_id()})
        back_to_start = answer.status_code == 303 and answer.headers["location"].split("?")[0] == path
        if answer.status_code not in REFUSED and not back_to_start:
            faults.append((path, answer.status_code))
    assert faults == []


def test_no_form_of_a_member_works_for_a_stranger(
    visit: Callable[[str | None], Visitor], village: Village
) -> None:
    stranger, faults = visit(None), []
    for route in _of("POST"):
        path = _path(route, NAMES)
        if path.startswith(("/sign-in", "/first", "/join", "/claim", "/dev")):
            continue
        answer = stranger.client.post(path, data={"_form": stranger.token(), "form_id": new_id()})
        if answer.status_code not in REFUSED and answer.headers.get("location", "") != "/sign-in":
            faults.append((path, answer.status_code))
    assert faults == []


@pytest.mark.parametrize("name", ["ana", "ivo", None])
def test_a_page_that_is_read_changes_no_row(
    visit: Callable[[str | None], Visitor], village: Village, node: Node, name: str | None
) -> None:
    visitor = visit(name)
    for route in _of("GET"):
        path = _path(route, NAMES)
        with count_statements(node.database) as said:
            visitor.client.get(path)
        writes = [s for s in said if re.match(r"\s*(INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP)", s)]
        assert writes == [], f"GET {path} writes: {writes[0][:200]}"


def test_no_operation_of_the_api_works_without_a_token(node: Node, village: Village) -> None:
    visitor, faults = Visitor(build(node, working=False), node), list[tuple[str, str, object]]()
    for route in OPERATIONS:
        if not route.path.startswith("/api/"):
            continue  # health and figures have rules of their own
        for method in route.methods - {"HEAD", "OPTIONS"}:
            path = _path(route, NAMES)
            village.clock.forward(seconds=5)  # there are more operations than an address may try in a minute
            answer = visitor.client.request(method, path, json={} if method != "GET" else None)
            if answer.status_code not in {401, 404, 422, 428}:
                faults.append((method, path, answer.status_code))
            elif answer.headers["content-type"] != "application/problem+json":
                faults.append((method, path, answer.headers["content-type"]))
    assert faults == []
