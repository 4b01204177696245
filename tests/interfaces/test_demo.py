"""The example village is made by the commands of the pages; its doors are only where `minga demo` made them."""

import json

from minga.interfaces.asgi import build
from minga.interfaces.cli.demo import village
from minga.interfaces.http import Node
from minga.kit.clock import FixedClock
from minga.kit.db import Database
from minga.kit.refs import needs
from minga.sharing import queries
from minga.sharing.rules import Wish
from tests.village import Village
from tests.visitor import Visitor


def test_the_village_has_neighbours_and_listings(database: Database, clock: FixedClock) -> None:
    made = village.build(database, clock())
    assert {"ana", "bruno", "dara", "hana", "farid", "zoe", "ivo"} <= set(made.people)
    with database.read() as session:
        found = queries.listings(
            session, made.actor("bruno", clock()), Wish(), at=clock(), community_id=made.valley
        )
        assert len(found.items) >= 20
        waiting = needs.of(session, made.actor("ana", clock()), at=clock())
        assert {"ask_received", "due_soon"} <= {line.kind for line in waiting}
        late = needs.of(session, made.actor("lena", clock()), at=clock())
        assert "overdue" in {line.kind for line in late}


def test_a_door_opens_once_its_button_is_pressed_and_a_wrong_one_does_not(
    node: Node, village: Village
) -> None:
    doors = {"right": (village.people["bruno"], "Bruno")}
    (node.settings.home / "demo.json").write_text(json.dumps(doors))
    visitor = Visitor(build(node, working=False), node)
    assert "Look around as Bruno" in visitor.get("/demo/right").text
    assert node.cookie not in visitor.client.cookies
    visitor.post("/demo/wrong", status=404)
    visitor.post("/demo/right")
    assert node.cookie in visitor.client.cookies


def test_other_nodes_have_no_such_doors(node: Node, village: Village) -> None:
    visitor = Visitor(build(node, working=False), node)
    visitor.get("/demo/right", status=404)
    visitor.post("/demo/right", status=404)
