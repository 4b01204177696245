"""A drill comes back broken: talk, somebody helps, it is decided, looked at again once, and settled (T20); also by REST."""

import re
from collections.abc import Callable
from typing import Any

from minga.interfaces.http import Node
from minga.kit.clock import FixedClock
from tests.interfaces.test_api_exchanges import call as call
from tests.sharing import neighbours
from tests.sharing.neighbours import agreed, lent
from tests.sharing.test_amounts import haircut, stands
from tests.sharing.test_disputes import keepers as keepers
from tests.stories.test_meetings import work
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def test_t20_a_drill_comes_back_broken(
    village: Village, visit: Visit, node: Node, clock: FixedClock, keepers: None
) -> None:
    lent(village, village.bruno, neighbours.drill(village))
    ana, bruno, hana = visit("ana"), visit("bruno"), visit("hana")
    found = re.search(r"/exchanges/[0-9a-f]{32}", ana.get("/me/sharing").text)
    assert found is not None
    here = found[0]
    loan = re.search(r"/loans/[0-9a-f]{32}/return", ana.get(here).text)
    assert loan is not None
    ana.post(loan[0], {"condition": "1", "words": "The chuck is broken."})
    wrong = ana.post(f"{here}/disputes", {"wrong": "The chuck is broken."}, status=422)
    assert "Say what it is about." in wrong.text
    page = ana.follow(ana.post(f"{here}/disputes", {"about": "damage", "wrong": "The chuck is broken."}))
    assert "Talked over" in page.text
    there = re.search(r"/disputes/[0-9a-f]{32}", page.text)
    assert there is not None
    at = there[0]
    for stranger in ("zoe", "hana", "dara"):
        visit(stranger).get(at, status=404)
    assert "being talked over" in bruno.get("/").text
    bruno.post(f"/threads/dispute:{at[-32:]}/posts", {"words": "It was worn already."})
    assert "It was worn already." in ana.get(at).text
    bruno.post(f"{at}/proposals", {"effects": ["nothing"]})
    assert "Bruno proposes:" in ana.get(at).text
    work(node, clock)
    clock.forward(days=7, minutes=1)
    work(node, clock)
    assert "Choose who helps" in ana.get(at).text
    person = village.people["hana"]
    ana.post(f"{at}/mediation", {"person": person})
    bruno.post(f"{at}/mediation", {"answer": "yes", "person": person})
    work(node, clock)
    assert "ask you to help" in hana.get("/me/notices").text
    assert "Drill" in hana.get("/me/mediations").text
    hana.post(f"{at}/decision", {"effects": ["nothing"]}, status=403)
    hana.post(f"{at}/mediation", {"answer": "yes", "person": person})
    hana.post(f"{at}/decision", {"effects": ["pay"]}, status=422)
    hana.post(f"{at}/decision", {"effects": ["pay"], "minutes": "1:00", "words": "Half each."})
    assert "Hana decided:" in bruno.get(at).text
    bruno.post(f"{at}/appeal", {})
    bruno.post(f"{at}/appeal", {}, status=409)
    for name in ("chidi", "dara"):
        bruno.post(f"{at}/mediation", {"person": village.people[name]})
        ana.post(f"{at}/mediation", {"answer": "yes", "person": village.people[name]})
        visit(name).post(f"{at}/mediation", {"answer": "yes", "person": village.people[name]})
    visit("chidi").post(f"{at}/decision", {"effects": ["pay", "strike"], "minutes": "0:30"})
    last = re.findall(r'name="end" value="([0-9a-f]{32})"', visit("dara").get(at).text)[-1]
    visit("dara").post(f"{at}/agreement", {"end": last, "decision": "1"})
    assert "Settled" in ana.get(at).text
    assert stands(village, "bruno") == (-30, 0)
    assert "Back" in ana.get(here).text


def test_the_same_by_rest(village: Village, call: Any) -> None:
    exchange = agreed(village, village.bruno, haircut(village)).id
    said = {"about": "not_done", "words": "Only one side was cut."}
    call("chidi", "POST", f"/exchanges/{exchange}/disputes", said, 404)
    call("bruno", "POST", f"/exchanges/{exchange}/disputes", {"about": "weather", "words": "x"}, 422)
    made = call("bruno", "POST", f"/exchanges/{exchange}/disputes", said, 201)
    assert (made["state"], made["about"], made["is_side"]) == ("talking", "not_done", True)
    path = f"/disputes/{made['id']}"
    call("zoe", "GET", path, None, 404)
    call("ana", "POST", f"/exchanges/{exchange}/done", None, 409)
    seen = call("ana", "POST", f"{path}/proposals", {"effects": ["cancel"]})
    end = seen["ends"][0]["id"]
    call("ana", "POST", f"{path}/agreement", {"end": end}, 403)
    call("chidi", "POST", f"{path}/agreement", {"end": end}, 404)
    call("ana", "POST", f"{path}/mediation", {})
    call("ana", "POST", f"{path}/mediation", {"answer": "name", "person": village.people["zoe"]}, 422)
    call("ana", "POST", f"{path}/appeal", None, 409)
    call("ana", "POST", f"{path}/decision", {"effects": ["finish"]}, 403)
    closed = call("bruno", "POST", f"{path}/agreement", {"end": end})
    assert (closed["state"], closed["closed_how"]) == ("closed", "agreement")
    assert call("ana", "GET", f"/exchanges/{exchange}")["status"] == "cancelled"
