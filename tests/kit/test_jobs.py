"""Jobs: claimed once, tried again with growing waits, given up visibly, safe when a worker dies; in both modes."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select

from minga.kit import jobs
from minga.kit.clock import FixedClock
from minga.kit.db import Database
from minga.kit.jobs import Job, JobState, Later, Run, enqueue
from tests.modes import WorkOnce

Bake = Callable[[Run, dict[str, Any]], None]


@pytest.fixture
def oven(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Bake]]:
    """A kind of job whose work the test may change."""
    inside: dict[str, Bake] = {}
    kind = jobs.Kind(lambda run, args: inside["bake"](run, args), "fast", 30, (1, 10))
    monkeypatch.setitem(jobs.kinds, "bake", kind)
    yield inside


def _order(database: Database, clock: FixedClock, **options: Any) -> None:
    with database.write() as session:
        enqueue(session, "bake", {"loaves": 2}, at=clock(), **options)


def _states(database: Database) -> list[tuple[JobState, int]]:
    with database.read() as session:
        return [tuple(row) for row in session.execute(select(Job.state, Job.tries))]  # type: ignore[misc]


def test_a_job_runs_after_the_commit_and_once(
    database: Database, clock: FixedClock, oven: dict[str, Bake], work_once: WorkOnce
) -> None:
    baked: list[int] = []
    oven["bake"] = lambda run, args: baked.append(args["loaves"])
    _order(database, clock)
    assert work_once(database, clock, None) == 1
    assert work_once(database, clock, None) == 0
    assert baked == [2]
    assert _states(database) == [(JobState.DONE, 1)]


def test_a_job_of_a_failed_transaction_does_not_exist(
    database: Database, clock: FixedClock, oven: dict[str, Bake], work_once: WorkOnce
) -> None:
    with pytest.raises(RuntimeError), database.write() as session:
        enqueue(session, "bake", {}, at=clock())
        raise RuntimeError
    assert work_once(database, clock, None) == 0


def test_a_unique_key_makes_two_orders_one(
    database: Database, clock: FixedClock, oven: dict[str, Bake]
) -> None:
    _order(database, clock, unique_key="monday")
    _order(database, clock, unique_key="monday")
    assert len(_states(database)) == 1


def test_a_job_waits_for_its_time(
    database: Database, clock: FixedClock, oven: dict[str, Bake], work_once: WorkOnce
) -> None:
    oven["bake"] = lambda run, args: None
    _order(database, clock, run_at=FixedClock(clock()).forward(hours=1))
    assert work_once(database, clock, None) == 0
    clock.forward(hours=1)
    assert work_once(database, clock, None) == 1


def test_a_job_that_fails_is_tried_again_then_given_up_and_may_be_retried(
    database: Database, clock: FixedClock, oven: dict[str, Bake], work_once: WorkOnce
) -> None:
    def burn(run: Run, args: dict[str, Any]) -> None:
        raise OSError("burnt")

    oven["bake"] = burn
    _order(database, clock)
    for _ in range(5):
        work_once(database, clock, None)
        clock.forward(minutes=1)
    assert _states(database) == [(JobState.DEAD, 3)]
    oven["bake"] = lambda run, args: None
    with database.write() as session:
        found = session.scalars(select(Job)).one()
        assert "burnt" in found.error
        jobs.retry(session, found.id, at=clock())
    assert work_once(database, clock, None) == 1
    assert _states(database) == [(JobState.DONE, 1)]


def test_a_job_whose_worker_died_runs_again_after_its_lease(
    database: Database, clock: FixedClock, oven: dict[str, Bake], work_once: WorkOnce
) -> None:
    class PowerCut(BaseException):
        pass

    def die(run: Run, args: dict[str, Any]) -> None:
        raise PowerCut

    oven["bake"] = die
    _order(database, clock)
    with pytest.raises(PowerCut):
        work_once(database, clock, None)
    oven["bake"] = lambda run, args: None
    assert work_once(database, clock, None) == 0
    clock.forward(minutes=2)
    assert work_once(database, clock, None) == 1
    assert _states(database) == [(JobState.DONE, 2)]


def test_a_job_that_kills_every_worker_is_given_up(
    database: Database, clock: FixedClock, oven: dict[str, Bake], work_once: WorkOnce
) -> None:
    class PowerCut(BaseException):
        pass

    def die(run: Run, args: dict[str, Any]) -> None:
        raise PowerCut

    oven["bake"] = die
    _order(database, clock)
    for _ in range(2):
        with pytest.raises(PowerCut):
            work_once(database, clock, None)
        clock.forward(minutes=2)
    work_once(database, clock, None)
    assert _states(database) == [(JobState.DEAD, 3)]


def test_a_job_may_ask_for_later_without_blame(
    database: Database, clock: FixedClock, oven: dict[str, Bake], work_once: WorkOnce
) -> None:
    def wait(run: Run, args: dict[str, Any]) -> None:
        raise Later(600, "the mail server is away")

    oven["bake"] = wait
    _order(database, clock)
    work_once(database, clock, None)
    assert _states(database) == [(JobState.WAITING, 0)]
    clock.forward(minutes=5)
    assert work_once(database, clock, None) == 0


def test_a_job_that_nobody_knows_is_given_up_visibly(
    database: Database,
    clock: FixedClock,
    oven: dict[str, Bake],
    monkeypatch: pytest.MonkeyPatch,
    work_once: WorkOnce,
) -> None:
    _order(database, clock)
    monkeypatch.delitem(jobs.kinds, "bake")
    work_once(database, clock, None)
    assert _states(database) == [(JobState.DEAD, 1)]
    with database.read() as session:
        assert "No job is called bake" in session.scalars(select(Job.error)).one()


def test_small_jobs_go_together_and_each_ends_in_its_own_way(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, work_once: WorkOnce
) -> None:
    baked: list[int] = []

    def bake(run: Run, args: dict[str, Any]) -> None:
        if args["n"] == 1:
            raise OSError
        if args["n"] == 2:
            raise Later(5, "the oven is cold")
        baked.append(args["n"])

    monkeypatch.setitem(jobs.kinds, "bake", jobs.Kind(bake, "fast", 3, (1, 10), together=3))
    with database.write() as session:
        for n in range(5):
            enqueue(session, "bake", {"n": n}, at=clock())
    commits: list[int] = []
    database.on_commit(lambda: commits.append(1))
    assert work_once(database, clock, None) == 5
    assert baked == [0, 3, 4]
    assert len(commits) == 4, "two times taken, two times marked"
    assert sorted(_states(database)) == [(JobState.DONE, 1)] * 3 + [
        (JobState.WAITING, 0),
        (JobState.WAITING, 1),
    ]
    clock.forward(seconds=1)
    with database.write() as session:
        enqueue(session, "bake", {"n": 6}, at=clock())
    assert work_once(database, clock, None, limit=1) == 1
    assert baked == [0, 3, 4], "what failed once goes alone"
    assert work_once(database, clock, None) == 1
    assert baked == [0, 3, 4, 6]


def test_lanes_are_worked_apart(
    database: Database, clock: FixedClock, oven: dict[str, Bake], work_once: WorkOnce
) -> None:
    oven["bake"] = lambda run, args: None
    _order(database, clock)
    assert work_once(database, clock, None, lanes=("mail", "http")) == 0
    assert work_once(database, clock, None, lanes=("fast",)) == 1
