"""Pages that change by themselves: what a neighbour does appears on an open page, and typing is never lost."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from minga.communication import commands as communication
from minga.interfaces.asgi import build
from minga.interfaces.http import Node
from minga.kit.ids import new_id
from minga.sharing import commands as sharing
from tests.sharing import neighbours
from tests.village import Village
from tests.visitor import Visitor

pytestmark = pytest.mark.browser
SOON = 4_000


@pytest.fixture
def server(node: Node, village: Village) -> Iterator[str]:
    """The application behind a real socket, at the address that the node calls its own."""
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
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        chromium.close()


Open = Callable[[str, str], Page]


@pytest.fixture
def look(browser: Browser, server: str, visit: Callable[[str | None], Visitor]) -> Iterator[Open]:
    """`look("ana", "/")` is Ana's open page; nothing may stand in its console, and its stream is open."""
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if not message.text.startswith("[DOM]"):
            said.append(message.text)

    def one(name: str, path: str) -> Page:
        visitor = visit(name)
        context = browser.new_context(viewport={"width": 360, "height": 800})
        contexts.append(context)
        cookie = str(visitor.client.cookies.get(visitor.node.cookie))
        context.add_cookies([{"name": visitor.node.cookie, "value": cookie, "url": server}])
        page = context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: said.append(str(error)))
        with page.expect_response(lambda answer: "/live?" in answer.url) as stream:
            page.goto(server + path)
        assert stream.value.status == 200, "the page may listen to what it names"
        return page

    yield one
    for context in contexts:
        context.close()
    assert said == []


def test_an_ask_appears_under_needs_you(look: Open, village: Village) -> None:
    drill = neighbours.drill(village)
    page = look("ana", "/")
    expect(page.locator("#needs-you")).not_to_contain_text("Bruno")
    neighbours.asked(village, village.bruno, drill)
    expect(page.locator("#needs-you")).to_contain_text("Bruno asks for “Drill”.", timeout=SOON)


def test_what_the_other_does_appears_on_the_page_of_an_exchange(look: Open, village: Village) -> None:
    exchange = neighbours.agreed(village, village.bruno, neighbours.drill(village))
    page = look("bruno", f"/exchanges/{exchange.id}")
    before = page.locator("#now").inner_text()
    with village.database.write() as session:
        sharing.lend(session, village.ana, exchange.id, at=village.clock())
    expect(page.locator("#now")).not_to_have_text(before, timeout=SOON, use_inner_text=True)


def test_a_message_appears_and_what_is_being_typed_stays(look: Open, village: Village) -> None:
    exchange = neighbours.agreed(village, village.bruno, neighbours.drill(village))
    page = look("bruno", f"/exchanges/{exchange.id}")
    page.locator("#f-post").fill("I am just wri")
    with village.database.write() as session:
        communication.post(
            session,
            village.ana,
            str(page.locator("#thread-posts").get_attribute("data-live")),
            "Come at five.",
            form_id=new_id(),
            at=village.clock(),
        )
    expect(page.locator("#thread-posts")).to_contain_text("Come at five.", timeout=SOON)
    expect(page.locator("#f-post")).to_have_value("I am just wri")


def test_a_new_listing_is_announced_and_the_list_does_not_jump(look: Open, village: Village) -> None:
    neighbours.drill(village)
    page = look("bruno", "/c/valley/listings")
    expect(page.locator("#found")).to_contain_text("Drill")
    neighbours.squashes(village)
    bar = page.locator("button.fresh")
    expect(bar).to_have_text("1 new – show", timeout=SOON)
    expect(page.locator("#found")).not_to_contain_text("squash")
    bar.click()
    expect(page.locator("#found")).to_contain_text("squash", timeout=SOON, ignore_case=True)


def test_the_keeper_of_a_listing_sees_that_somebody_asks_and_a_neighbour_does_not(
    look: Open, village: Village
) -> None:
    drill = neighbours.drill(village)
    ana, hana = look("ana", f"/listings/{drill}"), look("hana", f"/listings/{drill}")
    shown = hana.locator("#asking").inner_text()
    neighbours.asked(village, village.bruno, drill)
    expect(ana.locator("#asking")).to_contain_text("1 person asks", timeout=SOON)
    assert hana.locator("#asking").inner_text() == shown
