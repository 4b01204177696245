"""Learning together by pages without script, by REST and from the command line (COM-2.6)."""

import re
from collections.abc import Callable

from minga.kit.clock import FixedClock
from tests.interfaces.test_api_exchanges import Call
from tests.interfaces.test_api_exchanges import call as call
from tests.interfaces.test_cli_exchanges import folk as folk
from tests.interfaces.test_cli_exchanges import run as run
from tests.sharing.test_lessons import add, knitting
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def test_ana_teaches_bruno_learns_and_chidi_waits(village: Village, visit: Visit, clock: FixedClock) -> None:
    listing = knitting(village)
    here = f"/listings/{listing}/lessons"
    ana, bruno, chidi = visit("ana"), visit("bruno"), visit("chidi")
    assert "Add a lesson" in ana.get(f"/listings/{listing}").text
    wrong = ana.post(here, {"day": "30.11.", "time": "18:00", "minutes": "long", "places": "1"}, status=422)
    assert "30.11." in wrong.text
    given = {"day": "30.11.", "time": "18:00", "minutes": "1:30", "places": "1", "times": "2"}
    ana.follow(ana.post(here, {**given, "place": "Hall", "note": "Ring twice"}))
    page = bruno.get(here)
    assert page.text.count(">Take a place<") == 2
    assert "Add a lesson" not in page.text
    [first, _second] = dict.fromkeys(re.findall(r'href="(/lessons/[0-9a-f]+)"', page.text))
    visit("zoe").get(first, status=404)
    visit("zoe").post(f"{first}/place", {}, status=404)
    bruno.get(f"{first}/lesson.ics", status=404)
    assert "You have a place." in bruno.follow(bruno.post(f"{first}/place", {})).text
    file = bruno.get(f"{first}/lesson.ics")
    assert "DTSTART:20261130T" in file.text
    assert "DESCRIPTION:Ring twice" in file.text
    assert "You wait for a place" in chidi.follow(chidi.post(f"{first}/place", {})).text
    page = chidi.get(first)
    assert "Ring twice" not in page.text
    assert "Bruno" not in page.text
    assert "Knitting" in bruno.get("/me/sharing").text
    bruno.post(f"{first}/leaving", {})
    assert "You have a place" in chidi.get(first).text
    assert "Chidi" in ana.get(first).text
    edit = {"day": "1.12.", "time": "18:00", "minutes": "1:00", "places": "0", "version": "1"}
    assert "1.12." in ana.post(f"{first}/edit", edit, status=422).text
    ana.follow(ana.post(f"{first}/edit", {**edit, "places": "3"}))
    clock.forward(days=20)
    page = ana.get(first)
    assert "Who came" in page.text
    ana.post(f"{first}/attendance", {"came": village.people["chidi"]})
    assert "You came" in chidi.get(first).text
    assert "over" in ana.get(f"{here}?over=1").text


def test_the_same_by_rest(village: Village, call: Call) -> None:
    listing = knitting(village)
    lesson = {"begins_at": "2026-11-30T18:00:00Z", "minutes": 90, "places": 1, "note": "Ring twice"}
    call("bruno", "POST", f"/listings/{listing}/lessons", lesson, status=403)
    call("zoe", "POST", f"/listings/{listing}/lessons", lesson, status=404)
    call("ana", "POST", f"/listings/{listing}/lessons", {**lesson, "places": 0}, status=422)
    naive = {**lesson, "begins_at": "2026-11-30T18:00:00"}
    call("ana", "POST", f"/listings/{listing}/lessons", naive, status=422)
    [made] = call("ana", "POST", f"/listings/{listing}/lessons", lesson, status=201)["items"]
    path = f"/lessons/{made['id']}"
    assert call("bruno", "POST", f"{path}/place", status=201)["mine"] == {
        "waits": False,
        "position": None,
        "came": None,
    }
    waits = call("chidi", "POST", f"{path}/place", status=201)
    assert (waits["mine"]["position"], waits["note"], waits.get("people")) == (1, "", None)
    call("zoe", "GET", path, status=404)
    call("chidi", "DELETE", f"{path}/people/{village.people['bruno']}", status=404)
    stale = {"If-Match": '"9"'}
    call("ana", "PUT", path, {**lesson, "places": 2}, status=412, **stale)
    assert call("ana", "PUT", path, {**lesson, "places": 2})["taken"] == 2
    assert len(call("ana", "GET", path)["people"]) == 2
    call("chidi", "DELETE", f"{path}/place", status=204)
    call("ana", "PUT", f"{path}/attendance", {"came": {village.people["bruno"]: True}}, status=409)
    assert [one["id"] for one in call("bruno", "GET", "/lessons")["items"]] == [made["id"]]
    assert call("ana", "POST", f"{path}/cancellation", {"words": "I am ill."})["state"] == "cancelled"
    assert call("bruno", "GET", path)["cancel_words"] == "I am ill."


def test_the_same_from_the_command_line(folk: Village, run: Callable[..., list[dict[str, object]]]) -> None:
    listing = knitting(folk)
    [one] = add(folk, listing)
    [taken] = run("lesson", "take", one, who="bruno")
    assert (taken["taken"], taken["has_place"]) == (1, True)
    assert [line["id"] for line in run("lesson", "list", who="bruno")] == [one]
    run("lesson", "add", listing, "2026-12-22T18:00+01:00", "--places", "8", who="bruno", code=4)
    run("lesson", "leave", one, who="bruno")
    run("lesson", "attended", one, "bruno", who="ana", code=2)
    [gone] = run("lesson", "cancel", one, "--words", "I am ill.", who="ana")
    assert gone["state"] == "cancelled"
