"""A server with live pages, for the tests that listen to it."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import uvicorn

from minga.communities import access as communities
from minga.identity import Actor
from minga.interfaces.asgi import build
from minga.interfaces.http import Node
from minga.kit import refs
from minga.kit.errors import NotFound
from minga.kit.events import Event, emit
from tests.interfaces.listening import Lanterns
from tests.village import Village

Say = Callable[..., str]


@pytest.fixture
def lanterns(village: Village, monkeypatch: pytest.MonkeyPatch) -> Lanterns:
    found = Lanterns({village.people["ana"], village.people["bruno"]})

    def lantern_to_see(session: object, actor: Actor, id: str, /, *, at: datetime) -> str:
        if actor.person_id not in found.seen_by:
            raise NotFound()
        return "a lantern"

    known = dict(refs._kinds)
    known["lantern"] = refs.Kind(lantern_to_see)
    known["community"] = refs.Kind(communities.community_to_see)
    monkeypatch.setattr(refs, "_kinds", known)
    return found


@pytest.fixture
def server(node: Node, village: Village, lanterns: Lanterns) -> Iterator[str]:
    """The application behind a real socket."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    config = uvicorn.Config(
        build(node, working=False), port=port, log_config=None, lifespan="off", timeout_graceful_shutdown=1
    )
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not running.started and time.monotonic() < deadline:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    thread.join(10)


@pytest.fixture
def say(node: Node, village: Village) -> Say:
    """Commit one event; answers its id."""

    def one(event: Event, *, by: str = "ana", **options: Any) -> str:
        with node.database.write() as session:
            return emit(session, village.actor(by), event, at=node.clock(), **options)

    return one
