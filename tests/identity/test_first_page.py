"""The first visit: a new node answers nobody but the bearer of the owner link, and that once."""

from typing import Any

from minga.identity import Actor, commands
from minga.interfaces.asgi import build
from minga.interfaces.http import open_node
from minga.kit.clock import FixedClock
from tests.visitor import Visitor

PASSWORD = "barley tram october"


def test_a_new_node_answers_nobody_but_the_bearer_of_the_link(settings: Any, clock: FixedClock) -> None:
    node = open_node(settings, clock)
    app = build(node, working=False)
    stranger = Visitor(app, node)
    for path in ("/", "/sign-in", "/c/valley", "/nothing/at/all", "/api/v1/me"):
        answer = stranger.get(path, 503, headers={"authorization": "Bearer mg_x"})
        assert "This node is new. Its owner opens it with the link shown in the terminal." in answer.text
        assert answer.headers["retry-after"] == "60"
    with node.database.write() as session:
        token = commands.make_owner_link(session, Actor.machine(), at=clock())
    stranger.get("/first/0000-0000", 404)
    owner = Visitor(app, node)
    owner.get(f"/first/{token}")
    weak = owner.post(f"/first/{token}", {"name": "Ivo", "password": "password1234"}, 422)
    assert "among the commonest" in weak.text
    answer = owner.post(f"/first/{token}", {"name": "Ivo", "password": PASSWORD})
    assert answer.headers["location"] == "/first/community"
    owner.get("/sign-out")
    second = Visitor(app, node).get(f"/first/{token}", 404)
    assert "was used" in second.text
    stranger.get("/sign-in")
    node.close()
