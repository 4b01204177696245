"""Neighbours meet, wait in vain, thank each other and pass an ask on, by pages without script and by REST."""

from collections.abc import Callable
from typing import Any

from minga.interfaces.http import Node
from minga.kit import delivery, jobs
from minga.kit.clock import FixedClock
from minga.sharing import queries
from minga.sharing.rules import Item
from minga.sharing.rules.exchanges import ExchangeStatus
from tests.interfaces.test_api_exchanges import call as call
from tests.sharing import neighbours
from tests.sharing.neighbours import agreed, asked, listed
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def work(node: Node, clock: FixedClock) -> None:
    for _ in range(5):
        delivery.deliver(node.database, clock)
        jobs.work_once(node.database, clock, node.settings)


def test_they_meet_and_the_meeting_stands_in_a_calendar(village: Village, visit: Visit) -> None:
    here = f"/exchanges/{agreed(village, village.bruno, neighbours.table(village)).id}"
    ana, bruno = visit("ana"), visit("bruno")
    wrong = ana.post(f"{here}/handovers", {"day": "1.1.2020", "time": "18:00"}, status=422)
    assert "That moment is over" in wrong.text
    wrong = ana.post(f"{here}/handovers", {"day": "20.11."}, status=422)
    assert "Say at what time." in wrong.text
    ana.post(f"{here}/handovers", {"day": "20.11.", "time": "18:00", "place": "At the gate; left"})
    page = bruno.get(here)
    assert "At the gate; left" in page.text
    assert "Yes, that works" in page.text
    bruno.get(f"{here}/handover.ics", status=404)
    assert "Agreed." in bruno.follow(bruno.post(f"{here}/handovers", {"answer": "agree"})).text
    file = bruno.get(f"{here}/handover.ics")
    assert file.headers["content-type"].startswith("text/calendar")
    assert "SUMMARY:Table\\, with Ana" in file.text
    assert "LOCATION:At the gate\\; left" in file.text
    for stranger in ("chidi", "zoe"):
        visit(stranger).get(f"{here}/handover.ics", status=404)
        visit(stranger).post(f"{here}/handovers", {"answer": "agree"}, status=404)


def test_who_waited_says_so_and_the_other_answers(village: Village, visit: Visit, clock: FixedClock) -> None:
    here = f"/exchanges/{agreed(village, village.bruno, neighbours.table(village)).id}"
    ana, bruno = visit("ana"), visit("bruno")
    ana.post(f"{here}/handovers", {"day": "17.11.", "time": "18:00"})
    bruno.post(f"{here}/handovers", {"answer": "agree"})
    assert "did not come" not in bruno.get(here).text
    clock.forward(days=2)
    assert "Ana did not come" in bruno.get(here).text
    bruno.post(f"{here}/no-show", {"words": "I waited."})
    page = ana.get(here)
    assert "Bruno waited for you" in page.text
    ana.post(f"{here}/no-show", {"answer": "sorry", "words": "The bus."})
    assert "The answer: sorry." in bruno.get(here).text


def test_after_the_end_both_say_how_it_went(village: Village, visit: Visit) -> None:
    here = f"/exchanges/{agreed(village, village.bruno, neighbours.table(village)).id}"
    ana, bruno = visit("ana"), visit("bruno")
    for visitor in (ana, bruno):
        visitor.post(f"{here}/done", {})
    assert "How did it go?" in bruno.get(here).text
    empty = bruno.post(f"{here}/feedback", {}, status=422)
    assert "at least one thing" in empty.text
    bruno.post(f"{here}/feedback", {"as_agreed": "good", "thanks": "What a table!", "public": "1"})
    assert "What a table!" not in ana.get(here).text
    ana.post(f"{here}/feedback", {"talking": "all_right"})
    assert "What a table!" in ana.get(here).text
    assert "What a table!" not in visit("chidi").get("/people/ana").text
    ana.post(f"{here}/feedback", {"answer": "show"})
    assert "What a table!" in visit("chidi").get("/people/ana").text
    assert "What a table!" in visit("chidi").get("/people/bruno").text


def test_t10_an_urgent_claim_in_silence_is_opened_again_and_both_are_told(
    village: Village, visit: Visit, node: Node, clock: FixedClock
) -> None:
    need = neighbours.urgent(village)
    silent = agreed(village, village.bruno, need)
    work(node, clock)
    clock.forward(days=1, minutes=1)
    work(node, clock)
    with village.database.read() as session:
        line = queries.exchange(session, village.ana, silent.id, at=clock()).line
        assert line.status is ExchangeStatus.CANCELLED
    assert "open again" in visit("ana").get("/me/notices").text
    assert "open again" in visit("bruno").get("/me/notices").text
    speaking = agreed(village, village.chidi, need)
    visit("chidi").post(f"/threads/ask:{speaking.ask_id}/posts", {"words": "I go at noon."})
    work(node, clock)
    clock.forward(days=1, minutes=1)
    work(node, clock)
    with village.database.read() as session:
        line = queries.exchange(session, village.ana, speaking.id, at=clock()).line
        assert line.status is ExchangeStatus.PENDING


def test_ana_passes_an_ask_on_to_chidis_drill(village: Village, visit: Visit) -> None:
    ask = asked(village, village.bruno, neighbours.drill(village))
    other = listed(village, village.chidi, Item(), title="Old drill")
    ana = visit("ana")
    assert "Old drill" in ana.get(f"/asks/{ask.id}").text
    ana.post(f"/asks/{ask.id}/answer", {"answer": "pass_on"}, status=422)
    page = ana.follow(ana.post(f"/asks/{ask.id}/answer", {"answer": "pass_on", "to": other}))
    assert "Passed on" in page.text
    assert "Bruno" in visit("chidi").get("/").text


def test_the_same_by_rest(village: Village, call: Any, clock: FixedClock) -> None:
    exchange = agreed(village, village.bruno, neighbours.table(village)).id
    path = f"/exchanges/{exchange}"
    call("zoe", "POST", f"{path}/handovers", {"answer": "agree"}, 404)
    call("ana", "POST", f"{path}/handovers", {}, 422)
    call("ana", "POST", f"{path}/handovers", {"meets_at": "2026-11-18T18:00"}, 422)
    call("ana", "POST", f"{path}/handovers", {"meets_at": "2026-11-18T18:00Z", "place": "Gate"})
    met = call("bruno", "POST", f"{path}/handovers", {"answer": "agree"})["around"]["meeting"]
    assert (met["place"], met["agreed"], met["meets_at"]) == ("Gate", True, "2026-11-18T18:00:00Z")
    clock.forward(days=3)
    said = call("bruno", "POST", f"{path}/no-show", {"words": "I waited."})
    assert said["around"]["absences"][0]["by_me"] is True
    call("ana", "POST", f"{path}/no-show", {"answer": "not_so"})
    for who in ("ana", "bruno"):
        call(who, "POST", f"{path}/done")
    call("ana", "POST", f"{path}/feedback", {"as_agreed": "excellent"}, 422)
    call("ana", "POST", f"{path}/feedback", {"as_agreed": "good"})
    seen = call("bruno", "POST", f"{path}/feedback", {"talking": "good"})
    assert seen["around"]["theirs"]["as_agreed"] == "good"
