"""A community leaves by page and by the command line: two people, a file for a week, in again elsewhere, cards for all."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from minga.communities.commands.moving import forget_exports
from minga.interfaces.asgi import build
from minga.interfaces.cli import main
from minga.interfaces.http import Node
from minga.kit.clock import FixedClock
from minga.kit.events import EventRow
from minga.kit.ids import new_id
from minga.kit.jobs import Run, work_once
from tests.leaving.moving import records, taken_out, text_of
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def test_two_people_take_the_community_out(
    node: Node, village: Village, visit: Visit, clock: FixedClock
) -> None:
    """A stranger and a member see nothing; one steward alone gets no file; a file goes after a week."""
    ana, chidi, bruno, zoe = (visit(name) for name in ("ana", "chidi", "bruno", "zoe"))
    zoe.get("/c/valley/export", 404)
    bruno.get("/c/valley/export", 403)
    bruno.post("/c/valley/export", {"words": "Mine"}, status=403)
    waits = ana.post("/c/valley/export", {"words": "We move."}).headers["location"]
    work_once(node.database, node.clock, node.settings)
    assert "No file was made yet" in ana.get("/c/valley/export").text
    ana.post(f"{waits}/yes", status=403)
    bruno.post(f"{waits}/yes", status=404)
    assert "take all of the community out" in chidi.get(waits).text
    chidi.post(f"{waits}/yes")
    work_once(node.database, node.clock, node.settings)
    page = ana.get("/c/valley/export").text
    link = page.partition('href="/exports/')[2].partition('"')[0]
    taken = chidi.get(f"/exports/{link}")
    assert records(taken.content) == records(taken_out(node, "valley", clock()))
    assert any("CommunityExported" in line for line in text_of(taken.content))
    bruno.get(f"/exports/{link}", 403)
    zoe.get(f"/exports/{link}", 404)
    visit(None).get(f"/exports/{link}", 401)
    assert "taken out as a file" in bruno.get("/c/valley/log").text
    clock.forward(days=8)
    ana.sign_in(village.people["ana"])
    ana.get(f"/exports/{link}", 404)
    forget_exports(Run(node.database, node.clock, node.settings, job_id=new_id(), tries=1), {})
    assert not list((Path(node.settings.home) / "exports").glob("*.minga"))


def test_a_community_moves_by_the_command_line(
    node: Node,
    second_node: Node,
    village: Village,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    clock: FixedClock,
) -> None:
    """Tried first, and nothing is kept; brought in with --apply; a card for each of the five; refused files exit with 9."""

    def run(at: Node, *words: str, code: int = 0) -> dict[str, object]:
        monkeypatch.setenv("MINGA_DATABASE_URL", at.settings.database_url)
        monkeypatch.setenv("MINGA_SECRET", at.settings.secret.reveal())
        capsys.readouterr()
        assert main([*words, "--data", str(at.settings.home), "--json"]) == code
        said = capsys.readouterr().out.strip().splitlines()
        return json.loads(said[-1]) if said else {}

    file, cards = tmp_path / "valley.minga", tmp_path / "cards.csv"
    out = run(node, "export", "community", "valley", "-o", str(file))
    assert out["counts"]["membership"] == 5  # type: ignore[index]
    assert not run(second_node, "import", "community", str(file))["kept"]
    assert run(second_node, "community", "list") == {}
    run(second_node, "import", "community", str(file), "--apply", "--slug", "vale", "--cards", str(cards))
    assert run(second_node, "community", "list")["slug"] == "vale"
    rows = list(csv.DictReader(io.StringIO(cards.read_text())))
    assert {row["handle"] for row in rows} == {"ana", "bruno", "chidi", "dara", "hana"}
    run(second_node, "operator", "add", "Kim")
    link = next(row["link"] for row in rows if row["handle"] == "bruno")
    path = link[link.index("/claim/") :]
    bruno = Visitor(build(second_node, working=False), second_node)
    assert "Valley moved to this place" in bruno.get(path).text
    bruno.post(path, {"means": "password", "password": "short"}, 422)
    bruno.post(path, {"means": "password", "password": "barley tram october night"})
    assert "Valley" in bruno.get("/c/vale").text
    Visitor(build(second_node, working=False), second_node).get(path, 404)
    run(second_node, "import", "community", str(file), "--apply", "--slug", "again", code=9)
    file.write_bytes(b"nothing")
    run(second_node, "import", "community", str(file), code=9)
    run(node, "export", "community", "nowhere", "-o", str(tmp_path / "none.minga"), code=3)
    run(node, "export", "community", "valley", "-o", str(tmp_path / "none.minga"), "--as", "ana", code=3)
    own = run(node, "export", "me", "-o", str(tmp_path / "ana.zip"), "--as", "ana")
    assert (tmp_path / "ana.zip").read_bytes()[:2] == b"PK"
    assert own["rows"]
    with second_node.database.read() as session:
        told = session.scalars(select(EventRow.name).where(EventRow.root_id.is_(None))).all()
    assert "CommunityImported" in told
