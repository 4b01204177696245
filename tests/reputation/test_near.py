"""Who lies within a few steps of trust: the same with and without an edge that somebody hides."""

from typing import Any

from minga.identity import commands as identity
from minga.reputation import commands, queries
from tests.reputation.test_people import joined
from tests.reputation.test_people import settled as settled
from tests.village import Village


def test_who_is_near_is_the_same_with_and_without_a_hidden_edge(
    settled: Village, call: Any, visit: Any
) -> None:
    """COM-2.20: people within 1 to 3 steps; an edge that either end hides changes neither who is there nor how many."""
    village = settled
    joined(village, "bruno", "hana")
    made = joined(village, "hana", "ana")

    def found(name: str, steps: int) -> list[tuple[str, int]]:
        with village.database.read() as session:
            near_them = queries.people_near(session, village.actor(name), steps=steps, at=village.clock())
            return [(one.handle or "", one.degree) for one in near_them]

    assert found("bruno", 1) == [("hana", 1)]
    assert found("bruno", 3) == [("hana", 1), ("ana", 2)]
    assert call("bruno", "GET", "/me/connections?steps=3")["items"][1] == {
        "name": "Ana",
        "handle": "ana",
        "steps": 2,
    }
    call("bruno", "GET", "/me/connections?steps=4", status=422)
    page = visit("bruno").get("/me/connections?steps=2").text
    assert "Ana" in page
    assert "2 steps" in page
    visit("bruno").get("/me/connections?steps=x", status=422)
    visit(None).get("/me/connections", status=401)
    with village.database.write() as session:
        commands.hide_connection(session, village.hana, made, hidden=True)
    hidden = [found(name, steps) for name in ("bruno", "ana") for steps in (1, 2, 3)]
    assert hidden[0:3] == [[("hana", 1)]] * 3
    assert hidden[3] == [("hana", 1)], "the two themselves still know"
    with village.database.write() as session:
        commands.end_connection(session, village.hana, made, at=village.clock())
    assert [found("bruno", steps) for steps in (1, 2, 3)] == hidden[0:3], "no difference to no edge"
    with village.database.write() as session:
        identity.block(session, village.hana, village.people["bruno"], at=village.clock())
    assert found("bruno", 3) == []
