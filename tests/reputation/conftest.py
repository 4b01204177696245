"""What tests of reputation share: the worker, run until nothing is left, and calls of the API."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

import minga.reactions.all
from minga.identity import commands as identity
from minga.interfaces.asgi import build
from minga.interfaces.http import Node
from minga.kit import delivery, jobs
from minga.kit.clock import FixedClock
from minga.kit.db import Database
from minga.kit.settings import Settings
from tests.village import Village

REACTIONS = minga.reactions.all


@pytest.fixture
def work(database: Database, clock: FixedClock, settings: Settings) -> Callable[[], None]:
    """The worker, until nothing is left to do."""

    def until_done() -> None:
        while delivery.deliver(database, clock) + jobs.work_once(database, clock, settings, lanes=("fast",)):
            pass

    return until_done


@pytest.fixture
def call(node: Node, village: Village) -> Callable[..., Any]:
    """`call("ana", "GET", "/me/reputation")`: the JSON of an answer with the status that was expected."""
    client = TestClient(build(node, working=False), base_url=node.settings.site_url)

    def one(
        who: str | None, method: str, path: str, body: Any = None, status: int = 200, scope: str = "write"
    ) -> Any:
        headers = {}
        if who is not None:
            with node.database.write() as session:
                key = identity.make_token(
                    session, village.actor(who), name="t", scopes=[scope], days=5, at=node.clock()
                )
            headers["Authorization"] = f"Bearer {key}"
        answer = client.request(method, f"/api/v1{path}", json=body, headers=headers)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code}\n{answer.text[:2000]}"
        return answer.json() if answer.content else None

    return one
