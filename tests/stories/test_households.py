"""A household over HTTP: founded, asked into, joined with a yes, children for those inside, left alone."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from minga.communities.models import Household, HouseholdSeat
from minga.interfaces.http import Node
from minga.kit.events import EventRow
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]
LIST = "/c/valley/households"


def test_people_who_live_together(node: Node, village: Village, visit: Visit) -> None:
    ana, bruno, hana, zoe = visit("ana"), visit("bruno"), visit("hana"), visit("zoe")
    zoe.get(LIST, 404)
    zoe.post(LIST, {"name": "Hill house"}, 404)
    visit("dara").post(LIST, {"name": "Too early"}, 403)
    bruno.post(LIST, {"name": " "}, 422)
    home = bruno.post(LIST, {"name": "Mill house"}).headers["location"]
    bruno.post(LIST, {"name": "Another"}, 409)
    for who, status in ((zoe, 404), (hana, 403)):
        for act, said in (
            ("seats", {"handle": "zoe"}),
            ("children", {"child": "Mia"}),
            ("name", {"name": "x"}),
        ):
            who.post(f"{home}/{act}", said, status)
    zoe.get(home, 404)
    assert "zoo" in bruno.post(f"{home}/seats", {"handle": "zoo"}, 422).text
    bruno.post(f"{home}/seats", {"handle": "hana", "kind": "emperor"}, 422)
    bruno.post(f"{home}/seats", {"handle": "hana", "kind": "adult"})
    bruno.post(f"{home}/seats", {"handle": "hana"}, 409)
    bruno.post(f"{home}/children", {"child": "Mia", "born": "19"}, 422)
    bruno.post(f"{home}/children", {"child": "Mia", "born": "2019"})
    with node.database.read() as session:
        seat = session.scalars(select(HouseholdSeat).where(HouseholdSeat.since_on.is_(None))).one()
        facts = [row.facts for row in session.scalars(select(EventRow)) if "Household" in row.name]
        assert "Mia" not in str(facts)
    assert "Mia" not in visit("chidi").get("/c/valley/members").text
    seen = visit("dara").get(home).text
    assert "1 child" in seen
    assert "Mia" not in seen
    for who in (zoe, visit("dara"), bruno):
        who.post(f"/household-seats/{seat.id}/answer", {"answer": "yes"}, 404)
    assert "Do you live in “Mill house”?" in hana.get("/needs").text
    hana.post(f"/household-seats/{seat.id}/answer", {"answer": "yes"})
    assert "Mia" in hana.get(home).text
    hana.post(LIST, {"name": "Hers"}, 409)
    with pytest.raises(IntegrityError), node.database.write() as session:  # the database's own word
        other = Household(community_id=village.valley, name="x", name_key="x", made_at=village.clock())
        session.add(other)
        session.flush()
        session.add(
            HouseholdSeat(
                household_id=other.id,
                membership_id=seat.membership_id,
                kind="adult",
                asked_by_id=village.people["hana"],
                asked_at=village.clock(),
                since_on=date(2026, 11, 16),
            )
        )
    hana.post(f"{home}/name", {"name": "Hers"}, 403)
    with node.database.read() as session:
        own = session.scalars(select(HouseholdSeat.id).where(HouseholdSeat.contact.is_(True))).one()
    assert "Make somebody else contact first" in bruno.post(f"/household-seats/{own}/end", {}, 409).text
    bruno.post(f"/household-seats/{seat.id}/contact", {"contact": "yes"})
    bruno.post(f"/household-seats/{own}/end")
    assert "Mia" not in bruno.get(home).text
    assert "Mia" in ana.get(home).text  # a steward, who corrects mistakes
    ana.post(f"/household-seats/{seat.id}/end")
    ana.get(home, 404)
    mill = bruno.post(LIST, {"name": "Old mill"}).headers["location"]
    bruno.post("/c/valley/leave")
    hana.get(mill, 404)  # whoever leaves the community leaves the household
    assert "Mill house" not in hana.get(LIST).text
