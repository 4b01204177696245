"""A real node on a real port, and Chromium in front of it: one of each for a whole file of tests."""

import dataclasses
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from minga.identity import commands as identity
from minga.interfaces.asgi import build
from minga.interfaces.http import Node
from minga.interfaces.http.node import open_node
from minga.kit.clock import FixedClock
from minga.kit.db import Database
from minga.kit.sealed import FieldKey
from minga.kit.secrets import Secret
from minga.kit.settings import Settings
from tests.browser.people import Desk, Somebody
from tests.conftest import MONDAY, SECRET
from tests.village import Village, build_village

CHROMIUM = os.environ.get("MINGA_TEST_BROWSER") or shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("There is no Chromium here.")
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@contextmanager
def serving(settings: Settings, clock: FixedClock) -> Iterator[Node]:
    """A node that answers at its own address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    node = open_node(dataclasses.replace(settings, site_url=f"http://127.0.0.1:{port}"), clock)
    config = uvicorn.Config(
        build(node, working=False),
        host="127.0.0.1",
        port=port,
        log_level="warning",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    yield node
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def served(settings: Settings, clock: FixedClock, village: Village) -> Iterator[Node]:
    """The village's node for one test alone."""
    with serving(settings, clock) as node:
        yield node


def sign_in(node: Node, village: Village, context: BrowserContext, name: str) -> None:
    """As after a password."""
    with node.database.write() as session:
        cookie = identity.start_sign_in(session, village.people[name], at=node.clock())
    context.add_cookies([{"name": node.cookie, "value": cookie, "url": node.settings.site_url}])


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
            sign_in(served, village, context, name)
        opened.append(context)
        return context

    yield one
    for context in opened:
        context.close()


@dataclasses.dataclass(frozen=True)
class Street:
    """A village with its node, shared by the stories of a file; each story has things of its own in it."""

    node: Node
    village: Village
    clock: FixedClock


@pytest.fixture(scope="module")
def street(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    home = tmp_path_factory.mktemp("street")
    home.chmod(0o700)
    shutil.copy(sqlite_template, home / "minga.db")
    settings = Settings(
        home=home,
        env="test",
        site_url="http://127.0.0.1:8000",
        database_url=f"sqlite:///{home}/minga.db",
        secret=Secret(SECRET),
    )
    clock = FixedClock(MONDAY)
    database = Database.open(settings.database_url)
    database.field_key = FieldKey(SECRET)
    village = build_village(database, clock)
    with serving(settings, clock) as node:
        yield Street(node, village, clock)
    database.close()


@dataclasses.dataclass(frozen=True)
class Mode:
    """How somebody looks at pages."""

    scripts: bool
    width: int


SMALL, PLAIN, WIDE = Mode(True, 360), Mode(False, 360), Mode(True, 1280)


@pytest.fixture(params=[SMALL, PLAIN], ids=["scripts-360", "plain-360"])
def mode(request: pytest.FixtureRequest) -> Mode:
    """With scripts and without, on a small telephone; a story asks for more by parametrizing it."""
    found: Mode = request.param
    return found


@pytest.fixture
def desk(browser: Browser, request: pytest.FixtureRequest, mode: Mode) -> Iterator[Desk]:
    """Opens browsers; at the end nothing may have been said in any console."""
    made = Desk(browser, width=mode.width, scripts=mode.scripts, story=request.node.name)
    yield made
    made.tidy()


@pytest.fixture
def meet(street: Street, desk: Desk) -> Callable[..., Somebody]:
    """`meet("ana")` is Ana at a page of the street's node, signed in; `meet(None)` is a stranger."""

    def one(name: str | None) -> Somebody:
        found = desk.sit_down(street.node.settings.site_url)
        if name:
            sign_in(street.node, street.village, found.context, name)
        return found

    return one
