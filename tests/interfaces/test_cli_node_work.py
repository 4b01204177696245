"""Jobs and log on the command line, over a node of its own."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from minga.interfaces.cli import main
from minga.kit import jobs, log
from minga.kit.clock import utc_now
from minga.kit.crypto import Keys
from minga.kit.db import Database
from minga.kit.ids import new_id
from tests.interfaces.homes import made_home


@pytest.fixture
def home(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A node as `minga up` leaves it."""
    return made_home(sqlite_template, tmp_path / "home", monkeypatch)


def with_database(home: Path, work: object) -> None:
    database = Database.open(f"sqlite:///{home}/minga.db")
    work(database)  # type: ignore[operator]
    database.close()


@pytest.fixture
def dead_job(home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A job that was given up."""

    def bake(run: jobs.Run, args: dict[str, object]) -> None:
        raise RuntimeError("The oven is cold.")

    monkeypatch.setitem(jobs.kinds, "bake", jobs.Kind(bake, "fast", 30, ()))

    def give_up(database: Database) -> None:
        with database.write() as session:
            jobs.enqueue(session, "bake", {}, at=utc_now())
        jobs.work_once(database, utc_now, None)

    with_database(home, give_up)
    return "bake"


@pytest.fixture
def one_failure(home: Path) -> Iterator[str]:
    log.set_up(Keys("a secret of the tests, long enough"), folder=home / "log")
    yield log.failure(ZeroDivisionError("marked words"), route="/home")
    for outlet in [outlet for outlet in logging.getLogger().handlers if getattr(outlet, "ours", False)]:
        logging.getLogger().removeHandler(outlet)
        outlet.close()


def documents(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_job_that_was_given_up_is_listed_and_tried_again(
    dead_job: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["jobs", "list", "--state", "dead", "--json"]) == 0
    (job,) = documents(capsys)
    assert (job["name"], job["error"]) == ("bake", "RuntimeError: The oven is cold.")
    assert main(["jobs", "retry", str(job["id"]), "--dry-run"]) == 0
    assert main(["jobs", "retry", str(job["id"])]) == 0
    assert main(["jobs", "retry", str(job["id"])]) != 0, "it is not given up any more"
    capsys.readouterr()
    assert main(["jobs", "list", "--state", "dead"]) == 0
    assert "There is no such job." in capsys.readouterr().out


def test_everything_is_tried_again_at_once(dead_job: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["jobs", "retry", "--json"]) == 0
    assert documents(capsys)[0]["tried_again"] == 1
    assert main(["jobs", "dead"]) == 0
    assert "Nothing was given up." in capsys.readouterr().out


def test_a_state_or_an_id_that_is_none_is_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["jobs", "list", "--state", "lost"]) != 0
    assert "waiting, running, done or dead" in capsys.readouterr().err
    assert main(["jobs", "retry", new_id()]) != 0
    assert main(["jobs", "retry", new_id(), "--reaction", "x.y"]) != 0
    assert main(["jobs", "list", "--limit", "101"]) != 0


def test_the_log_is_read_from_its_end_and_by_number(
    home: Path, one_failure: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["log", "tail", "-n", "5"]) == 0
    assert one_failure in capsys.readouterr().out
    assert main(["log", "show", one_failure.lower(), "--json"]) == 0
    (line,) = documents(capsys)
    assert (line["kind"], line["route"]) == ("ZeroDivisionError", "/home")
    assert main(["log", "show", "000-000"]) != 0
    assert "no line with the number 000-000" in capsys.readouterr().err


def test_an_empty_log_says_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["log", "tail"]) == 0
    assert "The log is empty." in capsys.readouterr().out


def test_what_may_be_repeated_is_listed_and_a_wrong_name_or_day_is_refused(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["jobs", "replay", "--json"]) == 0
    names = [str(line["reaction"]) for line in documents(capsys)]
    assert names
    assert main(["jobs", "replay", names[0], "--since", "2026-11-01", "--json"]) == 0
    assert documents(capsys)[0]["events"] == 0
    assert main(["jobs", "replay", "communication.thank"]) != 0
    assert names[0] in capsys.readouterr().err
    assert main(["jobs", "replay", names[0], "--since", "soon"]) != 0
    assert "2026-11-01" in capsys.readouterr().err
