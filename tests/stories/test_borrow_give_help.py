"""Neighbours ask, agree and see it through on pages, without any script: a loan, a gift, a helping hand."""

import re
from collections.abc import Callable
from typing import Any

from minga.interfaces.http import Node
from minga.kit import delivery, jobs
from minga.kit.clock import FixedClock
from minga.kit.ids import Id
from minga.sharing import queries
from minga.sharing.rules import Answers
from tests.sharing import neighbours
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def work(node: Node, clock: FixedClock) -> None:
    """What the worker does: deliver, then run what is due."""
    for _ in range(5):
        delivery.deliver(node.database, clock)
        jobs.work_once(node.database, clock, node.settings)


def one_ask(village: Village, listing: Id) -> Id:
    with village.database.read() as session:
        return queries.asks_of_listing(session, village.ana, listing, at=village.clock()).items[0].id


def test_t1_bruno_borrows_anas_drill_renews_it_and_brings_it_back(
    village: Village, visit: Visit, node: Node, clock: FixedClock
) -> None:
    drill = neighbours.drill(village)
    ana, bruno = visit("ana"), visit("bruno")
    page = bruno.follow(bruno.post(f"/listings/{drill}/asks", {"words": "For a shelf.", "until": "30.11."}))
    assert "Waits for an answer" in page.text
    assert "Bruno asks for “Drill”." in ana.get("/").text
    ask = one_ask(village, drill)
    assert "For a shelf." in ana.get(f"/listings/{drill}/asks").text
    answer = ana.post(f"/asks/{ask}/answer", {"answer": "accept"})
    here = answer.headers["location"]
    page = ana.follow(answer)
    assert "Handed over" in page.text
    assert "Bruno" in page.text
    ana.post(f"{here}/start", {"condition": "4"})
    assert "With me" in bruno.get("/me/sharing").text
    loan = re.search(r"/loans/([0-9a-f]{32})/renewal", bruno.get(here).text)
    assert loan is not None
    clock.forward(days=12)
    assert "“Drill” is due on" in bruno.get("/").text
    page = bruno.follow(bruno.post(f"/loans/{loan[1]}/renewal", {}))
    assert "14 December" in page.text
    clock.forward(days=17)
    bruno.post(f"/loans/{loan[1]}/brought-back", {})
    assert "Bruno says that “Drill” is back." in ana.get("/").text
    page = ana.follow(ana.post(f"/loans/{loan[1]}/return", {"condition": "4"}))
    assert "It is back." in page.text
    assert "Needs you" in ana.get("/").text
    assert "“Drill”" not in ana.get("/needs").text
    before = everything(node)
    work(node, clock)
    after = everything(node)
    work(node, clock)
    assert everything(node) == after, "delivering again changes nothing"
    assert before["loan"] == after["loan"]


def everything(node: Node) -> dict[str, Any]:
    """All rows of all tables but those of delivery itself."""
    from minga.kit.db import Base

    with node.database.read() as session:
        return {
            table.name: sorted(map(str, session.execute(table.select()).all()))
            for table in Base.metadata.sorted_tables
            if not table.name.startswith(("event_", "job", "schedule"))
        }


def test_t2_two_press_at_once_and_one_reads_that_it_is_just_gone(village: Village, visit: Visit) -> None:
    table = neighbours.table(village, answers=Answers.AT_ONCE)
    bruno, hana = visit("bruno"), visit("hana")
    page = bruno.follow(bruno.post(f"/listings/{table}/asks", {}))
    assert "Agreed at once." in page.text
    refused = hana.post(f"/listings/{table}/asks", {}, status=409)
    assert "Just gone." in refused.text


def test_a_gift_goes_from_ana_to_bruno(village: Village, visit: Visit) -> None:
    table = neighbours.table(village)
    ana, bruno = visit("ana"), visit("bruno")
    bruno.post(f"/listings/{table}/asks", {"words": "For our kitchen."})
    here = ana.post(f"/asks/{one_ask(village, table)}/answer", {"answer": "accept"}).headers["location"]
    ana.post(f"{here}/done", {})
    assert "Has “Table” changed hands?" in bruno.get("/needs").text
    page = bruno.follow(bruno.post(f"{here}/done", {}))
    assert "Done. Thank you." in page.text
    assert "1" in bruno.get("/me/sharing").text


def test_t5_squashes_for_three_and_the_third_is_offered_what_is_left(village: Village, visit: Visit) -> None:
    squashes = neighbours.squashes(village, pieces=10)
    ana = visit("ana")
    asks = {}
    for name in ("bruno", "chidi", "hana"):
        answer = visit(name).post(f"/listings/{squashes}/asks", {"quantity": "4"})
        asks[name] = answer.headers["location"]
    for name in ("bruno", "chidi"):
        ana.post(f"{asks[name]}/answer", {"answer": "accept"})
    refused = ana.post(f"{asks['hana']}/answer", {"answer": "accept"}, status=422)
    assert "Only 2 left." in refused.text
    ana.post(f"{asks['hana']}/answer", {"answer": "other_window", "quantity": "2"})
    page = visit("hana").get(asks["hana"])
    assert "2 pieces" in page.text
    visit("hana").post(f"{asks['hana']}/answer", {"answer": "accept"})
    with village.database.read() as session:
        assert queries.ask_block(session, village.dara, squashes, at=village.clock()).left_milli == 0


