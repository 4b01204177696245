"""Each occurrence once, whoever looks; a missed one is made up for once."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from minga.kit import jobs, schedule, tidying
from minga.kit.clock import FixedClock
from minga.kit.db import Database
from minga.kit.jobs import Job, enqueue, work_once
from minga.kit.repeat import Repeat, remember


@pytest.fixture
def bell(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    rung: list[str] = []
    monkeypatch.setattr(schedule, "entries", {})
    monkeypatch.setattr(jobs, "kinds", dict(jobs.kinds))
    schedule.every("bell", hours=1)(lambda run, args: rung.append(run.clock().isoformat()))
    yield rung


def test_an_hour_rings_once_and_the_next_again(
    database: Database, clock: FixedClock, bell: list[str]
) -> None:
    for _ in range(3):
        schedule.enqueue_due(database, clock)
        work_once(database, clock, None)
    assert len(bell) == 1
    clock.forward(hours=1)
    schedule.enqueue_due(database, clock)
    work_once(database, clock, None)
    assert len(bell) == 2


def test_a_night_off_rings_once(database: Database, clock: FixedClock, bell: list[str]) -> None:
    schedule.enqueue_due(database, clock)
    clock.forward(hours=9)
    assert schedule.enqueue_due(database, clock) == 1
    assert schedule.enqueue_due(database, clock) == 0


def test_a_clock_that_goes_back_rings_nothing_twice(
    database: Database, clock: FixedClock, bell: list[str]
) -> None:
    schedule.enqueue_due(database, clock)
    clock.forward(hours=-3)
    assert schedule.enqueue_due(database, clock) == 0


def test_two_schedulers_make_one_job(database: Database, clock: FixedClock, bell: list[str]) -> None:
    schedule.enqueue_due(database, clock)
    clock.forward(hours=1)
    made: list[int] = []
    threads = [
        threading.Thread(target=lambda: made.append(schedule.enqueue_due(database, clock))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(made) == 1
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == 2


def test_what_is_old_is_cleared_away(database: Database, clock: FixedClock) -> None:
    with database.write() as session:
        remember(session, "old", "", {}, at=clock())
        enqueue(session, "kit.tidy", {}, at=clock())
    work_once(database, clock, None)
    clock.forward(days=8)
    run = jobs.Run(database, clock, None, "0" * 32, 1)
    tidying.tidy(run, {})
    tidying.checkpoint(run, {})
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Repeat)) == 0
        assert session.scalars(select(Job.state)).all() == []
