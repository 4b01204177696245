"""The history makes what the models declare, on both databases; it can be repeated, and refuses what is newer."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

import minga.migrations
from minga.kit.db import Base, Database


@pytest.fixture
def empty(empty_url: str) -> Iterator[Database]:
    found = Database.open(empty_url)
    yield found
    found.close()


def test_the_history_makes_what_the_models_declare(empty: Database) -> None:
    minga.migrations.load_tables()
    assert minga.migrations.upgrade(empty)
    with empty.writer.connect() as connection:
        options = {"compare_type": False, "include_object": _is_declared}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def _is_declared(_item: object, name: str, _kind: str, *_more: object) -> bool:
    """Indexes of words are each database's own and lie beside the models; `_form` below compares what drives them."""
    return "_fts" not in name and not name.endswith("vector")


def test_both_ways_make_the_same_constraints_and_triggers(empty: Database, database: Database) -> None:
    minga.migrations.load_tables()
    minga.migrations.upgrade(empty)
    assert _form(empty) == _form(database)


def _form(database: Database) -> dict[str, object]:
    with database.writer.connect() as connection:
        look = inspect(connection)
        form: dict[str, object] = {
            table: (
                sorted(str(c["name"]) for c in look.get_check_constraints(table)),
                sorted(str(c["name"]) for c in look.get_unique_constraints(table)),
                sorted(str(c["name"]) for c in look.get_foreign_keys(table)),
                sorted(str(c["name"]) for c in look.get_indexes(table)),
                sorted((c["name"], bool(c["nullable"])) for c in look.get_columns(table)),
            )
            for table in sorted(look.get_table_names())
            if table != "alembic_version" and "_fts" not in table
        }
        named = (
            "SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view')"
            if database.dialect == "sqlite"
            else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        )
        form["triggers"] = sorted(connection.execute(text(named)).scalars())
    return form


def test_running_it_again_changes_nothing(empty: Database) -> None:
    assert minga.migrations.upgrade(empty)
    assert not minga.migrations.upgrade(empty)


def test_two_at_once_wait_for_each_other(empty_url: str) -> None:
    worked: list[bool] = []

    def work() -> None:
        database = Database.open(empty_url)
        worked.append(minga.migrations.upgrade(database))
        database.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(worked) == [False, True]


def test_a_database_of_a_later_release_is_refused(empty: Database) -> None:
    minga.migrations.upgrade(empty)
    with empty.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(minga.migrations.SchemaTooNew, match="9999"):
        minga.migrations.upgrade(empty)


def test_the_history_is_one_line() -> None:
    folder = Path(minga.migrations.__file__).parent / "versions"
    numbers = sorted(path.name[:4] for path in folder.glob("0*.py"))
    assert numbers == [f"{n:04}" for n in range(1, len(numbers) + 1)]
