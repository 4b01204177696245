"""Rows written by the driver itself: the same as the mapper would write, with its defaults and its refusals."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, inspect, select
from sqlalchemy.exc import IntegrityError

from minga.kit.clock import FixedClock
from minga.kit.db import Database, count_statements
from minga.kit.ids import new_id
from minga.kit.insertions import Insertion, save
from minga.kit.jobs import Job, JobState
from minga.kit.repeat import Repeat

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)


def repeat(key: str) -> Repeat:
    return Repeat(key=key, body_hash="00", answer={"location": "/ñ", "n": [1, None]}, made_at=NOON)


def test_what_is_saved_is_what_the_mapper_would_have_written(database: Database) -> None:
    with database.write() as session:
        session.add(repeat("mapper"))
        save(session, repeat("driver"))
    with database.read() as session:
        first, second = session.scalars(select(Repeat).order_by(Repeat.key))
        assert (first.key, second.key) == ("driver", "mapper")
        assert (first.answer, first.made_at) == (second.answer, second.made_at)


def test_defaults_are_those_of_the_table(database: Database, clock: FixedClock) -> None:
    with database.write() as session:
        made = Job(name="nothing", lane="fast", run_at=clock(), args={})
        save(session, made)
        assert made.id
        assert made.state is JobState.WAITING
    with database.read() as session:
        assert session.scalars(select(Job.state)).one() is JobState.WAITING


def test_the_session_has_them_and_writes_what_changes_later(database: Database) -> None:
    with database.write() as session:
        saved = repeat("one")
        save(session, saved)
        assert inspect(saved).persistent
        with count_statements(database) as said:
            assert session.get(Repeat, "one") is saved
        assert said == []
        saved.body_hash = "01"
    with database.read() as session:
        assert session.scalars(select(Repeat.body_hash)).one() == "01"


def test_what_waited_before_is_written_before(database: Database) -> None:
    with database.write() as session:
        session.add(repeat("same"))
        with pytest.raises(IntegrityError):
            save(session, repeat("same"))
        session.rollback()


def test_nothing_is_left_of_a_unit_that_fails(database: Database) -> None:
    with pytest.raises(RuntimeError), database.write() as session:
        save(session, repeat("one"))
        raise RuntimeError
    with database.read() as session:
        assert session.scalars(select(Repeat)).all() == []


def test_numbers_and_defaults_of_the_server_are_left_to_it(database: Database) -> None:
    table = Table(
        "thing", MetaData(),
        Column("n", Integer, primary_key=True),
        Column("word", String(20), nullable=False, server_default="said by the server"),
        Column("id", String(32), default=new_id),
    )  # fmt: skip
    thing = Insertion(table)
    with database.schema_connection() as connection:
        table.create(connection)
    with database.write() as session:
        connection = session.connection()
        thing.run(connection, [{}, {}])
        thing.run(connection, [{"word": "said here"}])
        thing.run(connection, [])
        rows = connection.execute(select(table).order_by(table.c.n)).all()
    assert [row.word for row in rows] == ["said by the server", "said by the server", "said here"]
    assert len({row.id for row in rows}) == 3
    with database.schema_connection() as connection:
        table.drop(connection)
