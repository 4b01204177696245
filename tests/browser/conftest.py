"""A real node on a real port, and Chromium in front of it."""

import dataclasses
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from minga.identity import commands as identity
from minga.interfaces.asgi import build
from minga.interfaces.http import Node
from minga.interfaces.http.node import open_node
from minga.kit.clock import FixedClock
from minga.kit.settings import Settings
from tests.village import Village


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def served(settings: Settings, clock: FixedClock, village: Village) -> Iterator[Node]:
    """The village's node, answering at its own address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    node = open_node(dataclasses.replace(settings, site_url=f"http://127.0.0.1:{port}"), clock)
    config = uvicorn.Config(build(node, working=False), host="127.0.0.1", port=port, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    for _ in range(500):
        if server.started:
            break
        time.sleep(0.02)
    yield node
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def sit_down(browser: Browser, served: Node, village: Village) -> Iterator[Callable[..., BrowserContext]]:
    """`sit_down("ana", width=360)` is Ana's browser, signed in; `sit_down(None)` is a stranger's."""
    opened: list[BrowserContext] = []

    def one(name: str | None, *, width: int = 360, scripts: bool = True) -> BrowserContext:
        context = browser.new_context(
            base_url=served.settings.site_url,
            viewport={"width": width, "height": 780},
            java_script_enabled=scripts,
        )
        if name:
            with served.database.write() as session:
                cookie = identity.start_sign_in(session, village.people[name], at=served.clock())
            context.add_cookies([{"name": served.cookie, "value": cookie, "url": served.settings.site_url}])
        opened.append(context)
        return context

    yield one
    for context in opened:
        context.close()
