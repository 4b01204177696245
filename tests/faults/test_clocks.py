"""A clock that jumps: ids keep their order, nothing lasts less than nothing, who is signed in stays so, work is done once."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from minga.identity import access
from minga.identity import commands as identity
from minga.kit import delivery, jobs
from minga.kit.clock import FixedClock
from minga.kit.db import Database
from minga.kit.events import Undelivered
from minga.kit.ids import new_id
from minga.kit.jobs import Job, JobState, Run
from minga.sharing.models import Listing
from tests.sharing.makers import post
from tests.village import Village
from tests.visitor import Visitor

JUMPS = [timedelta(hours=1), timedelta(hours=-1), timedelta(days=-1)]


@pytest.mark.parametrize("jump", JUMPS, ids=str)
def test_ids_keep_their_order(jump: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    before = [new_id() for _ in range(5)]
    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() + int(jump.total_seconds() * 1e9))
    after = [new_id() for _ in range(5)]
    monkeypatch.undo()
    again = [new_id() for _ in range(5)]
    found = [*before, *after, *again]
    assert found == sorted(set(found))


@pytest.mark.parametrize("jump", JUMPS, ids=str)
def test_who_is_signed_in_stays_so(village: Village, clock: FixedClock, jump: timedelta) -> None:
    with village.database.write() as session:
        cookie = identity.start_sign_in(session, village.people["ana"], at=clock())
    clock.forward(seconds=jump.total_seconds())
    with village.database.read() as session:
        actor, _me = access.actor_from_cookie(session, cookie, at=clock())
    assert actor.person_id == village.people["ana"]


@pytest.mark.parametrize("jump", JUMPS, ids=str)
def test_what_was_posted_stays_to_be_seen(
    village: Village, clock: FixedClock, jump: timedelta, visit: Callable[[str | None], Visitor]
) -> None:
    clock.forward(days=10)
    with village.database.write() as session:
        listing = post(session, village.ana, village.valley, "Drill", at=clock())
        path = f"/listings/{listing.id}"
    clock.forward(seconds=jump.total_seconds())
    bruno = visit("bruno")
    assert "Drill" in bruno.get("/c/valley/listings").text
    bruno.get(path)
    with village.database.read() as session:
        kept = session.scalars(select(Listing)).one()
        assert kept.expires_at is None or kept.expires_at > kept.made_at


@pytest.mark.parametrize("jump", JUMPS, ids=str)
def test_work_that_the_jump_interrupts_is_done_once_and_took_no_negative_time(
    database: Database, clock: FixedClock, jump: timedelta
) -> None:
    done = []

    def work(_run: Run, _args: object) -> None:
        done.append(1)
        clock.forward(seconds=jump.total_seconds())

    jobs.kinds["faults.jump"] = jobs.Kind(work, "fast", 30, (1, 10))
    with database.write() as session:
        jobs.enqueue(session, "faults.jump", {}, at=clock())
    assert jobs.work_once(database, clock, None) == 1
    clock.forward(days=2)
    assert jobs.work_once(database, clock, None) == 0
    with database.read() as session:
        job = session.scalars(select(Job)).one()
    assert (job.state, len(done)) == (JobState.DONE, 1)
    assert job.took_ms is not None
    assert job.took_ms >= 0


def test_events_of_an_hour_ahead_are_delivered_in_the_end(village: Village, clock: FixedClock) -> None:
    with village.database.write() as session:
        post(session, village.ana, village.valley, "Drill", at=clock())
    clock.forward(hours=-1)
    for _ in range(3):
        while delivery.deliver(village.database, clock):
            pass
        clock.forward(hours=1)
    with village.database.read() as session:
        assert session.scalars(select(Undelivered)).all() == []
