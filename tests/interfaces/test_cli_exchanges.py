"""A loan, a gift and a helping hand from the command line, with the exit codes of the contract."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from minga.interfaces.cli import main
from minga.kit import engines, secrets
from minga.kit.clock import FixedClock
from minga.kit.db import Database
from tests.conftest import MONDAY
from tests.sharing import neighbours
from tests.village import Village, build_village

AT = ("--dev", "--at", MONDAY.isoformat())


@pytest.fixture
def folk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path) -> Village:
    """The village in a node's own folder."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    secrets.generate(folder)
    shutil.copy(sqlite_template, folder / "minga.db")
    (folder / "minga.db").chmod(0o600)
    monkeypatch.setenv("MINGA_HOME", str(folder))
    monkeypatch.setattr(engines, "sqlite_is_safe", lambda: True)
    return build_village(Database.open(f"sqlite:///{folder}/minga.db"), FixedClock(MONDAY))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """`run("loan", "lend", id, who="ana")`: the documents of a command that ended with that code."""

    def one(*words: str, who: str = "", code: int = 0) -> list[dict[str, Any]]:
        acting = ("--as", who) if who else ()
        ended = main([*words, *acting, "--json", "--yes", *AT])
        said = capsys.readouterr()
        assert ended == code, f"{words}: {ended}\n{said.out}\n{said.err}"
        return [json.loads(line) for line in said.out.splitlines()]

    return one


def test_a_loan_from_ask_to_return(folk: Village, run: Any) -> None:
    drill = neighbours.drill(folk)
    [sent] = run("ask", "send", drill, "--words", "For a shelf.", who="bruno")
    assert sent["schema"] == "minga.cli/1 ask send"
    assert len(sent["events"]) == 1
    assert [one["id"] for one in run("ask", "list", drill, who="ana")] == [sent["id"]]
    [answered] = run("ask", "answer", sent["id"], "yes", who="ana")
    assert answered["state"] == "accepted"
    [out] = run("loan", "lend", answered["exchange"], "--condition", "4", who="ana")
    assert (out["status"], out["due_on"]) == ("active", "2026-11-30")
    run("loan", "renew", out["loan"], who="bruno")
    assert run("loan", "overdue", who="bruno") == []
    run("loan", "back", out["loan"], who="bruno")
    assert [one["kind"] for one in run("needs", who="ana")] == ["back_to_confirm"]
    [back] = run("loan", "back", out["loan"], "--condition", "3", who="ana")
    assert back["status"] == "returned"
    assert run("exchange", "list", "--status", "returned", who="bruno")[0]["id"] == back["id"]


def test_help_is_sent_back_and_accepted(folk: Village, run: Any) -> None:
    [sent] = run("ask", "send", neighbours.groceries(folk), who="bruno")
    [answered] = run("ask", "answer", sent["id"], "yes", who="ana")
    here = answered["exchange"]
    run("exchange", "start", here, who="bruno")
    run("exchange", "done", here, who="bruno")
    run("exchange", "done", here, "--not-yet", "The milk.", who="ana")
    run("exchange", "done", here, who="bruno")
    [done] = run("exchange", "done", here, who="ana")
    assert done["status"] == "completed"


def test_another_day_a_withdrawal_and_calling_off(folk: Village, run: Any) -> None:
    drill = neighbours.drill(folk)
    [sent] = run("ask", "send", drill, who="bruno")
    run("ask", "answer", sent["id"], "other", "--from", "2026-11-25", "--until", "2026-11-27", who="ana")
    [agreed] = run("ask", "answer", sent["id"], "yes", who="bruno")
    [off] = run("exchange", "cancel", agreed["exchange"], who="bruno")
    assert off["status"] == "cancelled"
    [second] = run("ask", "send", drill, who="chidi")
    [back] = run("ask", "withdraw", second["id"], who="chidi")
    assert back["state"] == "withdrawn"


def test_each_way_to_fail_has_its_code(folk: Village, run: Any) -> None:
    drill = neighbours.drill(folk)
    run("ask", "send", drill, who="zoe", code=3)
    run("ask", "send", drill, who="ana", code=1)
    run("ask", "send", drill, "--from", "tomorrow", who="bruno", code=2)
    run("ask", "send", drill, "--term", "theft", who="bruno", code=2)
    [sent] = run("ask", "send", drill, who="bruno")
    run("ask", "send", drill, who="bruno", code=5)
    run("ask", "answer", sent["id"], "perhaps", who="ana", code=2)
    run("ask", "answer", sent["id"], "yes", who="bruno", code=5)
    run("ask", "withdraw", sent["id"], who="ana", code=4)
    run("exchange", "list", "--status", "lost", who="ana", code=2)
    run("needs", code=2)
    run("loan", "back", sent["id"], who="ana", code=3)
