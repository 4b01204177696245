"""Every link of every page leads somewhere: walked by a steward, members, somebody on trial, whoever runs the node, a stranger."""

import re
from collections.abc import Callable
from html import unescape

import pytest

from minga.interfaces.http import Node
from minga.interfaces.web.all import routers
from tests.sharing import neighbours
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]
A_SHAPE_MAX = 3
LINK = re.compile(r'<a\b[^>]*\bhref="(/[^"]*)"')
# What such pages show in plain sight of its reader is a word; these are names that only programs use.
LEAKED = re.compile(r">\s*(?:[a-z]+_[a-z_]+|True|False|[A-Z][a-z]+[A-Z]\w+)\s*<")


def shape(path: str) -> str:
    """The address without what differs from thing to thing."""
    bare = re.sub(r"[0-9a-f]{32}", "ID", path.split("?")[0])
    return re.sub(r"^/(people|c)/[^/]+", r"/\1/X", bare)


def start_addresses() -> list[str]:
    """The pages without a name of a thing in their address."""
    found = {
        route.path
        for router in routers()
        for route in router.routes
        if "GET" in (route.methods or ()) and "{" not in route.path
    }
    return sorted(found - {"/dev/look", "/sign-in/passkey", "/live", "/live/poll"})


@pytest.fixture
def furnished(village: Village) -> Village:
    """Something of each kind is going on in Valley."""
    drill = neighbours.drill(village)
    neighbours.asked(village, village.bruno, drill)
    neighbours.lent(village, village.bruno, neighbours.drill(village))
    neighbours.agreed(village, village.dara, neighbours.table(village))
    neighbours.agreed(village, village.bruno, neighbours.groceries(village))
    neighbours.squashes(village)
    return village


@pytest.mark.parametrize("name", ["ana", "bruno", "dara", "ivo", None])
def test_no_link_of_any_page_is_dead(furnished: Village, node: Node, visit: Visit, name: str | None) -> None:
    visitor = visit(name)
    waiting = [(path, "") for path in start_addresses()]
    seen: set[str] = set()
    tried: dict[str, int] = {}
    faults = []
    while waiting:
        path, where = waiting.pop(0)
        form = shape(path)
        if path in seen or tried.get(form, 0) >= A_SHAPE_MAX:
            continue
        seen.add(path)
        tried[form] = tried.get(form, 0) + 1
        answer = visitor.client.get(path)
        if answer.status_code >= 500 or (where and answer.status_code >= 400):
            faults.append(f"{path} on {where}: {answer.status_code}")
        if "text/html" not in answer.headers.get("content-type", "") or answer.status_code != 200:
            continue
        if not path.startswith("/node"):
            faults += [f"{path}: {found}" for found in LEAKED.findall(answer.text)]
        for found in LINK.findall(answer.text):
            waiting.append((unescape(found).split("#")[0], path))
    assert len(tried) >= (30 if name else 8)
    assert not faults, "\n".join(faults)
