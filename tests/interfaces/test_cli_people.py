"""People, operators, sign-ins and new links on the command line, over a node of its own."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from minga.identity import Actor, commands
from minga.identity.access import actor_from_cookie, asked_key
from minga.identity.commands import Browser
from minga.interfaces.cli import main
from minga.kit import secrets
from minga.kit.db import Database
from tests.interfaces.homes import made_home


@pytest.fixture
def home(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A node as `minga up` leaves it."""
    return made_home(sqlite_template, tmp_path / "home", monkeypatch)


def said(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_create_admin_makes_or_promotes_and_can_be_repeated(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    links = set()
    for _ in range(2):
        assert main(["create-admin", "Ivo", "--json"]) == 0
        answer = said(capsys)[-1]
        assert answer["handle"] == "ivo"
        links.add(answer["link"])
    assert len(links) == 2
    assert main(["operator", "list", "--json"]) == 0
    assert [row["handle"] for row in said(capsys)] == ["ivo"]
    assert main(["operator", "end", "ivo", "--yes"]) == 4


def test_a_person_is_suspended_opened_again_and_given_a_link(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["operator", "add", "Bruno", "--json"]) == 0
    assert main(["person", "suspend", "bruno"]) == 8
    assert main(["person", "suspend", "@Bruno", "--yes"]) == 0
    assert main(["person", "unsuspend", "bruno"]) == 0
    capsys.readouterr()
    assert main(["person", "link", "bruno", "--json"]) == 0
    assert "/sign-in/link/" in said(capsys)[-1]["link"]
    assert main(["person", "link", "nobody"]) == 3
    assert main(["person", "list", "--search", "bru", "--json"]) == 0
    assert said(capsys)[0]["handle"] == "bruno"
    assert main(["person", "show", "bruno"]) == 0
    assert main(["person", "photo-reset", "bruno"]) == 0


def test_waiting_sign_ins_are_listed_approved_and_denied(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["operator", "add", "Dara", "--json"]) == 0
    capsys.readouterr()
    secret = secrets.read(home, "secret")
    assert secret
    now = datetime.now(UTC)
    database = Database.open(f"sqlite:///{home}/minga.db")
    with database.write() as session:
        cookies = [
            commands.ask_for_word(
                session, "dara", asked_key=asked_key(secret, "dara"), browser=Browser(), at=now
            )
            for _ in range(3)
        ]
    assert main(["session", "list", "--waiting", "--json"]) == 0
    rows = said(capsys)
    assert [row["state"] for row in rows] == ["waiting"] * 3
    assert main(["session", "approve", rows[-1]["id"]]) == 0
    assert main(["session", "deny", rows[0]["id"]]) == 0
    assert main(["session", "approve", rows[0]["id"]]) == 3
    assert main(["session", "deny"]) == 2
    assert main(["session", "deny", "--stale"]) == 0
    with database.read() as session:
        live = [actor_from_cookie(session, one, at=datetime.now(UTC))[0].signed_in for one in cookies]
    assert live == [True, False, False]
    capsys.readouterr()
    assert main(["session", "end", "--person", "dara", "--json"]) == 0
    assert said(capsys)[-1]["ended"] == 2
    database.close()


def test_rotating_asks_whose_and_kills_old_links(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["operator", "add", "Ana", "--json"]) == 0
    assert main(["invite", "rotate"]) == 2
    assert main(["invite", "rotate", "--by", "ana", "--yes"]) == 0
    assert main(["invite", "rotate", "--all", "--yes"]) == 0
    assert main(["invite", "rotate", "--by", "nobody", "--yes"]) == 3


def test_nobody_but_the_machine_runs_these(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = Database.open(f"sqlite:///{home}/minga.db")
    with database.write() as session:
        commands.make_person(session, Actor.machine(), name="Zoe", handle="zoe", at=datetime.now(UTC))
    database.close()
    for words in (
        ["person", "list"],
        ["person", "link", "zoe"],
        ["operator", "add", "zoe"],
        ["session", "list"],
        ["invite", "rotate", "--all", "--yes"],
    ):
        assert main([*words, "--as", "zoe"]) == 3, words
