"""Help, privacy and the developers' page are there for everybody, with or without a sign-in."""

from collections.abc import Callable

import pytest

from minga.interfaces.web.help import TOPICS
from tests.visitor import Visitor


@pytest.mark.parametrize("name", [None, "bruno"])
def test_help_is_for_everybody(visit: Callable[[str | None], Visitor], name: str | None) -> None:
    visitor = visit(name)
    index = visitor.get("/help").text
    for topic in TOPICS:
        assert f"/help/{topic.key}" in index
        assert topic.title in visitor.get(f"/help/{topic.key}").text
    visitor.get("/help/nothing", status=404)
    assert "erased after 30 days" in visitor.get("/privacy").text
    assert "/api/v1/openapi.json" in visitor.get("/dev").text
