"""Listings and imports on the command line: words, documents, exit codes, and files that go on after a kill."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from minga.interfaces.cli import main
from minga.kit.clock import FixedClock, utc_now
from minga.kit.db import Database
from minga.kit.events import EventRow
from minga.sharing.models import ImportBatch, Listing
from tests.interfaces.homes import made_home
from tests.village import build_village

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("MINGA_DATA_DIR", ROOT / "../shared/data")) / "matching" / "ppe"
AS_ANA = ("--community", "valley", "--as", "ana")
OWN = """title,direction,kind,description,terms,quantity,unit,condition,level,owner
Drill,offer,item,Strong,loan,,,5,partners,
Squash,offer,item,"Ten, from the garden",gift,10,piece,4,public,bruno
Driving,need,help,To the doctor,,,,,community,
"""


@pytest.fixture
def home(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = made_home(sqlite_template, tmp_path / "home", monkeypatch)
    database = Database.open(f"sqlite:///{folder}/minga.db")
    build_village(database, FixedClock(utc_now()))
    database.close()
    for path in folder.glob("minga.db*"):
        path.chmod(0o600)
    return folder


def titles(home: Path) -> list[str]:
    database = Database.open(f"sqlite:///{home}/minga.db")
    with database.read() as session:
        found = list(session.scalars(select(Listing.title).order_by(Listing.number)))
    database.close()
    return found


def test_a_listing_is_posted_found_closed_and_opened_again(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["listing", "new", "Drill", "--field", "condition=5", *AS_ANA, "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["number"], made["state"]) == (1, "open")
    assert made["event"]
    assert main(["listing", "list", "--as", "bruno"]) == 0
    assert "Drill" in capsys.readouterr().out
    assert main(["search", "drill", "--as", "bruno", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Drill"
    assert main(["listing", "show", made["id"], "--as", "bruno", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["condition"] == 5
    assert main(["listing", "close", made["id"], "--reason", "fulfilled", "--as", "bruno"]) == 4
    assert main(["listing", "close", made["id"], "--reason", "fulfilled", "--as", "ana"]) == 0
    assert main(["listing", "show", made["id"], "--as", "bruno"]) == 3
    assert main(["listing", "reopen", made["id"], "--as", "ana"]) == 0
    assert main(["listing", "show", made["id"], "--as", "zoe"]) == 3
    assert main(["listing", "new", "", *AS_ANA]) == 1
    assert main(["listing", "new", "x", "--kind", "ship", *AS_ANA]) == 1
    assert main(["listing", "new", "Never", *AS_ANA, "--dry-run"]) == 0
    assert titles(home) == ["Drill"]


def test_a_file_is_looked_through_first_then_taken_in_once(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "tools.csv"
    file.write_text("\ufeff" + OWN)
    line = ["import", "listings", str(file), *AS_ANA]
    assert main(line) == 0
    assert "3 rows fit, 0 have faults" in capsys.readouterr().out
    assert titles(home) == []
    assert main([*line, "--apply"]) == 0
    assert titles(home) == ["Drill", "Squash", "Driving"]
    assert main([*line, "--apply"]) == 5
    assert "taken in already" in capsys.readouterr().err
    database = Database.open(f"sqlite:///{home}/minga.db")
    with database.read() as session:
        squash = session.scalars(select(Listing).where(Listing.title == "Squash")).one()
        assert (squash.quantity_milli, squash.level.value) == (10_000, "partners")
        assert squash.owner_id != squash.entered_by_id is not None
        created = select(func.count()).where(EventRow.name == "ListingCreated")
        assert session.scalar(created) == 3
        run = session.scalars(select(ImportBatch.id)).one()
    database.close()
    assert main(["import", "undo", run, "--as", "bruno", "--yes"]) == 4
    assert main(["import", "undo", run, "--as", "ana"]) == 8
    assert main(["import", "undo", run, "--as", "ana", "--yes"]) == 0
    assert titles(home) == []
    assert main([*line, "--apply"]) == 0


def test_only_who_may_import_can(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "tools.csv"
    file.write_text(OWN)
    assert main(["import", "listings", str(file), "--community", "valley", "--as", "zoe", "--apply"]) == 3
    assert main(["import", "listings", str(file), "--community", "valley", "--as", "bruno", "--apply"]) == 4
    assert titles(home) == []


def test_members_come_from_a_list_and_go_again(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("name\tmail\nEdda\tedda@example.org\nAnn\tann@\n")
    line = ["import", "members", str(file), "--community", "valley", "--json"]
    assert main([*line, "--as", "zoe", "--apply"]) == 3
    assert main([*line, "--as", "bruno", "--apply"]) == 4
    assert main([*line, "--as", "ana", "--apply"]) == 9
    assert "not a mail address" in capsys.readouterr().out
    assert main([*line, "--as", "ana", "--apply", "--skip-faults"]) == 0
    told = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    run = told.get("run") or told["data"]["run"]
    assert '"applied": 1' in json.dumps(told)
    assert main(["import", "undo", run, "--as", "ana", "--yes", "--json"]) == 0
    assert '"left": 0' in json.dumps(json.loads(capsys.readouterr().out.strip().splitlines()[-1]))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"title,direction\nDrill,offer\n\xff\xfe,offer\n", "Line 3 is not UTF-8"),
        ("title,direction\nDrill,offer\n".encode("utf-16"), "is not UTF-8"),
        (b"title,colour,direction\nDrill,red,offer\n", "colour"),
        (b"title,title\nA,B\n", "Two columns are called"),
        (b"", "name the columns"),
        (b'title,direction\n"Drill,offer\n', "cannot be read as a table"),
        (b"direction\noffer\n", "title"),
        (gzip.compress(b"title,direction\nDrill,offer\n", mtime=0)[:-9], "damaged"),
        (b"title,direction\n" + b"x" * 300_000 + b",offer\n", "cannot be read as a table"),
    ],
)
def test_files_that_cannot_be_read_end_with_nine_and_words(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, words: str
) -> None:
    file = tmp_path / "tools.csv"
    file.write_bytes(content)
    assert main(["import", "listings", str(file), *AS_ANA, "--apply", "--skip-faults"]) == 9
    assert words in capsys.readouterr().err
    assert titles(home) == []


def test_rows_with_faults_are_told_one_by_one_and_left_out_only_on_request(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "tools.csv"
    rows = [
        *OWN.splitlines(),
        ",offer,item,,,,,,,",
        "Cot,sideways,item,,,,,,,",
        "Cot,need,item,,,-4,,,,",
        "Cot,need,item,,,,,,,nobody",
    ]
    file.write_text("\n".join([*rows, "a," * 12]))
    line = ["import", "listings", str(file), *AS_ANA, "--apply"]
    assert main(line) == 9
    out = capsys.readouterr().out
    assert [f"row {n}:" in out for n in range(1, 9)] == [False] * 3 + [True] * 5
    assert titles(home) == []
    assert main([*line, "--skip-faults"]) == 0
    assert "3 listings are taken in, 5 left out" in capsys.readouterr().out
    assert len(titles(home)) == 3


@pytest.mark.slow
def test_very_many_bad_rows_take_little_memory(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    with file.open("w") as out:
        out.write("title,direction,owner\n")
        out.writelines(f",offer,nobody{n}\n" for n in range(100_000))
    program = (
        "import re, sys; from minga.interfaces.cli import main; code = main(sys.argv[1:]);"
        # What the process itself took: the figure of getrusage begins with that of whoever started it.
        "print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1], file=sys.stderr); sys.exit(code)"
    )
    line = [sys.executable, "-c", program, "import", "listings", str(file), *AS_ANA, "--apply"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 9
    assert done.stdout.count("\n") >= 100_000
    assert int(done.stderr.strip().splitlines()[-1]) < 150_000


def ppe_like(path: Path, rows: int) -> None:
    """A file of our own with the columns of the real set."""
    with gzip.open(path, "wt") as out:
        out.write(",don_id,date,ppe,qty\n")
        out.writelines(
            f"{n},don{n},2020-03-27 11:47:00+00:00,respirators,{n % 50 + 1}.0\n" for n in range(rows)
        )


def test_a_killed_import_goes_on_without_doubles(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "donors.csv.gz"
    ppe_like(file, 1_300)
    maps = ROOT / "imports" / "getusppe-offers.toml"
    line = ["import", "listings", str(file), "--map", str(maps), *AS_ANA, "--apply"]
    database = Database.open(f"sqlite:///{home}/minga.db")

    def done() -> int:
        with database.read() as session:
            return session.scalar(select(func.count()).select_from(Listing)) or 0

    for _ in range(3):
        before = done()
        child = subprocess.Popen([sys.executable, "-m", "minga", *line], cwd=ROOT, stdout=-3, stderr=-3)
        until = time.monotonic() + 60
        while child.poll() is None and done() <= before and time.monotonic() < until:
            time.sleep(0.005)
        child.send_signal(signal.SIGKILL)
        child.wait()
    with database.read() as session:
        batch = session.scalars(select(ImportBatch)).one()
        assert batch.rows_seen == done()
    if batch.finished_at is None:
        assert main(line) == 0
    assert done() == 1_300
    with database.read() as session:
        assert session.scalar(select(func.count(func.distinct(Listing.description)))) == 1_300
        assert session.scalar(select(func.max(Listing.number))) == 1_300
    database.close()


@pytest.mark.slow
@pytest.mark.skipif(not DATA.is_dir(), reason=f"the open data are not at {DATA}; set MINGA_DATA_DIR")
def test_the_real_set_is_taken_in_listed_and_searched(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, sort, rows in (("anon_donors", "offers", 1_657), ("anon_recipients", "needs", 31_202)):
        maps = ROOT / "imports" / f"getusppe-{sort}.toml"
        line = [
            "import",
            "listings",
            str(DATA / f"{name}.csv.gz"),
            "--map",
            str(maps),
            *AS_ANA,
            "--apply",
            "--skip-faults",
        ]
        assert main(line) == 0
        said = capsys.readouterr().out
        assert f"{rows} listings are taken in" in said
        assert said.count("row 71: quantity") == (1 if sort == "offers" else 0)
    assert len(titles(home)) == 32_859
    assert main(["search", "respirators", "rec100", "--as", "bruno", "--community", "valley"]) == 0
    assert "Respirators" in capsys.readouterr().out
    assert (
        main(
            [
                "listing",
                "list",
                "--direction",
                "offer",
                "--as",
                "bruno",
                "--community",
                "valley",
                "--limit",
                "100",
            ]
        )
        == 0
    )
    assert capsys.readouterr().out.count("offer  item") == 100
