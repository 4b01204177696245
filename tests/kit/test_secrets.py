"""Secrets: made once, whole, readable by the node alone, and never shown."""

import pickle
import stat
from pathlib import Path

import pytest

from minga.kit import secrets
from minga.kit.secrets import Secret
from minga.kit.settings import load


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_missing_secrets_are_made_for_the_node_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert secrets.generate(home) == ["secret"]
    assert mode(home) == 0o700
    assert mode(home / "secrets") == 0o700
    assert mode(home / "secrets/secret") == 0o600
    assert secrets.weakness((home / "secrets/secret").read_text().strip()) is None
    assert [path.name for path in (home / "secrets").iterdir()] == ["secret"]


def test_what_is_there_is_kept_unless_forced(tmp_path: Path) -> None:
    secrets.generate(tmp_path)
    before = secrets.read(tmp_path, "secret")
    assert secrets.generate(tmp_path) == []
    assert secrets.read(tmp_path, "secret") == before
    assert secrets.generate(tmp_path, force=True) == ["secret"]
    assert secrets.read(tmp_path, "secret") != before


def test_rotating_replaces_one_and_says_what_it_ends(tmp_path: Path) -> None:
    secrets.generate(tmp_path)
    before = secrets.read(tmp_path, "secret")
    assert "invitation" in secrets.rotate(tmp_path, "secret").rotating_ends
    assert secrets.read(tmp_path, "secret") != before
    with pytest.raises(KeyError):
        secrets.rotate(tmp_path, "../minga.db")


def test_the_list_shows_ages_and_no_values(tmp_path: Path) -> None:
    [missing] = secrets.stored(tmp_path)
    assert missing.made_at is None
    secrets.generate(tmp_path)
    [there] = secrets.stored(tmp_path)
    value = secrets.read(tmp_path, "secret")
    assert there.made_at is not None
    assert value is not None
    assert value.reveal() not in repr(there)


def test_the_service_managers_credentials_come_first(tmp_path: Path) -> None:
    secrets.generate(tmp_path / "home")
    given = tmp_path / "credentials"
    given.mkdir()
    (given / "secret").write_text("w" * 20 + "abcdefghijklmnopqrst\n")
    read = secrets.read(tmp_path / "home", "secret", given)
    assert read is not None
    assert read.reveal() == "w" * 20 + "abcdefghijklmnopqrst"
    settings = load({"CREDENTIALS_DIRECTORY": str(given), "MINGA_ENV": "dev"}, tmp_path / "home")
    assert settings.secret == read


def test_a_node_reads_the_secret_that_it_made(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    secrets.generate(home)
    assert load({}, home).secret == secrets.read(home, "secret")


def test_a_secret_shows_dots_and_cannot_be_written_away() -> None:
    secret = Secret("do not show this")
    assert [str(secret), repr(secret), f"{secret:>5}"] == ["•••", "•••", "  •••"]
    with pytest.raises(TypeError):
        pickle.dumps(secret)
