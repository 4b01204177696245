"""Settings, secrets, doctor, status and owner link on the command line, over a node of its own."""

import json
from pathlib import Path

import pytest

from minga.interfaces.cli import main
from minga.kit import secrets
from tests.interfaces.homes import made_home


@pytest.fixture
def home(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A node as `minga up` leaves it."""
    return made_home(sqlite_template, tmp_path / "home", monkeypatch)


def documents(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_settings_show_where_each_value_comes_from_and_no_secret(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINGA_SMTP_URL", "smtps://me:pa55word@mail.example")
    monkeypatch.setenv("SITE_URL", "https://valley.example")
    assert main(["settings", "show", "--json"]) == 0
    said = capsys.readouterr().out
    rows = {row["variable"]: row for row in map(json.loads, said.splitlines())}
    assert rows["MINGA_SITE_URL"]["from"] == "SITE_URL, now MINGA_SITE_URL"
    assert rows["MINGA_SECRET"]["value"] == "•••"
    assert rows["MINGA_PORT"]["from"] == "default"
    assert "pa55word" not in said
    secret = secrets.read(home, "secret")
    assert secret
    assert secret.reveal() not in said


def test_settings_check_tells_older_names(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITE_URL", "https://valley.example")
    assert main(["settings", "check"]) == 0
    assert "SITE_URL, now MINGA_SITE_URL" in capsys.readouterr().err
    monkeypatch.setenv("MINGA_SITE_URL", "https://harbour.example")
    assert main(["settings", "check"]) == 2


def test_secrets_are_made_once_listed_without_values_and_rotated_with_a_yes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["--json", "--data", str(tmp_path / "new")]
    assert main(["secrets", "generate", *line]) == 0
    assert main(["secrets", "generate", *line]) == 0
    assert [one["made"] for one in documents(capsys)] == [["secret"], []]
    before = secrets.read(tmp_path / "new", "secret")
    assert before
    assert main(["secrets", "list", *line]) == 0
    assert before.reveal() not in capsys.readouterr().out
    assert main(["secrets", "rotate", "secret", *line]) == 8
    assert "sign-in" in capsys.readouterr().err
    assert secrets.read(tmp_path / "new", "secret") == before
    assert main(["secrets", "rotate", "secret", "--yes", "--dry-run", *line]) == 0
    assert secrets.read(tmp_path / "new", "secret") == before
    assert main(["secrets", "rotate", "secret", "--yes", *line]) == 0
    assert secrets.read(tmp_path / "new", "secret") != before
    assert main(["secrets", "rotate", "nothing", "--yes", *line]) == 2
    assert main(["secrets", "generate", "--force", *line]) == 8


def test_version_is_a_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version", "--json"]) == 0
    [found] = documents(capsys)
    assert list(found)[:2] == ["schema", "minga"]
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("minga ")


def test_the_doctor_is_content_with_a_healthy_node(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    [found] = documents(capsys)
    assert found["schema"] == "minga.cli/1 doctor"
    assert found["state"] != "fail"


def test_the_doctor_fails_with_seven_and_says_the_next_step(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "secrets/secret").chmod(0o644)
    assert main(["doctor"]) == 7
    said = capsys.readouterr()
    assert "fail  rights" in said.out
    assert "→ minga doctor --fix" in said.out
    assert "Not well: rights." in said.err
    assert main(["doctor", "--fix"]) == 0


def test_the_doctor_sees_settings_that_do_not_fit(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINGA_DEBUG", "yes")
    assert main(["doctor", "--json"]) == 7
    [found] = documents(capsys)
    checks = found["checks"]
    assert isinstance(checks, list)
    assert [(one["name"], one["state"]) for one in checks] == [("settings", "fail")]


def test_the_doctor_sees_a_database_without_tables(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in home.glob("minga.db*"):
        path.unlink()
    assert main(["doctor"]) == 7
    assert "minga up brings them there" in capsys.readouterr().out


def test_status_names_shape_versions_and_lag(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--json"]) == 0
    [found] = documents(capsys)
    assert found["database"] == "sqlite"
    assert found["tables"] == found["tables_of_release"]
    assert found["jobs_waiting"] == 0
    assert found["version"]


def test_a_new_owner_link_ends_the_one_before(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["owner-link", "--json"]) == 0
    assert main(["owner-link", "--json"]) == 0
    one, other = documents(capsys)
    assert one["link"] != other["link"]
    assert str(one["link"]).startswith("http://127.0.0.1:8000/first/")


def test_up_check_reports_and_makes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = tmp_path / "new"
    assert main(["up", "--check", "--json", "--data", str(new)]) == 7
    assert documents(capsys)[0]["missing"] == [f"folder {new}", "secrets"]
    assert not new.exists()


def test_up_check_is_content_with_a_whole_node_by_its_older_name_too(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["up", "--check"]) == 0
    assert main(["init-db"]) == 0
    assert "This is now: minga up --check" in capsys.readouterr().err
