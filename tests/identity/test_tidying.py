"""What identity clears away by itself, and dates of last use that no page writes."""

import threading
from datetime import date, timedelta

from sqlalchemy import text
from starlette.testclient import TestClient

from minga.identity import Actor, commands
from minga.identity.access import actor_from_cookie
from minga.interfaces.asgi import build
from minga.interfaces.http import Node, open_node
from minga.interfaces.worker.own_dates import OwnDates
from minga.kit import jobs, schedule
from minga.kit.clock import FixedClock
from minga.kit.db import Database
from tests.identity.people import ask, person, signed_in


def work(node: Node) -> None:
    schedule.enqueue_due(node.database, node.clock)
    jobs.work_once(node.database, node.clock, node.settings)


def test_a_day_of_use_is_noted_by_reading_and_written_by_the_worker(
    node: Node, database: Database, clock: FixedClock
) -> None:
    work(node)
    actor, cookie = signed_in(database, person(database, "Bruno", clock()), clock())
    clock.forward(days=2)
    with database.read() as session:
        found, me = actor_from_cookie(session, cookie, at=clock())
    assert me is not None
    commands.last_uses.note(found, me, clock())
    work(node)
    with database.read() as session:
        _, me = actor_from_cookie(session, cookie, at=clock())
        idle = session.execute(text("SELECT idle_until FROM sign_in")).scalar()
    assert me is not None
    assert me.seen_on == clock().date()
    assert str((clock() + timedelta(days=30)).date()) in str(idle)
    assert actor.sign_in_id == found.sign_in_id


def test_a_web_process_beside_a_worker_writes_its_own_dates(
    node: Node, database: Database, clock: FixedClock
) -> None:
    _, cookie = signed_in(database, person(database, "Bruno", clock()), clock())
    commands.last_uses.take()
    node.owned = True
    clock.forward(days=2)
    with TestClient(build(node, working=False), base_url=node.settings.site_url) as browser:
        browser.cookies.set(node.cookie, cookie, domain=node.host)
        assert browser.get("/me").status_code == 200
        assert _seen_on(database, cookie, clock) == clock().date() - timedelta(days=2), "a GET never writes"
    assert _seen_on(database, cookie, clock) == clock().date(), "written when the process ended"
    clock.forward(days=1)
    with database.read() as session:
        actor, me = actor_from_cookie(session, cookie, at=clock())
    assert me is not None
    commands.last_uses.note(actor, me, clock())
    running, written = open_node(node.settings, clock), threading.Event()
    running.database.on_commit(written.set)
    dates = OwnDates(running, pause_seconds=0.01)
    dates.start()
    assert written.wait(10), "written while it runs"
    dates.stop()
    running.close()
    assert _seen_on(database, cookie, clock) == clock().date()


def _seen_on(database: Database, cookie: str, clock: FixedClock) -> date:
    with database.read() as session:
        _, me = actor_from_cookie(session, cookie, at=clock())
    assert me is not None
    assert me.seen_on is not None
    return me.seen_on


def test_noting_the_same_day_again_leaves_nothing_to_write(database: Database, clock: FixedClock) -> None:
    _, cookie = signed_in(database, person(database, "Bruno", clock()), clock())
    commands.last_uses.take()
    with database.read() as session:
        actor, me = actor_from_cookie(session, cookie, at=clock())
    assert me is not None
    commands.last_uses.note(actor, me, clock())
    assert commands.last_uses.take() == {}


def test_the_hour_ends_what_waited_in_vain_and_forgets_old_tries(
    node: Node, database: Database, clock: FixedClock
) -> None:
    person(database, "Dara", clock())
    ask(database, "dara", clock())
    ask(database, "nobody", clock())
    with database.write() as session:
        commands.trace(session, "password", "failed", asked_key="k", at=clock())
    work(node)
    clock.forward(days=1, hours=1)
    work(node)
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM sign_in WHERE ended_at IS NULL")).scalar() == 0
        assert session.execute(text("SELECT count(*) FROM auth_trace")).scalar() == 1
    clock.forward(days=30)
    work(node)
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM auth_trace")).scalar() == 0


def test_a_consent_is_dated_and_can_be_taken_back(database: Database, clock: FixedClock) -> None:
    bruno = Actor(person(database, "Bruno", clock()))
    own = bruno.person_id or ""
    with database.write() as session:
        assert not commands.consented(session, own, "suggestions")
        for _ in range(2):
            commands.give_consent(session, bruno, "suggestions", words="Suggest things to me.", at=clock())
        assert commands.consented(session, own, "suggestions")
        commands.revoke_consent(session, bruno, "suggestions", at=clock())
        assert not commands.consented(session, own, "suggestions")
        assert session.execute(text("SELECT count(*) FROM consent")).scalar() == 1
