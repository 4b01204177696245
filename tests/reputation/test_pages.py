"""Stories of reputation over pages and API: what is shown with an ask, and what somebody sees of themselves."""

import re
from collections.abc import Callable
from typing import Any

from minga.sharing import commands as sharing
from tests.sharing import neighbours
from tests.sharing.neighbours import lent
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def thirteen_loans(village: Village, work: Callable[[], None]) -> None:
    """Bruno brought twelve things back in time and one late."""
    for number in range(13):
        loan = lent(village, village.bruno, neighbours.drill(village))
        village.clock.forward(days=40 if number == 4 else 5)
        with village.database.write() as session:
            sharing.take_back(session, village.ana, loan, at=village.clock())
    work()


def test_counts_are_shown_only_as_long_as_the_asker_leaves_it_ticked(
    village: Village, visit: Visit, work: Callable[[], None]
) -> None:
    """T21: "12 of 13" on Ana's page because Bruno left it ticked; unticked, neutral words in the same style."""
    thirteen_loans(village, work)
    ana, bruno = visit("ana"), visit("bruno")
    for ticked in (True, False):
        listing = neighbours.table(village)
        page = bruno.get(f"/listings/{listing}").text
        assert "Ana will see: 12 of 13 agreements kept." in page
        assert 'name="show_facts" value="1" checked' in page
        sent = {"words": "For a shelf."} | ({"show_facts": "1"} if ticked else {})
        ask = bruno.post(f"/listings/{listing}/asks", sent).headers["location"]
        for address in (f"/listings/{listing}/asks", ask):
            shown = ana.get(address).text
            said = "12 of 13 agreements kept in two years." if ticked else "Bruno keeps this private."
            assert f'<p class="soft">{said}</p>' in shown
            assert ("12 of 13" in shown) is ticked
        for other in ("hana", "zoe"):
            assert "12 of 13" not in visit(other).client.get(f"/listings/{listing}/asks").text


def test_somebody_sees_all_of_their_own_with_its_sources(
    village: Village, visit: Visit, work: Callable[[], None]
) -> None:
    """COM-0.6, COM-2.12: counts, interval, formula, and each fact with where it came from; nobody else."""
    visit("bruno").get("/me/reputation")
    thirteen_loans(village, work)
    bruno = visit("bruno")
    page = bruno.get("/me/reputation").text
    assert "12 of 13 in your favour" in page
    assert "formula beta-1" in page
    assert re.search(r"Received in the last year</dt>\s*<dd>13 times", page)
    only = bruno.get("/me/reputation?dimension=reliability").text
    assert only.count("You brought it back in time") == 12
    assert only.count("You brought it back late") == 1
    fact = only.split('href="/facts/')[1].split('"')[0]
    assert "Not so?" in bruno.get(f"/facts/{fact}").text
    for other in ("ana", "chidi", "zoe"):
        visit(other).get(f"/facts/{fact}", status=404)
    visit(None).get("/me/reputation", status=401)
    own = visit("ana").get("/me/reputation").text
    assert "You brought it back" not in own


def test_not_so_and_the_other_side_agrees(village: Village, visit: Visit, work: Callable[[], None]) -> None:
    loan = lent(village, village.bruno, neighbours.drill(village))
    village.clock.forward(days=40)
    with village.database.write() as session:
        sharing.take_back(session, village.ana, loan, at=village.clock())
    work()
    ana, bruno = visit("ana"), visit("bruno")
    page = bruno.get("/me/reputation?dimension=reliability").text
    fact = page.split('href="/facts/')[1].split('"')[0]
    assert "What was it like?" in bruno.post(f"/facts/{fact}/contest", {"words": " "}, status=422).text
    bruno.post(f"/facts/{fact}/contest", {"words": "Ana was away that week."})
    work()
    assert f"/facts/{fact}" in ana.get("/me/notices").text
    seen = ana.get(f"/facts/{fact}").text
    assert "Ana was away that week." in seen
    ana.post(f"/facts/{fact}/agreement", {"answer": "not_so"})
    work()
    assert "It counts no more." in bruno.get(f"/facts/{fact}").text
    assert f"/facts/{fact}" in bruno.get("/me/notices").text


def test_the_same_by_rest(village: Village, work: Callable[[], None], call: Any) -> None:
    thirteen_loans(village, work)
    found = call("bruno", "GET", "/me/reputation?dimension=reliability")
    [standing] = found["communities"]
    kept = next(one for one in standing["figures"] if one["dimension"] == "reliability")
    assert (kept["positive_halves"], kept["negative_halves"], kept["formula"]) == (24, 2, "beta-1")
    late = next(one for one in found["facts"] if one["what"] == "back_late")
    call("ana", "GET", f"/facts/{late['id']}", status=404)
    call("bruno", "POST", f"/facts/{late['id']}/contest", {"words": "She was away."}, status=201)
    call("zoe", "POST", f"/facts/{late['id']}/agreement", {"answer": "not_so"}, status=404)
    assert call("ana", "GET", f"/facts/{late['id']}")["event"] == ""
    assert call("ana", "POST", f"/facts/{late['id']}/agreement", {"answer": "not_so"})["struck"] is True
    call("bruno", "GET", "/me/reputation", status=403, scope="sharing.read")
    listing = neighbours.table(village)
    for shows, facts in ((True, {"kept": 12, "of": 12}), (False, None)):
        who = "bruno"
        body = {"words": "Please.", "show_facts": shows}
        ask = call(who, "POST", f"/listings/{listing}/asks", body, status=201)
        assert call("ana", "GET", f"/asks/{ask['id']}")["facts"] == facts
        assert call("ana", "GET", f"/listings/{listing}/asks")["items"][0]["facts"] == facts
        call(who, "POST", f"/asks/{ask['id']}/withdrawal")
