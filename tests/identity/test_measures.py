"""WB-1.21: what waits for a word beside what got one, and invites by state, for whoever watches the node."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from minga.communities import commands as communities
from minga.communities.commands import InviteTerms
from minga.identity import Actor, queries
from minga.identity.models import Invite, SignIn
from minga.interfaces.asgi import build
from minga.interfaces.http import Node
from minga.kit.clock import FixedClock
from minga.kit.db import count_statements
from minga.kit.errors import NotFound
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def shown(node: Node) -> dict[str, float]:
    app = build(node, working=False)
    text = TestClient(app, base_url=node.settings.site_url, client=("127.0.0.1", 50_000)).get("/metrics").text
    rows = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in rows if "sign_in" in name or "invites" in name}


def let_in(visit: Visit, village: Village, node: Node, clock: FixedClock, seconds: int) -> None:
    """Dara asks, and Ana gives her word so many seconds later."""
    asker = visit(None)
    asker.post("/sign-in/word", {"handle": "dara"})
    clock.forward(seconds=seconds)
    with node.database.read() as session:
        newest = select(SignIn.id).where(SignIn.asked_handle == "dara").order_by(SignIn.id.desc()).limit(1)
        sign_in_id = session.scalars(newest).one()
    ana = visit("ana")
    ana.post(f"/sign-ins/{sign_in_id}/number", {"how_known": "voice"})
    number = re.findall(r"\b\d{4} \d{4}\b", ana.get(f"/sign-ins/{sign_in_id}").text)[0]
    asker.post("/sign-in/waiting/number", {"number": number})


def test_what_waits_stands_beside_what_was_let_in(
    visit: Visit, village: Village, node: Node, clock: FixedClock
) -> None:
    """WB-1.21"""
    nothing = shown(node)
    assert {nothing[f"minga_sign_in_{name}"] for name in ("waiting", "approved")} == {0}
    assert nothing["minga_sign_in_approval_median_seconds"] == 0
    for seconds in (60, 100, 300):
        let_in(visit, village, node, clock, seconds)
    visit(None).post("/sign-in/word", {"handle": "dara"})
    visit(None).post("/sign-in/word", {"handle": "nobody.here"})
    clock.forward(seconds=40)
    found = shown(node)
    assert found["minga_sign_in_waiting"] == 1, "a name that is nobody's is not counted"
    assert found["minga_sign_in_waiting_oldest_seconds"] == 40
    assert found["minga_sign_in_approved"] == 3
    assert found["minga_sign_in_approval_median_seconds"] == 100
    clock.forward(days=1)
    assert shown(node)["minga_sign_in_waiting"] == 0, "it ran out"
    clock.forward(days=30)
    assert shown(node)["minga_sign_in_approved"] == 0


def test_invites_are_counted_by_state_and_no_label_names_anybody(
    village: Village, node: Node, clock: FixedClock
) -> None:
    """WB-1.21"""
    with node.database.write() as session:
        made = [
            communities.invite(session, village.ana, village.valley, InviteTerms(), at=clock()).id
            for _ in range(5)
        ]
        communities.revoke(session, village.ana, made[0], at=clock())
        session.get_one(Invite, made[1]).uses = 1
        session.get_one(Invite, made[2]).expires_at = clock() - timedelta(days=1)
    found = shown(node)
    states = ("open", "exhausted", "expired", "revoked")
    assert [found[f'minga_invites{{state="{state}"}}'] for state in states] == [2, 1, 1, 1]
    for name in found:
        assert not re.search(r"[0-9a-f]{32}|ana|valley", name)


def test_the_numbers_cost_one_question_each(village: Village, node: Node, clock: FixedClock) -> None:
    with node.database.read() as session, count_statements(node.database) as said:
        queries.sign_in_numbers(session, Actor.machine(), at=clock())
        queries.invite_numbers(session, Actor.machine(), at=clock())
        for ask in (queries.sign_in_numbers, queries.invite_numbers):
            with pytest.raises(NotFound):
                ask(session, village.ana, at=clock())
    assert len([one for one in said if one.startswith("SELECT")]) == 3
