"""The writer's turn, the two kinds of unit, and what a database's refusal becomes."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from minga.kit import engines, turn
from minga.kit.clock import FixedClock
from minga.kit.db import Database, count_statements
from minga.kit.errors import Busy
from minga.kit.ids import is_id, new_id
from minga.kit.repeat import Repeat, earlier, forget_old, remember


def _put(database: Database, key: str, clock: FixedClock) -> None:
    with database.write() as session:
        remember(session, key, "0" * 64, {}, at=clock())


def _count(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Repeat)) or 0


def test_a_write_unit_commits_and_an_error_undoes_it(database: Database, clock: FixedClock) -> None:
    _put(database, "kept", clock)
    with pytest.raises(RuntimeError), database.write() as session:
        remember(session, "lost", "0" * 64, {}, at=clock())
        raise RuntimeError
    with database.read() as session:
        assert session.scalars(select(Repeat.key)).all() == ["kept"]


def test_a_read_unit_cannot_write(database: Database, clock: FixedClock) -> None:
    with pytest.raises((DBAPIError, Busy)), database.read() as session:
        remember(session, "sneaky", "0" * 64, {}, at=clock())
        session.flush()
    assert _count(database) == 0


def test_a_commit_that_fails_raises(database: Database, clock: FixedClock) -> None:
    with pytest.raises(DBAPIError), database.write() as session:
        session.add_all([Repeat(key="k", body_hash="", answer={}, made_at=clock()) for _ in range(2)])


def test_many_threads_write_one_after_the_other(database: Database, clock: FixedClock) -> None:
    def work(name: int) -> None:
        for n in range(20):
            _put(database, f"{name}-{n}", clock)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _count(database) == 160


def test_two_processes_write_one_after_the_other(database: Database, database_url: str) -> None:
    program = (
        "import sys; from datetime import datetime, UTC\n"
        "from minga.kit.db import Database; from minga.kit.repeat import remember\n"
        "database = Database.open(sys.argv[1])\n"
        "for n in range(50):\n"
        "    with database.write() as session:\n"
        "        remember(session, f'{sys.argv[2]}-{n}', '', {}, at=datetime.now(UTC))\n"
    )
    root = Path(__file__).parents[2]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, database_url, str(n)],
            cwd=root,
            env={**os.environ, "PYTHONPATH": "."},
        )
        for n in range(3)
    ]
    assert [process.wait(timeout=120) for process in running] == [0, 0, 0]
    assert _count(database) == 150


def test_a_unit_inside_a_unit_is_a_mistake_that_is_told(tmp_path: Path) -> None:
    found = Database.open(f"sqlite:///{tmp_path}/x.db")
    with found.write(), pytest.raises(RuntimeError, match="inside"), found.write():
        pass
    found.close()


def test_who_waits_too_long_for_the_turn_is_told_that_we_are_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "SECONDS_MAX", 0.05)
    found = Database.open(f"sqlite:///{tmp_path}/x.db")
    other = Database.open(f"sqlite:///{tmp_path}/x.db")
    with found.write(), pytest.raises(Busy) as refused, other.write():
        pass
    assert refused.value.retry_after
    found.close()
    other.close()


def test_the_log_of_writes_is_moved_into_the_file(tmp_path: Path) -> None:
    found = Database.open(f"sqlite:///{tmp_path}/x.db")
    with found.write() as session:
        session.execute(text("CREATE TABLE t (x TEXT)"))
    for _ in range(30):
        with found.write() as session:
            session.execute(text("INSERT INTO t VALUES (:x)"), {"x": "y" * 1_000_000})
    wal = tmp_path / "x.db-wal"
    assert wal.stat().st_size < 12 * 1024 * 1024
    found.checkpoint()
    assert wal.stat().st_size == 0
    found.close()


def test_the_pragmas_are_those_that_lose_nothing(tmp_path: Path) -> None:
    found = Database.open(f"sqlite:///{tmp_path}/x.db")
    with found.write() as session:
        said = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "wal_autocheckpoint", "query_only")
        }
    assert said == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "wal_autocheckpoint": 0,
        "query_only": 0,
    }
    found.close()


def test_statements_can_be_counted(database: Database) -> None:
    with count_statements(database) as said, database.read() as session:
        session.scalar(select(func.count()).select_from(Repeat))
    assert len([s for s in said if s.startswith("SELECT count")]) == 1


def test_the_same_key_answers_the_same_and_another_body_is_a_conflict(
    database: Database, clock: FixedClock
) -> None:
    with database.write() as session:
        remember(session, "form", "a" * 64, {"location": "/x"}, at=clock())
    with database.write() as session:
        again = earlier(session, "form", "a" * 64)
        assert again is not None
        assert again.answer == {"location": "/x"}
        with pytest.raises(Exception, match="other content"):
            earlier(session, "form", "b" * 64)
        forget_old(session, at=clock.forward(days=3))
        assert earlier(session, "form", "a" * 64) is None


def test_identifiers_sort_by_the_time_of_making_and_never_repeat() -> None:
    made = [new_id() for _ in range(5000)]
    assert made == sorted(set(made))
    assert all(is_id(i) and i[12] == "7" for i in made)


def test_the_log_stays_small_without_a_checkpoint_after_every_unit(
    tmp_path: Path, sqlite_template: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = _copied(tmp_path, sqlite_template)
    moved: list[str] = []
    monkeypatch.setattr(Database, "_checkpoint", _counting(Database._checkpoint, moved))
    for n in range(400):
        with database.write() as session:
            remember(session, f"{n}", "0" * 64, {"text": "x" * 40_000}, at=clock())
    size = (tmp_path / "minga.db-wal").stat().st_size
    database.close()
    assert 2 <= len(moved) <= 40
    assert size < 10 * 1024 * 1024


def test_a_checkpoint_that_fails_takes_nothing_back(
    tmp_path: Path, sqlite_template: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = _copied(tmp_path, sqlite_template)

    def fail(_self: Database, _mode: str) -> int:
        raise engines.sqlite_driver().OperationalError("database or disk is full")

    monkeypatch.setattr(Database, "_checkpoint", fail)
    monkeypatch.setattr("minga.kit.db.WAL_BYTES", 0)
    _put(database, "kept", clock)
    assert _count(database) == 1
    database.close()


def _copied(folder: Path, template: Path) -> Database:
    shutil.copy(template, folder / "minga.db")
    return Database.open(f"sqlite:///{folder}/minga.db")


def _counting(real: Callable[..., int], moved: list[str]) -> Callable[..., int]:
    def count(self: Database, mode: str) -> int:
        moved.append(mode)
        return real(self, mode)

    return count


def test_sizes_are_learned_without_samples_that_would_prepare_every_statement_anew(
    database: Database,
) -> None:
    database.learn_sizes()
    if database.dialect != "sqlite":
        return
    with database.write() as session:
        assert session.execute(text("SELECT count(*) FROM sqlite_stat1")).scalar_one() >= 0
        session.execute(text("ANALYZE"))
    database.learn_sizes()
    with database.read() as session:
        there = session.execute(
            text("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat4'")
        ).scalar_one()
        if there:
            assert session.execute(text("SELECT count(*) FROM sqlite_stat4")).scalar_one() == 0
