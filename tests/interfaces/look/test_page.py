"""The page of all components: there for those who build, absent on a real node."""

import dataclasses
from collections.abc import Callable

import pytest

from minga.interfaces.http import Node
from minga.interfaces.web.statics import static_url, statics
from tests.visitor import Visitor


def test_it_shows_the_look_that_is_asked_for(visit: Callable[[str | None], Visitor]) -> None:
    html = visit("ana").get("/dev/look?theme=dark&contrast=more&text_size=larger").text
    assert 'data-theme="dark" data-contrast="more" data-text="larger"' in html
    assert "data-theme" not in visit(None).get("/dev/look?theme=sepia").text


def test_static_files_come_from_the_node_itself(visit: Callable[[str | None], Visitor]) -> None:
    stranger = visit(None)
    for name in ("minga.css", "icons.svg", "htmx.js", "minga.js", "passkey.js", "manifest.webmanifest"):
        answer = stranger.get(static_url(name))
        assert "immutable" in answer.headers["cache-control"]
        assert answer.content == statics().file(name).body


def test_a_real_node_does_not_have_it(
    node: Node, visit: Callable[[str | None], Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node, "settings", dataclasses.replace(node.settings, env="prod"))
    visit("ana").get("/dev/look", status=404)
