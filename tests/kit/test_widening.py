"""A CHECK that takes more words: rows and keys stay, other connections see it, and it never becomes narrower."""

import pytest
from sqlalchemy import Enum, inspect, text
from sqlalchemy.exc import DBAPIError

import minga.migrations
from minga.kit.db import Base, Database
from minga.kit.widening import widen

TABLE = """CREATE TABLE fruit (id INTEGER PRIMARY KEY, kind VARCHAR(40),
CONSTRAINT ck_fruit_kind CHECK (kind IN ('apple', 'pear')))"""
BASKET = "CREATE TABLE basket (id INTEGER PRIMARY KEY, fruit_id INTEGER REFERENCES fruit (id))"


@pytest.fixture
def fruits(empty_url: str) -> Database:
    database = Database.open(empty_url)
    with database.writer.begin() as connection:
        connection.exec_driver_sql(TABLE)
        connection.exec_driver_sql(BASKET)
        connection.exec_driver_sql("INSERT INTO fruit VALUES (1, 'apple')")
        connection.exec_driver_sql("INSERT INTO basket VALUES (1, 1)")
    return database


def _add(database: Database, number: int, kind: str) -> None:
    with database.writer.begin() as connection:
        connection.execute(text("INSERT INTO fruit VALUES (:n, :kind)"), {"n": number, "kind": kind})


def test_new_words_are_taken_and_unknown_ones_still_refused(fruits: Database) -> None:
    with fruits.reader.connect() as reading:
        reading.exec_driver_sql("SELECT * FROM fruit")
    with fruits.schema_connection() as connection:
        widen(connection, "fruit", "ck_fruit_kind", "kind", ("apple", "pear", "plum"))
    _add(fruits, 2, "plum")
    with pytest.raises(DBAPIError):
        _add(fruits, 3, "stone")
    with fruits.reader.connect() as reading:
        rows = reading.exec_driver_sql("SELECT f.kind FROM basket b JOIN fruit f ON f.id = b.fruit_id").all()
        assert [row[0] for row in rows] == ["apple"]
        if fruits.dialect == "sqlite":
            assert reading.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    fruits.close()


def test_a_step_that_fails_leaves_the_check_as_it_was(fruits: Database) -> None:
    with pytest.raises(RuntimeError), fruits.schema_connection() as connection:
        widen(connection, "fruit", "ck_fruit_kind", "kind", ("apple", "pear", "plum"))
        raise RuntimeError
    with pytest.raises(DBAPIError):
        _add(fruits, 2, "plum")
    fruits.close()


def test_what_would_become_narrower_or_is_not_there_is_refused(fruits: Database) -> None:
    if fruits.dialect == "sqlite":
        for name, words in (("ck_fruit_kind", ("apple",)), ("ck_fruit_size", ("apple", "pear"))):
            with pytest.raises(ValueError, match=name), fruits.schema_connection() as connection:
                widen(connection, "fruit", name, "kind", words)
    with pytest.raises(ValueError, match="words of ours"), fruits.schema_connection() as connection:
        widen(connection, "fruit", "ck_fruit_kind", "kind", ("x'); DROP TABLE fruit; --",))
    fruits.close()


def test_after_the_whole_history_every_column_of_words_takes_its_words(empty_url: str) -> None:
    """A step that forgot to widen a CHECK would refuse words that the models know."""
    minga.migrations.load_tables()
    database = Database.open(empty_url)
    minga.migrations.upgrade(database)
    missing = set()
    with database.writer.connect() as connection:
        look = inspect(connection)
        for name, table in Base.metadata.tables.items():
            checks = " ".join(str(one["sqltext"]) for one in look.get_check_constraints(name))
            for column in table.columns:
                words = column.type.enums if isinstance(column.type, Enum) else ()
                missing |= {f"{name}.{column.name}: {word}" for word in words if f"'{word}'" not in checks}
    assert missing == set()
    database.close()
