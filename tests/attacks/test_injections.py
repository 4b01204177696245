"""Payloads of injections in every parameter and every text of every operation: nothing breaks, no row is born of them."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.attacks.calling import Caller, Operation

PAYLOADS = (
    "' OR '1'='1",
    "x'; INSERT INTO operator_grant SELECT * FROM operator_grant; --",
    "') UNION SELECT token_hash, 1, 1 FROM sign_in --",
    '%" OR 1=1 /*',
    "\\'; DROP TABLE person; --",
    "{{7*7}}${7*7}$(id)`id`",
    "../../../../etc/passwd\x00.png",
    "a\r\nSet-Cookie: minga=1",
    "\ud800 half a character",
)
RIGHTS = ("person", "sign_in", "operator_grant", "token", "password", "passkey", "recovery_code")
"""Tables into which no call with a token writes a row."""


def sample(schema: dict[str, Any], document: dict[str, Any], texts: Iterator[str]) -> Any:
    """A value of this shape with the given texts wherever any text may stand."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    for many in ("anyOf", "oneOf"):
        if many in schema:
            schema = next(one for one in schema[many] if one.get("type") != "null")
            return sample(schema, document, texts)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    match schema.get("type"):
        case "object":
            extra = schema.get("additionalProperties")
            named = {"about": sample(extra, document, texts)} if isinstance(extra, dict) else {}
            return named | {
                name: sample(one, document, texts) for name, one in schema.get("properties", {}).items()
            }
        case "array":
            shapes = schema.get("prefixItems") or [schema["items"]] * max(1, schema.get("minItems", 1))
            return [sample(one, document, texts) for one in shapes]
        case "integer" | "number":
            return max(1, schema.get("minimum", 1))
        case "boolean":
            return True
    known = {"date": "2026-12-24", "date-time": "2026-12-24T10:00:00Z"}
    return known.get(schema.get("format", "")) or next(texts)


def alone(payload: str, at: int) -> Iterator[str]:
    """Harmless words, but for one."""
    n = 0
    while True:
        yield payload if n == at else "Words"
        n += 1


def texts_in(schema: dict[str, Any], document: dict[str, Any]) -> int:
    """How many texts a body of this shape has."""
    asked = [0]

    def one() -> Iterator[str]:
        while True:
            asked[0] += 1
            yield "Words"

    sample(schema, document, one())
    return asked[0]


def attacks(
    caller: Caller, operation: Operation, payload: str
) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    """The calls in which each parameter and each text in turn is the payload."""
    names = caller.names(operation)
    document, schema = caller.document, operation.body
    plain: dict[str, Any] = {}
    if schema is not None:
        plain["content"] = json.dumps(sample(schema, document, alone("", -1)))
        plain["headers"] = {"Content-Type": "application/json"}
    for parameter in operation.parameters:
        name = parameter["name"]
        if parameter["in"] == "path":
            yield names | {name: _sendable(payload)}, plain
        else:
            yield names, plain | {"params": {name: _sendable(payload)}}
    if schema is not None:
        for n in range(texts_in(schema, document)):
            yield names, plain | {"content": json.dumps(sample(schema, document, alone(payload, n)))}


def _sendable(payload: str) -> str:
    return payload.encode("utf-8", "replace").decode()


SHORT = (1, 6, 8)
"""One of each sort; the others run with the slow tests."""


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(one, id=str(n), marks=[] if n in SHORT else [pytest.mark.slow])
        for n, one in enumerate(PAYLOADS)
    ],
)
def test_no_payload_breaks_an_operation_or_leaves_a_row(
    caller_of: Callable[[str], Caller], payload: str
) -> None:
    """COM-W2.12: a refusal and a reading leave every table as it was; no call leaves a row that gives rights."""
    caller = caller_of("ana")
    before, sent = caller.rows(), 0
    for operation in caller.operations():
        for names, options in attacks(caller, operation, payload):
            answer = caller.send(operation, names, **options)
            after, sent = caller.rows(), sent + 1
            if answer.status_code >= 400 or operation.method == "GET":
                assert after == before, f"{operation} {names} {options}"
            for table in RIGHTS:
                assert after[table] == before[table], f"{operation} {table}"
            before = after
    assert sent > 150
    assert caller.limited <= sent // 10


def test_no_filter_answers_more_than_without_it(caller_of: Callable[[str], Caller]) -> None:
    """COM-W2.12: a payload in a filter narrows a list or is refused, and never widens it."""
    caller = caller_of("jonas")
    lists = 0
    for operation in caller.operations():
        queried = [one["name"] for one in operation.parameters if one["in"] == "query"]
        if operation.method != "GET" or not queried:
            continue
        whole = _ids(caller.send(operation, caller.names(operation)))
        for name in queried:
            for payload in PAYLOADS:
                options = {"params": {name: _sendable(payload)}}
                assert _ids(caller.send(operation, caller.names(operation), **options)) <= whole
        lists += 1
    assert lists > 5


def _ids(answer: Any) -> set[str]:
    if answer.status_code != 200:
        return set()
    said = answer.json()
    return {json.dumps(one, sort_keys=True) for one in said.get("items", [said])}
