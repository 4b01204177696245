"""Casting while a poll closes, on real connections of both databases: what is counted is what was accepted."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from minga.governance.commands import ballots as commands
from minga.governance.models import Ballot, LooseBallot, Poll
from minga.governance.queries.cast import cast_of
from minga.identity import Actor
from minga.identity import commands as identity
from minga.kit.errors import Busy, Refused
from tests.governance.polling import a_poll, close
from tests.sharing.test_races import at_once, patiently
from tests.village import Village

VOTERS, CASTS = 25, 200


def voters_of(village: Village, level: str) -> tuple[str, list[Actor]]:
    """A poll whose roll are people of nowhere else: the roll alone lets them vote."""
    with village.database.write() as session:
        people = [
            identity.make_person(
                session, Actor.machine(), name=f"Voter {n}", handle=f"voter{n}", at=village.clock()
            )
            for n in range(VOTERS)
        ]
        poll = a_poll(session, village, secrecy_level=level, rows=[(one, 1) for one in people])
        return poll.id, [Actor(one, confirmed_at=village.clock()) for one in people]


def casting(village: Village, poll_id: str, who: Actor, ballot: str) -> Callable[[], Any]:
    def one() -> Any:
        with village.database.write() as session:
            return commands.cast_ballot(session, who, poll_id, ballot, at=village.clock())

    return lambda: patiently(one)


def closing(village: Village, poll_id: str) -> Callable[[], Any]:
    def one() -> Any:
        with village.database.write() as session:
            return close(session, session.get_one(Poll, poll_id), village.clock())

    return lambda: patiently(one)


@pytest.mark.parametrize("level", ["open", "sealed", "detached"])
def test_casts_that_race_the_close_are_counted_or_refused(village: Village, level: str) -> None:
    """GOV-T9, invariant 13: two hundred casts while the poll closes; none after, one for each voter."""
    poll_id, people = voters_of(village, level)
    for who in people[:3]:
        casting(village, poll_id, who, "no")()
    accepted = {who.person_id for who in people[:3]}
    acts = [casting(village, poll_id, people[n % VOTERS], "yes") for n in range(CASTS)]
    found: list[Any] = []
    for start in range(0, CASTS, 25):
        block: list[Callable[[], Any]] = list(acts[start : start + 25])
        if start == 100:
            block.insert(5, closing(village, poll_id))
        results = at_once(block)
        found += results
    done = [one for one in found if isinstance(one, commands.Closed)]
    assert len(done) == 1
    refused = Counter(one.name for one in found if isinstance(one, Refused))
    assert set(refused) <= {"poll_closed", "voted_already"}
    assert not any(isinstance(one, Busy) for one in found)
    assert refused["poll_closed"] >= CASTS - 125
    with village.database.read() as session:
        poll = session.get_one(Poll, poll_id)
        counted = cast_of(session, poll)
        table = Ballot if level == "open" else LooseBallot
        kept = session.scalar(select(func.count()).select_from(table).where(table.poll_id == poll_id))
    assert counted.number == done[0].number == kept
    assert len(accepted) <= counted.number <= VOTERS


def test_two_ballots_of_one_voter_at_once_are_one(village: Village) -> None:
    poll_id, people = voters_of(village, "open")
    results = at_once([casting(village, poll_id, people[0], word) for word in ("yes", "no") * 8])
    assert sorted(one.version for one in results) == list(range(1, 17))
    with village.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Ballot)) == 1
        assert session.scalars(select(Ballot.version)).one() == 16
