"""When data got out: written down by whoever runs the node, those concerned listed, letters drafted, kept who was told."""

from collections.abc import Callable

from sqlalchemy import select

from minga.identity.models import IncidentPerson
from minga.interfaces.http import Node
from tests.village import Village
from tests.visitor import Visitor

GIVEN = {
    "from_at": "2026-11-15 20:00",
    "until_at": "2026-11-15 22:00",
    "known_at": "2026-11-16 08:00",
    "domains": ["communities"],
    "communities": ["valley"],
    "how": "A copy of the database lay open.",
    "done": "It was taken away.",
    "whom": "ivo@example.org",
}


def test_data_got_out_and_those_concerned_are_told(
    node: Node, village: Village, visit: Callable[[str | None], Visitor]
) -> None:
    ivo, ana = visit("ivo"), visit("ana")
    ana.get("/node/incident", 404)
    ana.post("/node/incident", GIVEN, status=404)
    assert "Write it like" in ivo.post("/node/incident", GIVEN | {"from_at": "yesterday"}, status=422).text
    assert "at least one part" in ivo.post("/node/incident", GIVEN | {"domains": []}, status=422).text
    backwards = GIVEN | {"until_at": "2026-11-15 19:00"}
    refused = ivo.post("/node/incident", backwards, status=422).text
    assert "before its beginning" in refused
    assert "A copy of the database lay open." in refused
    page = ivo.post("/node/incident", GIVEN).headers["location"]
    ana.get(page, 404)
    shown = ivo.get(page).text
    assert "0 of 5 were told" in shown
    assert "It was taken away." in shown
    assert "What you can do" not in shown.partition("Those concerned")[0].partition("The letter")[2]
    assert "Zoe" not in shown
    assert "Data got out" in ivo.get("/needs").text
    with node.database.read() as session:
        people = session.scalars(select(IncidentPerson.person_id)).all()
    assert set(people) == {village.people[n] for n in ("ana", "bruno", "chidi", "dara", "hana")}
    ivo.post(f"{page}/told", {"person": people[:3], "how": "phone"})
    ivo.post(f"{page}/told", {"person": people[:4], "how": "mail"})
    assert "4 of 5 were told" in ivo.get(page).text
    ivo.post(f"{page}/authority")
    ivo.post(f"{page}/end")
    assert "Data got out" not in ivo.get("/needs").text
    assert (
        "told that data got out" in visit("ana").get("/me/log").text
        or village.people["ana"] not in people[:4]
    )
