"""The ledger on the command line, with the exit codes of the contract."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from minga.interfaces.cli import main
from minga.interfaces.http import Node
from tests.ledger.makers import pay
from tests.ledger.unguarded import without_triggers
from tests.village import Village

Run = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def run(
    node: Node, village: Village, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Run:
    monkeypatch.setenv("MINGA_DATABASE_URL", node.settings.database_url)
    monkeypatch.setenv("MINGA_SECRET", node.settings.secret.reveal())

    def one(*words: str, code: int = 0) -> list[dict[str, Any]]:
        capsys.readouterr()
        line = ["ledger", *words, "--community", "valley", "--data", str(node.settings.home), "--json"]
        assert main(line) == code
        return [json.loads(said) for said in capsys.readouterr().out.strip().splitlines()]

    return one


def test_a_book_is_sealed_verified_recounted(run: Run, village: Village) -> None:
    assert run("verify")[0]["breaches"] == []
    pay(village, "ana", "bruno", 90)
    assert run("seal", "--dry-run")[0]["to_no"] == 1
    assert run("verify")[0]["numbered"] == 0
    assert run("seal")[0]["to_no"] == 1
    assert run("seal")[0]["n"] is None
    assert run("verify", "--as", "ana")[0]["seals"] == 1
    assert [(one["code"], one["kept"]) for one in run("recount")] == [("M0001-TIME", -90), ("M0002-TIME", 90)]
    run("verify", "--as", "bruno", code=4)
    run("recount", "--as", "zoe", code=3)
    run("seal", "--as", "ana", code=4)


def test_a_difference_ends_with_seven(run: Run, village: Village) -> None:
    pay(village, "ana", "bruno", 90)
    with village.database.write() as session:
        without_triggers(session)
        session.execute(text("UPDATE balance SET posted = posted + 1"))
    assert run("verify", code=7)[0]["breaches"][0]["code"] == "balance_differs"
    run("recount", code=7)


def test_a_statement_is_for_its_owner(run: Run, village: Village) -> None:
    pay(village, "ana", "bruno", 90, memo="Bread")
    line = run("statement", "--as", "bruno")[0]
    assert (line["amount"], line["after"], line["words"], line["other"]) == (90, 90, "Bread", "Ana")
    run("statement", "--as", "hana", code=3)
    run("statement", "--as", "zoe", code=3)


def test_a_journal_is_written_to_a_new_file(run: Run, village: Village, tmp_path: Path) -> None:
    run("export", code=3)
    pay(village, "ana", "bruno", 90, memo="A secret of Ana")
    path = tmp_path / "valley.journal"
    run("export", "--format", "beancount", "-o", str(path), "--dry-run")
    assert not path.exists()
    run("export", "--format", "beancount", "-o", str(path))
    written = path.read_text(encoding="utf-8")
    assert "Liabilities:Members:M0001-TIME    90 TIME" in written
    assert "Ana" not in written, "a journal carries no names and no words"
    run("export", "-o", str(path), code=9)
    run("export", "--format", "gnucash", code=2)
    run("export", "--as", "bruno", code=4)
