"""The frame of the command line: options anywhere, one list of exit codes, documents for programs, quick help."""

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Annotated

import pytest
import typer

from minga.interfaces.cli import catalogue, help_text, main, options
from minga.interfaces.cli.frame import CheckFailed, Context, Unreadable, ask, cli_unit, frame_of, group
from minga.kit import errors
from minga.kit.db import Database
from minga.kit.errors import Refused
from minga.kit.repeat import Repeat
from tests.interfaces.homes import made_home

REFUSALS: dict[str, BaseException] = {
    "rule": Refused("Only {n} left.", n=3, lifted_by=("stewards",)),
    "invalid": errors.Invalid("Not so.", fields={"title": "Too long."}),
    "too-large": errors.TooLarge("Too large."),
    "not-found": errors.NotFound(),
    "forbidden": errors.Forbidden("Only stewards do that."),
    "not-signed-in": errors.NotSignedIn(),
    "conflict": errors.Conflict("Somebody else was first."),
    "stale": errors.Stale(),
    "busy": errors.Busy(),
    "no-space": errors.NoSpace(),
    "too-many": errors.TooMany(),
    "check": CheckFailed("Two lines differ."),
    "file": Unreadable("Line 3 has 4 columns."),
    "fault": ZeroDivisionError("a token: abc"),
    "interrupt": KeyboardInterrupt(),
}


@pytest.fixture
def home(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return made_home(sqlite_template, tmp_path / "home", monkeypatch)


@pytest.fixture(autouse=True)
def sample(monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    """A group of commands as a domain would write it, named in the catalogue for the time of a test."""
    module = ModuleType("sample_commands")
    app = group("sample", "Commands for trying out.")

    @app.command("refuse")
    def refuse(context: Context, kind: str) -> None:
        raise REFUSALS[kind]

    @app.command("note")
    def note(context: Context, key: str, also: Annotated[int, typer.Option(help="A number.")] = 1) -> None:
        with cli_unit(context, write=True) as unit:
            unit.session.add(Repeat(key=key, body_hash="", answer={"also": also}, made_at=unit.now))
            unit.screen.show("sample note", {"key": key, "also": also, "at": unit.now}, f"noted {key} {also}")

    @app.command("who")
    def who(context: Context) -> None:
        with cli_unit(context) as unit:
            person = unit.actor.person_id or "nobody"
            unit.screen.rows(
                "sample who", [{"via": unit.actor.via, "person": person}], {"via": "Door"}, "none"
            )

    @app.command("end")
    def end(context: Context) -> None:
        ask(frame_of(context), "This ends 3 things.")
        frame_of(context).screen.say("ended")

    module.sample = app  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "minga.interfaces.cli.sample_commands", module)
    monkeypatch.setitem(
        catalogue.COMMANDS, "sample", catalogue.Entry("sample_commands", "sample", "For trying out.")
    )
    return app


def keys(home: Path) -> list[str]:
    database = Database.open(f"sqlite:///{home}/minga.db")
    with database.read() as session:
        found = [row.key for row in session.query(Repeat).order_by(Repeat.key)]
    database.close()
    return found


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("rule", 1),
        ("invalid", 1),
        ("too-large", 1),
        ("not-found", 3),
        ("forbidden", 4),
        ("not-signed-in", 4),
        ("conflict", 5),
        ("stale", 5),
        ("busy", 6),
        ("no-space", 6),
        ("too-many", 6),
        ("check", 7),
        ("file", 9),
        ("fault", 70),
        ("interrupt", 130),
    ],
)
def test_every_way_to_end_has_its_exit_code_and_its_sentence_on_stderr(
    home: Path, capsys: pytest.CaptureFixture[str], kind: str, code: int
) -> None:
    assert main(["sample", "refuse", kind]) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.strip()


def test_a_refusal_tells_the_sentence_its_code_its_fields_and_who_can_lift_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["sample", "refuse", "rule"])
    assert capsys.readouterr().err == "Only 3 left. (refused)\nWho can lift this: stewards\n"
    main(["sample", "refuse", "invalid"])
    assert capsys.readouterr().err == "Not so. (invalid)\n  title: Too long.\n"


