"""No table that the node writes has a cell that a program for tables takes for a formula."""

import ast
import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

import minga
from minga.communities import commands as communities
from minga.communities.rules.agreements import Text
from minga.identity import commands as identity
from minga.interfaces.http import Node
from minga.kit.csvfiles import defused
from minga.kit.ids import new_id
from minga.ledger import commands as ledger
from tests.sharing.makers import post
from tests.village import Village
from tests.visitor import Visitor

ROOT = Path(minga.__file__).parent
READS = {"kit/csvfiles.py"}
"""Writes a table only to read it again itself."""
EVIL = '=HYPERLINK("http://evil.example","x")'
BEGINNINGS = ("=1+1", "+1", "-1+1", "@SUM(1)", "\t=1", "\r=1")


@pytest.mark.parametrize("cell", BEGINNINGS)
def test_every_dangerous_beginning_is_defused(cell: str) -> None:
    assert defused(cell) == f"'{cell}"


def test_whoever_writes_a_table_defuses_its_cells() -> None:
    """A program check, so that the next table does not forget it: nobody but `kit` has a way of their own."""
    forgot = []
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
        writes = any(
            isinstance(one, ast.Attribute)
            and one.attr in {"writer", "DictWriter"}
            and getattr(one.value, "id", "") == "csv"
            for one in calls
        )
        uses = any(isinstance(one, ast.Name) and one.id == "defused" for one in calls)
        if writes and not uses and name not in READS:
            forgot.append(name)
    assert forgot == []


@pytest.mark.parametrize("engine", ["sqlite"])
def test_tables_of_the_pages_hold_no_formula(
    node: Node, village: Village, visit: Callable[[str | None], Visitor]
) -> None:
    """Somebody calls themselves, and what they offer and write, by formulas; every table over HTTP is looked through."""
    at = village.clock()
    with node.database.write() as session:
        identity.change_profile(
            session, village.bruno, values={"name": EVIL, "about": EVIL}, audiences={}, at=at
        )
        post(session, village.bruno, village.valley, EVIL, at=at)
        texts = [Text("en", EVIL, "1. Be kind.")]
        asked = communities.publish_agreement(
            session, village.ana, village.valley, "kind", texts, must_accept=True, change="", at=at
        )
        communities.agree(session, village.chidi, asked.id, at=at)
        thanks = {"entry_id": new_id(), "words": EVIL, "thanks": True}
        ledger.give(session, village.bruno, village.valley, village.people["ana"], 10, **thanks, at=at)  # type: ignore[arg-type]
    ana = visit("ana")
    found = {
        "members": ana.post("/c/valley/members/file", {"purpose": EVIL}, 200),
        "log": ana.get("/c/valley/log/file"),
        "listings": ana.post("/c/valley/exports/listings", {}, 200),
        "faults": ana.get(
            ana.post(
                "/c/valley/members/import",
                {},
                files={
                    "file": (
                        "p.csv",
                        f'name,mail\n"{EVIL.replace(chr(34), chr(34) * 2)}",no\n'.encode(),
                        "text/csv",
                    )
                },
            ).headers["location"]
            + "/faults"
        ),
    }
    for name, answer in found.items():
        rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
        assert len(rows) > 1, name
        cells = [cell for row in rows[1:] for cell in row]
        assert [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))] == [], name
        assert [
            cell for cell in cells if cell.startswith("-") and not cell[1:].replace(".", "").isdigit()
        ] == []
        if name != "log":
            assert any("HYPERLINK" in cell for cell in cells), name
