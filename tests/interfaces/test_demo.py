"""The example village is made by the commands of the pages; its doors are only where `minga demo` made them."""

import json
from typing import Any

from sqlalchemy import func, select

from minga.communities.models import Partnership
from minga.interfaces.asgi import build
from minga.interfaces.cli.demo import village
from minga.interfaces.http import Node
from minga.kit.clock import FixedClock
from minga.kit.db import Database
from minga.kit.refs import needs
from minga.ledger import queries as ledger
from minga.sharing import queries
from minga.sharing.models import Dispute, Draw, Exchange, Hold, Intake, Loan, OutOfUse, SavedSearch
from minga.sharing.models.rounds import PoolRound
from minga.sharing.rules import Wish
from minga.sharing.rules.exchanges import ExchangeKind
from tests.conftest import MONDAY
from tests.village import Village
from tests.visitor import Visitor

STANDING: dict[str, tuple[Any, ...]] = {
    "in the queue": (Hold,),
    "late": (Loan, Loan.due_on < MONDAY.date(), Loan.returned_on.is_(None)),
    "out of use": (OutOfUse,),
    "quarrels": (Dispute,),
    "swaps": (Exchange, Exchange.kind == ExchangeKind.SWAP),
    "open rounds": (PoolRound, PoolRound.allocated_at.is_(None)),
    "shared out": (PoolRound, PoolRound.allocated_at.is_not(None)),
    "partners": (Partnership, Partnership.active_at.is_not(None)),
    "proposed": (Partnership, Partnership.active_at.is_(None)),
    "searches": (SavedSearch,),
    "intakes": (Intake,),
    "lots": (Draw,),
}


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


def test_something_of_every_kind_of_sharing_stands_in_it(database: Database, clock: FixedClock) -> None:
    made = village.build(database, clock())
    at = clock()
    with database.read() as session:
        ana, kim = made.actor("ana", at), made.actor("kim", at)
        washer = queries.queue_block(session, kim, made.listings["Pressure washer"], at=at)
        assert washer is not None
        assert ledger.balance_of(session, ana, made.valley, made.people["ana"], "TIME", at=at).amount == -150
        standing = {
            name: session.scalar(select(func.count()).select_from(model).where(*wanted))
            for name, (model, *wanted) in STANDING.items()
        }
    assert standing == {
        "in the queue": 2,
        "late": 2,
        "out of use": 1,
        "quarrels": 1,
        "swaps": 1,
        "open rounds": 1,
        "shared out": 2,
        "partners": 1,
        "proposed": 1,
        "searches": 1,
        "intakes": 1,
        "lots": 1,
    }


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
