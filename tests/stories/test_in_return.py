"""A swap and a haircut for time, by pages without script and by REST (T7, T8)."""

from collections.abc import Callable
from typing import Any

from minga.interfaces.http import Node
from minga.kit.clock import FixedClock
from tests.interfaces.test_api_exchanges import call as call
from tests.sharing import test_amounts as amounts
from tests.sharing import test_swaps as swaps
from tests.sharing.neighbours import agreed
from tests.stories.test_meetings import work
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def test_t7_book_against_jam(village: Village, visit: Visit) -> None:
    book, jam = swaps.book(village), swaps.jam(village)
    ana, bruno = visit("ana"), visit("bruno")
    page = bruno.get(f"/listings/{book}")
    assert "For a swap: what you give" in page.text
    assert jam in page.text
    again = bruno.post(f"/listings/{book}/asks", {}, status=422)
    assert "For a swap choose something of yours." in again.text
    here = bruno.post(f"/listings/{book}/asks", {"counter": jam}).headers["location"]
    assert "Jam" in ana.get(here).text
    here = ana.post(f"{here}/answer", {"answer": "accept"}).headers["location"]
    assert "You get “Jam”." in ana.get(here).text
    assert "You give “Jam”." in bruno.get(here).text
    bruno.post(f"{here}/done", {})
    assert swaps.owners(village, book, jam) == ["ana", "bruno"]
    page = ana.follow(ana.post(f"{here}/done", {}))
    assert "Done. Thank you." in page.text
    assert swaps.owners(village, book, jam) == ["bruno", "ana"]


def test_t8_a_haircut_for_time(village: Village, visit: Visit, node: Node, clock: FixedClock) -> None:
    cut = amounts.haircut(village)
    ana, bruno = visit("ana"), visit("bruno")
    ask = bruno.post(f"/listings/{cut}/asks", {}).headers["location"]
    assert "45 min" in ana.get(ask).text
    here = ana.post(f"{ask}/answer", {"answer": "accept"}).headers["location"]
    assert "It is set aside" in bruno.get(here).text
    ana.post(f"{here}/amount", {"minutes": "1:00"})
    assert "Ana proposes 1 h instead." in bruno.get(here).text
    wrong = bruno.post(f"{here}/amount", {"minutes": "soon"}, status=422)
    assert "length of time" in wrong.text
    bruno.post(f"{here}/amount", {"answer": "agree"})
    assert amounts.stands(village, "bruno") == (0, 60)
    ana.post(f"{here}/done", {})
    work(node, clock)
    for _ in range(2):
        clock.forward(days=4)
        work(node, clock)
    said = bruno.get("/me/notices").text
    assert said.count("waits for your word") == 2
    assert "for a fortnight" not in visit("chidi").get("/me/notices").text
    clock.forward(days=6)
    work(node, clock)
    assert "Bruno has not said for a fortnight" in visit("chidi").get("/me/notices").text
    assert amounts.posted(village) == 0, "silence never pays"
    for _ in range(3):
        bruno.post(f"{here}/done", {})
    assert amounts.posted(village) == 1
    assert amounts.stands(village, "bruno") == (-60, 0)
    assert "Settled" in bruno.get(here).text


def test_at_minus_ten_hours_the_sentence_says_so(village: Village, visit: Visit) -> None:
    agreed(village, village.bruno, amounts.haircut(village, 540))
    ask = visit("bruno").post(f"/listings/{amounts.haircut(village)}/asks", {}).headers["location"]
    here = visit("ana").post(f"{ask}/answer", {"answer": "accept"}).headers["location"]
    assert "You are at" in visit("bruno").get(here).text
    assert "You are at" not in visit("ana").get(here).text, "only who pays reads how they stand"


def test_the_same_by_rest(village: Village, call: Any) -> None:
    book, jam = swaps.book(village), swaps.jam(village)
    call("bruno", "POST", f"/listings/{book}/asks", {"term": "swap"}, 422)
    ask = call("bruno", "POST", f"/listings/{book}/asks", {"term": "swap", "counter": jam}, 201)["id"]
    made = call("ana", "POST", f"/asks/{ask}/answer", {"answer": "accept"})["exchange"]
    seen = call("ana", "GET", f"/exchanges/{made}")
    assert (seen["kind"], seen["settling"]["other_title"]) == ("swap", "Jam")
    exchange = agreed(village, village.bruno, amounts.haircut(village)).id
    call("zoe", "POST", f"/exchanges/{exchange}/amount", {"amount": 30}, 404)
    call("bruno", "POST", f"/exchanges/{exchange}/amount", {"amount": 0}, 422)
    call("bruno", "POST", f"/exchanges/{exchange}/amount", {"amount": 30})
    seen = call("ana", "POST", f"/exchanges/{exchange}/amount", {"answer": "agree"})
    assert (seen["settling"]["amount"], seen["settling"]["i_pay"]) == (30, False)
