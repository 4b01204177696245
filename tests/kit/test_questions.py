"""Questions compiled once: the same rows as through the session, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import DBAPIError

from minga.kit.clock import FixedClock
from minga.kit.db import Database, Instant, count_statements
from minga.kit.jobs import Job, JobState, enqueue, job
from minga.kit.questions import Question
from minga.kit.seals import Seal

STATES = [JobState.WAITING, JobState.DONE]
COLUMNS = (
    Job.id,
    Job.lane,
    Job.args,
    Job.run_at,
    Job.state,
    Job.lease_until,
    func.aggregate_strings(Job.name, " ").label("names"),
)
DUE = (
    select(*COLUMNS)
    .where(Job.run_at <= bindparam("at", type_=Instant), Job.lane == bindparam("lane"), Job.state.in_(STATES))
    .group_by(Job.id)
    .order_by(Job.run_at)
    .limit(10)
)


@job("test.questions", lane="mail")
def _work(_run: object, _args: object) -> None:
    """Never run here."""


@pytest.fixture
def some(database: Database, clock: FixedClock) -> None:
    with database.write() as session:
        for n in range(3):
            enqueue(session, "test.questions", {"n": n}, at=clock() + timedelta(minutes=n, microseconds=n))


def test_rows_are_those_of_the_session(database: Database, clock: FixedClock, some: None) -> None:
    due = Question(lambda: DUE)
    for minutes, lane in ((5, "mail"), (1, "mail"), (5, "fast"), (0, "mail")):
        values = {"at": clock() + timedelta(minutes=minutes, seconds=1), "lane": lane}
        with database.read() as session:
            expected = [tuple(row) for row in session.execute(DUE, values)]
            found = due.rows(session, **values)
            first = due.first(session, **values)
        assert [tuple(row) for row in found] == expected
        assert (tuple(first) if first else None) == (expected[0] if expected else None)
        assert all(
            row.state is JobState.WAITING and row.run_at.tzinfo and row.lease_until is None for row in found
        )


def test_what_the_unit_has_not_written_yet_is_seen(database: Database, clock: FixedClock) -> None:
    due = Question(lambda: DUE)
    with database.write() as session:
        enqueue(session, "test.questions", {}, at=clock())
        assert len(due.rows(session, at=clock(), lane="mail")) == 1


def test_questions_are_counted_and_put_together_once(
    database: Database, clock: FixedClock, some: None
) -> None:
    built = []

    def build() -> Any:
        built.append(1)
        return DUE

    due = Question(build)
    with count_statements(database) as said, database.read() as session:
        due.rows(session, at=clock(), lane="mail")
        due.rows(session, at=clock(), lane="fast")
    assert len([one for one in said if "FROM job" in one]) == 2
    assert len(built) == 1


def test_a_fault_of_the_driver_is_told_as_everywhere(database: Database) -> None:
    wrong = Question(lambda: select(Seal.seq).where(func.no_such_function(Seal.seq) == bindparam("n")))
    with pytest.raises(DBAPIError), database.read() as session:
        wrong.rows(session, n=1)


def test_a_list_of_changing_length_is_refused(database: Database) -> None:
    wrong = Question(lambda: select(Seal.seq).where(Seal.seq.in_(bindparam("many", expanding=True))))
    with pytest.raises(ValueError, match="changing length"), database.read() as session:
        wrong.rows(session, many=[1, 2])
