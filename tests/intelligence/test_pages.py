"""Suggestions over pages, API and command line: for the owner, explained, put away, switched off."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from minga.intelligence import commands
from minga.interfaces.cli import main
from minga.kit import engines, secrets
from minga.kit.clock import FixedClock
from minga.kit.db import Database
from tests.conftest import MONDAY
from tests.intelligence.test_matching import listed
from tests.village import Village, build_village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def drills(village: Village) -> tuple[str, str]:
    """Bruno needs one, Ana has one; counted and matched."""
    need = listed(village, village.bruno, "Looking for a cordless drill", need=True)
    offer = listed(village, village.ana, "Taladro percutor")
    with village.database.write() as session:
        for id in (need, offer):
            commands.match_listing(session, id, at=village.clock())
    return need, offer


def test_might_fit_stands_on_the_page_of_its_owner_and_nowhere_else(village: Village, visit: Visit) -> None:
    """COM-4.12: on the listing, under *For you*, with reasons; others see the listing without it."""
    need, offer = drills(village)
    bruno = visit("bruno")
    page = bruno.get(f"/listings/{need}").text
    assert "Might fit" in page
    assert "Taladro percutor" in page
    assert "both are about “drill”" in page
    assert "For you" in visit("ana").get("/me/sharing").text
    assert "Might fit" not in visit("hana").get(f"/listings/{need}").text
    assert bruno.get(f"/listings/{need}/matches").text.count(f"/listings/{offer}") == 1
    for other in ("ana", "hana", "zoe"):
        visit(other).get(f"/listings/{need}/matches", status=404)
    visit(None).get(f"/listings/{need}/matches", status=401)
    [match] = re.findall(r"/matches/([0-9a-f]{32})/not-useful", page)
    visit("hana").post(f"/matches/{match}/not-useful", status=404)
    bruno.post(f"/matches/{match}/not-useful", {"back": need})
    assert "Might fit" not in bruno.get(f"/listings/{need}").text


def test_the_switch(village: Village, visit: Visit) -> None:
    need, _ = drills(village)
    ana, bruno = visit("ana"), visit("bruno")
    ana.post("/me/suggestions", {"on": "no"})
    assert "Switch suggestions on" in ana.get("/me/sharing").text
    assert "Might fit" not in bruno.get(f"/listings/{need}").text
    ana.post("/me/suggestions", {"on": "yes"})
    assert "Switch suggestions off" in ana.get("/me/sharing").text


def test_headings_are_suggested_where_something_is_written(village: Village, visit: Visit) -> None:
    page = visit("ana").post(
        "/c/valley/listings/new?direction=offer&kind=item",
        {"direction": "offer", "kind": "item", "title": "Taladro percutor", "condition": "99"},
        status=422,
    )
    assert "Might fit: Tools" in page.text


def test_the_same_by_rest(village: Village, call: Any) -> None:
    need, offer = drills(village)
    [one] = call("bruno", "GET", f"/listings/{need}/matches")["items"]
    assert one["listing"]["id"] == offer
    assert sum(term["points"] for term in one["terms"]) == one["score"]
    assert "reputation" in one["not_used"]
    assert len(call("ana", "GET", "/me/matches")["items"]) == 1
    call("hana", "GET", f"/listings/{need}/matches", status=404)
    call("bruno", "GET", f"/listings/{need}/matches", status=403, scope="communities.read")
    call("hana", "POST", f"/matches/{one['id']}/not-useful", status=404)
    call("bruno", "POST", f"/matches/{one['id']}/not-useful", status=204)
    assert call("bruno", "GET", f"/listings/{need}/matches")["items"] == []
    assert call("ana", "POST", "/me/suggestions", {"on": False}) == {"on": False}
    assert call("ana", "GET", "/me/matches")["items"] == []
    found = call("ana", "GET", "/communities/valley/categories/suggestions?title=Bicycle repair")["items"]
    assert found[0]["labels"]["en"] in ("Repairs", "Bicycles and cars")
    call("zoe", "GET", "/communities/valley/categories/suggestions?title=x", status=404)


def test_the_same_on_the_command_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    sqlite_template: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And what is known about somebody is the same when it is recomputed."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    secrets.generate(folder)
    shutil.copy(sqlite_template, folder / "minga.db")
    (folder / "minga.db").chmod(0o600)
    monkeypatch.setenv("MINGA_HOME", str(folder))
    monkeypatch.setattr(engines, "sqlite_is_safe", lambda: True)
    village = build_village(Database.open(f"sqlite:///{folder}/minga.db"), FixedClock(MONDAY))
    need, offer = drills(village)

    def run(*words: str, code: int = 0) -> list[dict[str, Any]]:
        ended = main([*words, "--json", "--dev", "--at", MONDAY.isoformat()])
        said = capsys.readouterr()
        assert ended == code, f"{words}: {ended}\n{said.out}\n{said.err}"
        return [json.loads(line) for line in said.out.splitlines()]

    found = run("match", "listing", need, "--as", "bruno")
    assert offer in json.dumps(found)
    run("match", "listing", need, "--as", "hana", code=3)
    assert "bike_repair" in json.dumps(run("match", "concepts"))
    assert run("facts", "rebuild", "--check")
    assert run("facts", "list", "--as", "bruno") == []