def test_a_fault_of_ours_is_kept_for_the_operator_and_not_shown(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sample", "refuse", "fault"]) == 70
    said = capsys.readouterr().err
    assert "abc" not in said
    [report] = (home / "tmp").iterdir()
    assert report.stem.removeprefix("report-") in said
    assert "ZeroDivisionError: a token: abc" in report.read_text()
    assert report.stat().st_mode & 0o077 == 0


def test_trace_shows_the_inside_of_a_fault(home: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        main(["sample", "refuse", "fault", "--trace"])


@pytest.mark.parametrize(
    "line",
    [
        ["sample", "note"],
        ["sample", "note", "k", "--also", "many"],
        ["sample", "note", "k", "--unknown"],
        ["sample", "nothing"],
        ["no-such-command"],
        ["sample", "who", "--as"],
        ["sample", "who", "--at", "2026-11-20T09:00Z"],
        ["sample", "who", "--dev", "--at", "soon"],
    ],
)
def test_wrong_use_is_told_with_exit_code_two(
    home: Path, capsys: pytest.CaptureFixture[str], line: list[str]
) -> None:
    assert main(line) == 2
    assert capsys.readouterr().err.strip()


def test_wrong_settings_are_wrong_use_and_all_told(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINGA_PORT", "many")
    monkeypatch.setenv("MINGA_DEBUG", "yes")
    assert main(["sample", "who"]) == 2
    said = capsys.readouterr().err
    assert "MINGA_PORT" in said
    assert "MINGA_DEBUG" in said


def test_the_nearest_command_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sampel"]) == 2
    assert "minga sample" in capsys.readouterr().err


@pytest.mark.parametrize(
    "line",
    [
        ["--json", "sample", "note", "k"],
        ["sample", "--json", "note", "k"],
        ["sample", "note", "k", "--json"],
    ],
)
def test_options_of_all_commands_stand_anywhere(
    home: Path, capsys: pytest.CaptureFixture[str], line: list[str]
) -> None:
    assert main(line) == 0
    assert json.loads(capsys.readouterr().out)["key"] == "k"


def test_words_after_two_dashes_are_left_alone(home: Path) -> None:
    assert main(["sample", "note", "--", "--json"]) == 0
    assert keys(home) == ["--json"]


def test_a_document_names_its_shape_first(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["sample", "note", "k", "--json", "--dev", "--at", "2026-11-20T09:00Z"])
    said = capsys.readouterr().out
    assert said == '{"schema":"minga.cli/1 sample note","key":"k","also":1,"at":"2026-11-20T09:00:00Z"}\n'


def test_a_list_is_a_line_for_each_row_or_a_table(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["sample", "who", "--json"])
    assert json.loads(capsys.readouterr().out) == {
        "schema": "minga.cli/1 sample who",
        "via": "machine",
        "person": "nobody",
    }
    main(["sample", "who"])
    assert capsys.readouterr().out == "Door\nmachine\n"


def test_an_ending_is_a_document_for_programs_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sample", "refuse", "forbidden", "--json"]) == 4
    assert json.loads(capsys.readouterr().err) == {
        "schema": "minga.cli/1 ending",
        "exit": 4,
        "code": "forbidden",
        "sentence": "Only stewards do that. (forbidden)",
    }


def test_a_unit_commits_at_its_end(home: Path) -> None:
    main(["sample", "note", "kept"])
    assert keys(home) == ["kept"]


def test_a_dry_run_does_everything_but_the_commit(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sample", "note", "gone", "--dry-run"]) == 0
    assert keys(home) == []
    assert "Nothing was changed" in capsys.readouterr().err


def test_nobody_is_nobody_also_for_the_shell(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sample", "who", "--as", "stranger"]) == 3
    assert "stranger" in capsys.readouterr().err


def test_a_question_without_a_terminal_needs_yes(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sample", "end"]) == 8
    assert "This ends 3 things." in capsys.readouterr().err
    assert main(["sample", "end", "--yes"]) == 0
    assert capsys.readouterr().out == "ended\n"


def test_an_older_name_answers_and_tells_the_new_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(catalogue.ALIASES, ("older", "end"), ("sample", "end"))
    assert main(["older", "end", "--yes"]) == 0
    said = capsys.readouterr()
    assert said.out == "ended\n"
    assert said.err == "This is now: minga sample end\n"


def test_help_names_every_command_and_every_common_option() -> None:
    text = help_text()
    for name in (*catalogue.COMMANDS, *options.VALUES, *options.FLAGS):
        assert name in text


def test_help_is_quick_because_it_loads_next_to_nothing() -> None:
    heavy = "sqlalchemy fastapi starlette pydantic typer rich jinja2 PIL cryptography alembic msgspec babel"
    code = (
        "import sys\nfrom minga.interfaces.cli import main\nassert main(['--help']) == 0\n"
        f"print([name for name in '{heavy}'.split() if name in sys.modules], len(sys.modules), file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "Commands:" in run.stdout
    loaded, _, count = run.stderr.strip().rpartition(" ")
    assert loaded == "[]"
    assert int(count) < 150


def test_the_help_of_a_command_is_its_documentation(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sample", "note", "--help"]) == 0
    said = capsys.readouterr().out
    assert "minga sample note" in said
    assert "--also" in said
