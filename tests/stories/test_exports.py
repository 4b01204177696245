"""Taking listings out by page and on the command line: a file for members, nothing for strangers, a line in the log."""

import json
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from minga.kit.events import EventRow
from minga.sharing import commands as sharing
from tests.interfaces.test_cli_exchanges import folk as folk
from tests.interfaces.test_cli_exchanges import run as run
from tests.sharing import neighbours
from tests.sharing.neighbours import asked
from tests.sharing.test_desk import lend, library
from tests.stories.test_listings import post
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def test_a_member_takes_a_file_and_the_log_says_so(visit: Visit, village: Village) -> None:
    ana, zoe = visit("ana"), visit("zoe")
    post(ana, "=Canary()")
    zoe.get("/c/valley/exports/listings", 404)
    assert "All open listings" in ana.get("/c/valley/exports/listings").text
    zoe.post("/c/valley/exports/listings", {"as": "csv"}, status=404)
    answer = ana.post("/c/valley/exports/listings", {"as": "csv", "bom": "1"}, status=200)
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    assert "\ufeff" in answer.text[:1]
    assert "'=Canary()" in answer.text
    lines = ana.post("/c/valley/exports/listings", {"as": "lines"}, status=200)
    assert '"title": "=Canary()"' in lines.text
    with village.database.read() as session:
        said = session.scalars(select(EventRow.name).where(EventRow.name == "ListingsExported")).all()
    assert len(said) == 2


def test_loans_go_out_to_those_at_the_desk_and_ones_own_part_to_oneself(
    visit: Visit, village: Village
) -> None:
    drill = library(village, title="=Drill")
    lend(village, drill, "bruno")
    table = neighbours.table(village)
    asked(village, village.hana, table)
    here = "/c/valley/exports/loans"
    for name, status in (("zoe", 404), ("bruno", 403)):
        visit(name).get(here, status=status)
        visit(name).post(here, {"as": "csv"}, status=status)
    chidi = visit("chidi")
    assert "Take out what is lent" in chidi.get(here).text
    loans = chidi.post(here, {"as": "csv"}, status=200).text
    assert "'=Drill,Bruno,bruno" in loans
    with village.database.read() as session:
        said = session.scalars(select(EventRow.facts).where(EventRow.name == "LoansExported")).all()
    assert [one["taken"] for one in said] == [1]
    own = "/me/sharing/export"
    for name, expected in (("bruno", "receiver"), ("chidi", "provider")):
        taken = visit(name).post(own, {"table": "exchanges", "as": "lines"}, status=200).text
        assert [json.loads(line)["side"] for line in taken.splitlines()] == [expected]
    assert "receiver" not in visit("hana").post(own, {"table": "exchanges"}, status=200).text
    asks = {
        name: visit(name).post(own, {"table": "asks"}, status=200).text for name in ("hana", "ana", "zoe")
    }
    assert ",asked," in asks["hana"]
    assert ",answers," in asks["ana"]
    assert asks["zoe"].count("\n") == 1
    held = visit("bruno").post(own, {"table": "reservations", "as": "lines"}, status=200).text
    assert "=Drill" in held
    visit("bruno").post(own, {"table": "everything"}, status=422)
    visit(None).post(own, {"table": "asks"}, status=401)


def test_what_is_reserved_waited_for_and_asked_for_goes_out_too(visit: Visit, village: Village) -> None:
    drill = library(village, title="Drill")
    lend(village, drill, "bruno")
    with village.database.write() as session:
        sharing.join(session, village.hana, drill, wished_days=3, at=village.clock())
    asked(village, village.dara, library(village, title="Ladder"))
    here, chidi = "/c/valley/exports/loans", visit("chidi")
    visit("bruno").post(here, {"table": "waiting"}, status=403)
    visit("zoe").post(here, {"table": "asks"}, status=404)
    chidi.post(here, {"table": "everything"}, status=422)

    def taken(table: str) -> list[dict[str, str]]:
        lines = chidi.post(here, {"table": table, "as": "lines"}, status=200).text
        return [json.loads(line) for line in lines.splitlines()]

    assert [(one["title"], one["handle"]) for one in taken("waiting")] == [("Drill", "hana")]
    assert [(one["handle"], one["title"]) for one in taken("asks")] == [("dara", "Ladder")]
    assert "words" not in taken("asks")[0]
    assert [(one["handle"], one["state"]) for one in taken("reservations")] in ([], [("bruno", "out")])
    assert chidi.post(here, {"table": "asks"}, status=200).text.startswith("ask,number,title")


def test_the_same_from_the_command_line(
    folk: Village, run: Callable[..., list[object]], tmp_path: Path
) -> None:
    lend(folk, library(folk), "bruno")
    for words, who in ((("loans",), "chidi"), (("sharing", "exchanges"), "bruno")):
        file = tmp_path / f"{who}.csv"
        run("export", *words, str(file), "--community", "valley", who=who)
        assert "Drill" in file.read_text()
    run("export", "loans", str(tmp_path / "no.csv"), "--community", "valley", who="bruno", code=4)
    run("export", "sharing", "all", who="bruno", code=2)
