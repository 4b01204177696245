"""The owner link: works once, for one person, for a day; nobody becomes owner without it."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from minga.identity import Actor, commands
from minga.identity.access import actor_from_cookie
from minga.kit.clock import FixedClock
from minga.kit.crypto import digest
from minga.kit.db import Database
from minga.kit.errors import NotFound

MACHINE = Actor.machine()


def make_link(database: Database, at: datetime) -> str:
    with database.write() as session:
        return commands.make_owner_link(session, MACHINE, at=at)


def claim(database: Database, token: str, at: datetime, name: str = "Ivo") -> str:
    with database.write() as session:
        return commands.claim_owner_link(
            session,
            Actor.nobody(),
            token,
            name=name,
            handle=name.lower(),
            language="en",
            zone="UTC",
            at=at,
        )


def test_a_stranger_makes_no_owner_link(database: Database, clock: FixedClock) -> None:
    with database.write() as session, pytest.raises(NotFound):
        commands.make_owner_link(session, Actor.nobody(), at=clock())


def test_the_bearer_becomes_operator(database: Database, clock: FixedClock) -> None:
    token = make_link(database, clock())
    person_id = claim(database, token.lower().replace("-", " "), clock())
    with database.write() as session:
        cookie = commands.start_sign_in(session, person_id, at=clock())
    with database.read() as session:
        actor, me = actor_from_cookie(session, cookie, at=clock())
        assert commands.is_owned(session)
    assert actor.operator
    assert me is not None
    assert me.name == "Ivo"


def test_it_has_130_bits_and_is_stored_as_a_digest(database: Database, clock: FixedClock) -> None:
    token = make_link(database, clock()).replace("-", "")
    assert len(token) * 5 == 130
    with database.read() as session:
        rows = str(session.execute(text("SELECT * FROM owner_link")).all())
    assert token not in rows
    assert digest(token) in rows


def test_the_second_visitor_reads_that_it_was_used(database: Database, clock: FixedClock) -> None:
    token = make_link(database, clock())
    claim(database, token, clock())
    with pytest.raises(NotFound, match="was used"):
        claim(database, token, clock(), "Zoe")
    with database.read() as session:
        assert commands.owner_link_was_used(session, token)
        assert not commands.owner_link_works(session, token, at=clock())


def test_a_new_link_ends_the_old_one(database: Database, clock: FixedClock) -> None:
    old = make_link(database, clock())
    new = make_link(database, clock())
    with pytest.raises(NotFound):
        claim(database, old, clock())
    claim(database, new, clock())


def test_it_ends_after_a_day(database: Database, clock: FixedClock) -> None:
    token = make_link(database, clock())
    with pytest.raises(NotFound):
        claim(database, token, clock() + timedelta(hours=24))


def test_of_two_at_the_same_moment_one_becomes_owner(database: Database, clock: FixedClock) -> None:
    token = make_link(database, clock())
    barrier = threading.Barrier(8)
    outcomes: list[str] = []

    def run(number: int) -> None:
        barrier.wait()
        try:
            outcomes.append(claim(database, token, clock(), f"Ivo{number}"))
        except NotFound:
            outcomes.append("")

    threads = [threading.Thread(target=run, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 8
    assert sum(1 for one in outcomes if one) == 1
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM person")).scalar() == 1
        assert session.execute(text("SELECT count(*) FROM operator_grant")).scalar() == 1