def test_help_is_done_sent_back_once_and_accepted(village: Village, visit: Visit) -> None:
    groceries = neighbours.groceries(village)
    ana, bruno = visit("ana"), visit("bruno")
    bruno.post(f"/listings/{groceries}/asks", {"words": "I go on Saturday."})
    here = ana.post(f"/asks/{one_ask(village, groceries)}/answer", {"answer": "accept"}).headers["location"]
    bruno.post(f"{here}/done", {})
    refused = ana.post(f"{here}/done", {"answer": "not_yet", "words": ""}, status=422)
    assert "what is missing" in refused.text
    ana.post(f"{here}/done", {"answer": "not_yet", "words": "The milk is missing."})
    assert "The milk is missing." in bruno.get(here).text
    bruno.post(f"{here}/done", {})
    ana.post(f"{here}/done", {})
    assert "Complete." in ana.get(here).text


def test_the_two_of_them_write_and_nobody_else_reads(village: Village, visit: Visit, node: Node) -> None:
    drill = neighbours.drill(village)
    ana, bruno, zoe = visit("ana"), visit("bruno"), visit("zoe")
    where = bruno.post(f"/listings/{drill}/asks", {}).headers["location"]
    ask = where.rpartition("/")[2]
    canary = "The key lies under the third pot."
    bruno.post(f"/threads/ask:{ask}/posts", {"words": canary})
    assert canary in ana.get(where).text
    assert "1 new" in ana.get("/messages").text
    for page in ("/messages", "/", "/needs", "/me/notices", "/me/sharing"):
        assert canary not in zoe.get(page).text
    for address in (where, f"/threads/ask:{ask}"):
        assert zoe.get(address, 404).status_code == 404
    zoe.post(f"/threads/ask:{ask}/posts", {"words": "x"}, status=404)
    with node.database.read() as session:
        from minga.communication.models import Post

        kept = session.query(Post).one()
        assert canary not in kept.sealed
    post = kept.id
    ana.post(f"/posts/{post}/removal", {}, status=403)
    zoe.post(f"/posts/{post}/removal", {}, status=404)
    bruno.post(f"/posts/{post}/edit", {"words": "Under the fourth."})
    assert "Under the fourth." in ana.get(where).text
    bruno.post(f"/posts/{post}/removal", {})
    assert "removed by author" in ana.get(where).text
    assert "Under the fourth." not in ana.get(where).text


def test_strangers_find_none_of_these_pages(village: Village, visit: Visit) -> None:
    exchange = neighbours.agreed(village, village.bruno, neighbours.drill(village))
    zoe, nobody = visit("zoe"), visit(None)
    for address in (
        f"/exchanges/{exchange.id}",
        f"/asks/{exchange.ask_id}",
        f"/threads/ask:{exchange.ask_id}",
    ):
        zoe.get(address, 404)
        nobody.get(address, 401)
    for address in ("start", "done", "cancellation"):
        zoe.post(f"/exchanges/{exchange.id}/{address}", {}, status=404)
    zoe.post(f"/asks/{exchange.ask_id}/answer", {"answer": "accept"}, status=404)
    zoe.get("/c/valley/more", 404)


def test_more_has_no_door_that_leads_nowhere(village: Village, visit: Visit) -> None:
    for name in ("ana", "bruno", "dara"):
        visitor = visit(name)
        page = visitor.get("/c/valley/more").text
        main = page[page.index("<main") :]
        doors = set(re.findall(r'href="(/[^"#?]*)"', main[: main.index("</main>")]))
        assert doors
        for door in doors - {"/sign-out"}:
            assert visitor.client.get(door).status_code in (200, 303), door


def test_home_shows_what_waits_and_what_is_new_within_its_budget(
    village: Village, visit: Visit, node: Node
) -> None:
    from minga.kit.db import count_statements

    for number in range(9):
        drill = neighbours.drill(village)
        neighbours.asked(village, village.bruno, drill)
        if number % 3 == 0:
            neighbours.lent(village, village.chidi, neighbours.drill(village))
    ana, dara = visit("ana"), visit("dara")
    page = ana.get("/").text
    assert "9</span>" in page or "more like this" in page
    page = dara.get("/").text
    assert page.count('href="/listings/') == 8
    with count_statements(node.database) as said:
        ana.get("/")
    asked = [one for one in said if one.lstrip().upper().startswith(("SELECT", "WITH"))]
    assert len(asked) <= 16, "\n\n".join(asked)


def test_later_puts_a_line_off_until_the_morning(village: Village, visit: Visit, clock: FixedClock) -> None:
    neighbours.asked(village, village.bruno, neighbours.drill(village))
    ana = visit("ana")
    later = re.search(r'action="(/needs/later[^"]*)"', ana.get("/needs").text)
    assert later is not None
    ana.post(later[1].replace("&amp;", "&"), {})
    assert "Bruno asks" not in ana.get("/needs").text
    clock.forward(days=1)
    assert "Bruno asks" in ana.get("/needs").text


def test_nobody_is_greeted_by_the_door(visit: Visit) -> None:
    assert visit(None).get("/", 303).headers["location"] == "/sign-in"
