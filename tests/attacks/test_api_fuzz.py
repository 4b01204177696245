"""Calls that a machine made up from the OpenAPI document: the right shape and wrong ones, on things that exist."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core import NotSet

from minga.interfaces.api.all import routers
from tests.attacks.calling import Caller, Operation

DECLARED = [
    (method, route.path, str(tag))
    for router in routers()
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in sorted((route.methods or set()) - {"HEAD"})
    for tag in route.tags
]
"""Method, path and tag of everything the routers say, also of what another one of the same name would hide."""
TAGS = sorted({tag for _, _, tag in DECLARED})
EXAMPLES = {GenerationMode.POSITIVE: 5, GenerationMode.NEGATIVE: 4}
SEARCH = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


def takes_any_text(operation: Operation) -> bool:
    """Whether nothing that is sent to it can have a wrong shape; looking for it would take hundreds of tries."""
    return operation.body is None and all(
        one["in"] == "path"
        and one["schema"].keys() <= {"type", "title"}
        and one["schema"]["type"] == "string"
        for one in operation.parameters
    )


def fuzz(caller: Caller, operation: Operation, made: Any, mode: GenerationMode) -> int:
    """Send what was made up for one operation; answers how many bodies with an unknown field were refused."""
    refused = 0

    @settings(SEARCH, max_examples=EXAMPLES[mode])
    @given(case=made.as_strategy(generation_mode=mode, headers={}))
    def send(case: Any) -> None:
        nonlocal refused
        options: dict[str, Any] = {"params": case.query} if case.query else {}
        if not isinstance(case.body, NotSet):
            options["content"] = case.body if isinstance(case.body, bytes) else json.dumps(case.body)
            options["headers"] = {"Content-Type": "application/json"}
        own = {name: str(value) for name, value in (case.path_parameters or {}).items()}
        for names in (own, own | caller.names(operation)):
            caller.send(operation, names, **{**options})
        if mode is GenerationMode.POSITIVE and isinstance(case.body, dict):
            options["content"] = json.dumps({**case.body, "surprise": 1})
            answer = caller.send(operation, own | caller.names(operation), **options)
            assert answer.status_code == 422
            assert any(one["name"].endswith("surprise") for one in answer.json()["fields"]), answer.text
            refused += 1

    try:
        send()
    except Unsatisfiable:
        if mode is GenerationMode.POSITIVE:
            raise  # of what takes any text, nothing is wrong
    return refused


@pytest.mark.parametrize("tag", TAGS)
def test_no_operation_breaks_and_unknown_fields_are_refused(
    caller_of: Callable[[str], Caller], tag: str
) -> None:
    caller = caller_of("ana")
    schema = schemathesis.openapi.from_dict(caller.document)
    seen = 0
    for operation in caller.operations(tag):
        made = schema[operation.path][operation.method]
        modes = [GenerationMode.POSITIVE] if takes_any_text(operation) else list(EXAMPLES)
        refused = sum(fuzz(caller, operation, made, mode) for mode in modes)
        assert refused or operation.body is None, f"{operation} was never sent a body"
        seen += 1
    assert seen == sum(one == tag for _, _, one in DECLARED)
    assert caller.calls >= seen * 3
    assert caller.limited <= caller.calls // 10


def test_every_operation_belongs_to_a_tag_that_is_fuzzed(caller_of: Callable[[str], Caller]) -> None:
    caller = caller_of("ana")
    fuzzed = [str(one) for tag in TAGS for one in caller.operations(tag)]
    assert sorted(fuzzed) == sorted(str(one) for one in caller.operations() if "/live" not in one.path)


def test_no_operation_hides_another_of_the_same_name() -> None:
    named = [(method, re.sub(r"{.*?}", "{}", path)) for method, path, _ in DECLARED]
    assert {one for one in named if named.count(one) > 1} == set()
