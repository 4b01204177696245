"""Every operation of the API refuses the wrong person and the wrong shape (its success: `tests/answered.py`).

And nothing of one community is in what another one's steward reads, on any page and by any operation.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from minga.identity import Actor
from minga.identity import commands as identity
from minga.interfaces.web.all import routers
from tests import answered
from tests.attacks.addresses import names_in
from tests.attacks.calling import Caller, Operation
from tests.visitor import Visitor

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])
"""What databases do differently is tested elsewhere."""
SHUT = {401, 403, 404}
WRONG = {400, 404, 413, 414, 422}
FOR_ALL = {
    "GET /api/v1/communities/{c}": "Valley shows its card to everybody signed in",
    "GET /api/v1/communities/{c}/questions": "who may ask to join reads what is asked",
    "GET /api/v1/agreements/{id}": "who may ask to join reads what there is to accept",
}
"""Where no signed-in person is the wrong one; without a sign-in these refuse like all others."""
BODIES = {
    "POST /api/v1/communities/{c}/listings": {
        "kind": "item",
        "direction": "offer",
        "title": "A saw",
        "terms": [{"kind": "loan"}],
    },
    "POST /api/v1/exchanges/{id}/handovers": {"meets_at": "2026-12-01T10:00:00Z"},
}
"""Bodies whose smallest shape the document cannot say."""


def smallest(document: dict[str, Any], schema: dict[str, Any]) -> Any:
    """The least that fits a schema of the document: what is required, and of that the shortest."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return smallest(document, document["components"]["schemas"][name])
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    for choice in (*schema.get("anyOf", ()), *schema.get("allOf", ())):
        return smallest(document, choice)
    kind = schema.get("type", "object")
    if kind == "object":
        fields = schema.get("properties", {})
        return {name: smallest(document, fields[name]) for name in schema.get("required", ())}
    if kind == "array":
        return [smallest(document, schema["items"])] * schema.get("minItems", 0)
    if kind == "string":
        dated = {"date": "2026-12-01", "date-time": "2026-12-01T10:00:00Z"}
        return dated.get(schema.get("format", ""), "x" * max(1, schema.get("minLength", 1)))
    number = max(1, schema.get("minimum", 1))
    return {"integer": number, "number": number, "boolean": True}.get(kind)


def _body(caller: Caller, operation: Operation) -> dict[str, Any]:
    if operation.body is None:
        return {}
    return {"json": BODIES.get(str(operation)) or smallest(caller.document, operation.body)}


def _is_somebodys(operation: Operation) -> bool:
    """It is about something that belongs to Valley or to one of its people, not about the caller alone."""
    return any(f"{{{name}}}" in operation.path for name in ("c", "id", "handle"))


def test_nobody_and_the_wrong_person_are_refused_by_every_operation(
    caller_of: Callable[[str], Caller],
) -> None:
    """Without a token, and by Wanda, who belongs to no community and has never met anybody."""
    wrong, wanda = [], _stranger(caller_of("ana"), caller_of)
    for operation in wanda.operations():
        names, body = wanda.names(operation), _body(wanda, operation)
        answers = {"nobody": wanda.send(operation, names, headers={"Authorization": ""}, **body)}
        if _is_somebodys(operation) and str(operation) not in FOR_ALL:
            answers["Wanda"] = wanda.send(operation, names, **body)
        for who, answer in answers.items():
            if answer.status_code not in SHUT:
                wrong.append(f"{operation} by {who}: {answer.status_code} {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)


def _stranger(known: Caller, caller_of: Callable[[str], Caller]) -> Caller:
    with known.node.database.write() as session:
        known.people["wanda"] = identity.make_person(
            session, Actor.machine(), name="Wanda", handle="wanda", at=known.clock()
        )
    return caller_of("wanda")


NEIGHBOURS = ("Bruno", "Edda", "Lena", "Mira", "Noor", "Omar", "Ruth", "Tomas", "Yara")
"""Members of Valley whose names stand in nothing that reaches the network. (Chidi proposed the partnership.)"""


def test_no_page_and_no_operation_shows_a_row_of_another_community(
    caller_of: Callable[[str], Caller],
) -> None:
    """Zoe keeps Hill, which was a partner of Valley until yesterday; she reads all there is to read."""
    zoe, people = caller_of("zoe"), caller_of("zoe").people
    hidden = {people[name.lower()] for name in NEIGHBOURS} | set(NEIGHBOURS)
    seen, read = [], 0
    for operation in zoe.operations():
        if operation.method != "GET":
            continue
        for c in _both(operation.path):
            answer = zoe.send(operation, zoe.names(operation) | {"c": c})
            read += answer.status_code == 200
            seen += [f"{operation} ({c}): {word}" for word in hidden if word in answer.text]
    assert read > 25
    visitor = Visitor(zoe.client.app, zoe.node, people["zoe"])
    pages: list[Any] = [one for router in routers() for one in router.routes]
    for route in (one for one in pages if "GET" in (one.methods or ())):
        if route.path.startswith("/dev/"):  # a shop window with made-up names
            continue
        with zoe.node.database.read() as session:
            known = dict(names_in(session, route.path))
        for c in _both(route.path):
            path = re.sub(r"{(\w+)(?::\w+)?}", partial(_filled, known | {"c": c}), route.path)
            zoe.clock.forward(seconds=10)
            answer = visitor.client.get(path)
            read += answer.status_code == 200
            seen += [f"{path}: {word}" for word in hidden if word in answer.text]
    assert read > 60
    assert not seen, "\n".join(seen)


def _filled(names: dict[str, str], name: re.Match[str]) -> str:
    return names.get(name[1], "x")


def _both(path: str) -> tuple[str, ...]:
    """One's own and the other community, where the address says which."""
    return ("hill", "valley") if "{c}" in path else ("hill",)


def test_every_operation_refuses_what_does_not_fit(caller_of: Callable[[str], Caller]) -> None:
    ana = caller_of("ana")
    wrong = []
    for operation in ana.operations():
        names = ana.names(operation)
        if operation.body:
            answer = ana.send(operation, names, json={"no such field": 1})
        elif "{" in operation.path:
            answer = ana.send(operation, dict.fromkeys(names, "no-such-thing"))
        else:
            asked = {one["name"]: "no such value" for one in operation.parameters if one["in"] == "query"}
            answer = ana.send(operation, names, params=asked | {"limit": "x", "after": "no cursor"})
            if not operation.parameters:
                continue
        if answer.status_code not in WRONG:
            wrong.append(f"{operation}: {answer.status_code} {answer.text[:200]}")
    assert wrong == []


def test_a_run_that_misses_an_operation_says_which(engine: str) -> None:
    every = [(verb, path) for verb, path, _ in answered.declared()]
    assert answered.never_succeeded(every) == []
    assert answered.never_succeeded(set(every) - {("GET", "/api/v1/me")}) == ["GET /api/v1/me"]
