"""Every page that a neighbour can reach: no accessibility fault, nothing wider than a small telephone, no script blocked."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

from minga.interfaces.http import Node
from minga.interfaces.web.all import routers
from tests.village import Village
from tests.visitor import Visitor

pytestmark = pytest.mark.browser
AXE = (Path(__file__).parents[1] / "vendor" / "axe" / "axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES_MAX = 250
NOT_PAGES = re.compile(
    r"^/(api|static|live|files|metrics|health|demo)\b|/photos/|/(log|flow|decisions)/file|\.(csv|json|ics|svg|pyz)$|/export(?!$)"
)


def start_addresses() -> Iterator[str]:
    """The pages without a name of a thing in their address, and those of Valley."""
    for router in routers():
        for route in router.routes:
            path = route.path.replace("{c}", "valley").replace("{handle}", "bruno")
            if "GET" in (route.methods or ()) and "{" not in path and not NOT_PAGES.search(path):
                yield path


def walk(page: Page, look: Callable[[str], None]) -> int:
    """Look at every shape of address that can be reached by links; a page of each shape is enough."""
    waiting, shapes = sorted(set(start_addresses())), set[str]()
    while waiting and len(shapes) < PAGES_MAX:
        path = waiting.pop(0)
        shape = re.sub(r"[0-9a-f]{32}", "ID", path.split("?")[0])
        if shape in shapes or NOT_PAGES.search(path) or shape == "/sign-out":
            continue
        answer = page.goto(path)
        if answer is None or answer.status != 200 or "text/html" not in answer.headers["content-type"]:
            continue
        shapes.add(shape)
        look(path)
        links = page.evaluate(
            "[...document.querySelectorAll('a[href^=\"/\"]')].map((a) => a.getAttribute('href'))"
        )
        waiting.extend(link for link in links if link.split("?")[0] not in shapes)
    return len(shapes)


@pytest.fixture
def furnished(served: Node, village: Village) -> Node:
    """A node on which something is offered, needed and asked for."""
    from minga.interfaces.asgi import build

    app = build(served, working=False)
    ana, bruno = (Visitor(app, served, village.people[name]) for name in ("ana", "bruno"))
    offer = {
        "direction": "offer",
        "kind": "item",
        "title": "Cordless drill",
        "terms": "loan",
        "level": "partners",
    }
    need = {
        "direction": "need",
        "kind": "help",
        "title": "Groceries on Thursday",
        "terms": "gift",
        "level": "community",
    }
    drill = ana.post("/c/valley/listings/new", {**offer, "act": "publish"}).headers["location"]
    bruno.post("/c/valley/listings/new", {**need, "act": "publish"})
    bruno.post(f"{drill.split('?')[0]}/asks", {"words": "For a shelf.", "from": "23.11.", "until": "25.11."})
    return served


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        ("ana", "light"),
        *(
            pytest.param(name, scheme, marks=pytest.mark.slow)
            for name, scheme in [
                ("ana", "dark"),
                ("ivo", "light"),
                ("ivo", "dark"),
                (None, "light"),
                (None, "dark"),
            ]
        ),
    ],
)
def test_every_page_can_be_used_by_everybody(
    furnished: Node, sit_down: Callable[..., BrowserContext], name: str | None, scheme: str
) -> None:
    page = sit_down(name).new_page()
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))

    def hear(said: ConsoleMessage) -> None:
        if "Content Security" in said.text:
            faults.append(f"{page.url}: {said.text}")

    page.on("console", hear)
    page.add_init_script(AXE)  # once; sent anew for each page it costs as much as a page

    def look(path: str) -> None:
        found = page.evaluate("tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", TAGS)
        faults.extend(f"{path}: {_told(one)}" for one in found["violations"])
        page.set_viewport_size({"width": 320, "height": 700})
        wide = page.evaluate("document.documentElement.scrollWidth")
        page.set_viewport_size({"width": 360, "height": 780})
        if wide > 320:
            faults.append(f"{path}: {wide} pixels wide at 320")

    assert walk(page, look) >= (10 if name else 4)
    assert faults == []


def _told(finding: dict[str, Any]) -> str:
    nodes = "; ".join(node["html"][:160] for node in finding["nodes"][:2])
    return f"{finding['id']} ({finding['help']}): {nodes}"
