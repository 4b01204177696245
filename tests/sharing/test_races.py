"""Several people at the same moment, on real connections: one wins, nobody gets what is not there (H3, H4)."""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from minga.communities import commands as communities
from minga.communities.rules import CameBy
from minga.identity import Actor
from minga.identity import commands as identity
from minga.kit.errors import Busy, Conflict, Refused
from minga.kit.ids import new_id
from minga.sharing import commands
from minga.sharing.models import Ask, Exchange, Leg, Loan
from minga.sharing.rules import Answers
from minga.sharing.rules.asks import Answer
from tests.sharing import neighbours
from tests.sharing.neighbours import agreed, asked
from tests.village import Village

TAKERS = 16
ONE_BY_ONE = threading.Lock()


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """Run all at the same moment, each in a thread of its own; answers what they gave or the refusal."""
    gate = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(number: int, act: Callable[[], Any]) -> None:
        gate.wait()
        try:
            results[number] = act()
        except Refused as refusal:
            results[number] = refusal
        except BaseException as fault:
            results[number] = fault

    threads = [threading.Thread(target=run, args=(number, act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    faults = [one for one in results if isinstance(one, BaseException) and not isinstance(one, Refused)]
    assert not faults, faults
    return results


def patiently(act: Callable[[], Any]) -> Any:
    """What a client does that reads "the node is busy, try again": PostgreSQL ends one of two who wait for each other.

    Those who were sent away come back one by one, or they would go on to end each other.
    """
    try:
        return act()
    except Busy:
        with ONE_BY_ONE:
            for _ in range(20):
                with suppress(Busy):
                    return act()
    raise AssertionError("twenty times the node was busy")


def crowd(village: Village, many: int) -> list[Actor]:
    """More members of Valley."""
    made = []
    with village.database.write() as session:
        for number in range(many):
            person = identity.make_person(
                session, Actor.machine(), name=f"Taker {number}", handle=f"taker{number}", at=village.clock()
            )
            communities.begin(
                session,
                village.ana,
                village.valley,
                person,
                at=village.clock(),
                came_by=CameBy.INVITE,
                trial_days=0,
            )
            made.append(Actor(person))
    return made


def asking(village: Village, who: Actor, listing: str, **wish: Any) -> Callable[[], Any]:
    def act() -> Any:
        with village.database.write() as session:
            return commands.ask(
                session, who, listing, commands.Wish(**wish), form_id=new_id(), at=village.clock()
            )

    return act


def test_sixteen_takers_of_ten_squashes_get_ten(village: Village) -> None:
    squashes = neighbours.squashes(village, pieces=10, answers=Answers.AT_ONCE)
    results = at_once(
        [asking(village, who, squashes, quantity_milli=1_000) for who in crowd(village, TAKERS)]
    )
    lost = [one for one in results if isinstance(one, Refused)]
    assert len(lost) == TAKERS - 10
    assert {(one.name, one.status) for one in lost} == {("just_gone", 409)}
    assert all(str(one).startswith("Just gone. ") for one in lost)
    with village.database.read() as session:
        assert session.scalar(select(func.sum(Leg.quantity_milli))) == 10_000


def test_greedy_takers_never_get_more_than_there_is(village: Village) -> None:
    squashes = neighbours.squashes(village, pieces=10, answers=Answers.AT_ONCE)
    at_once([asking(village, who, squashes, quantity_milli=3_000) for who in crowd(village, 8)])
    with village.database.read() as session:
        assert session.scalar(select(func.sum(Leg.quantity_milli))) == 9_000


def test_two_who_borrow_the_one_drill_at_once(village: Village) -> None:
    drill = neighbours.drill(village, answers=Answers.AT_ONCE)
    results = at_once([asking(village, who, drill) for who in (village.bruno, village.chidi)])
    refused = [one for one in results if isinstance(one, Refused)]
    assert [(one.name, one.status) for one in refused] == [("just_gone", 409)]
    with village.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Exchange)) == 1


def test_a_yes_pressed_many_times_at_once_is_one_exchange(village: Village) -> None:
    ask = asked(village, village.bruno, neighbours.drill(village))

    def accept() -> str:
        with village.database.write() as session:
            return commands.accept(session, village.ana, ask.id, at=village.clock()).id

    assert len(set(at_once([accept] * 6))) == 1
    with village.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Exchange)) == 1


def test_two_yeses_for_the_last_thing_are_one(village: Village) -> None:
    """H8: the other ask ends in the same transaction."""
    table = neighbours.table(village)
    asks = [asked(village, who, table).id for who in (village.bruno, village.chidi)]

    def accepting(ask_id: str) -> Callable[[], Any]:
        def act() -> Any:
            with village.database.write() as session:
                return commands.accept(session, village.ana, ask_id, at=village.clock()).id

        return act

    results = at_once([accepting(one) for one in asks])
    assert len([one for one in results if isinstance(one, Conflict)]) == 1
    with village.database.read() as session:
        answers = [one for one in session.scalars(select(Ask.answer)) if one]
        assert sorted(answers) == [Answer.ACCEPT, Answer.GIVEN_ELSEWHERE]


def test_yes_and_withdrawal_at_once_end_the_ask_once(village: Village) -> None:
    ask = asked(village, village.bruno, neighbours.table(village))

    def accept() -> Any:
        with village.database.write() as session:
            return commands.accept(session, village.ana, ask.id, at=village.clock())

    def withdraw() -> Any:
        with village.database.write() as session:
            return commands.withdraw(session, village.bruno, ask.id, at=village.clock())

    results = at_once([accept, withdraw])
    assert len([one for one in results if isinstance(one, Conflict)]) == 1
    with village.database.read() as session:
        row = session.get_one(Ask, ask.id)
        assert (row.answered_at is None) != (row.withdrawn_at is None)


def test_one_copy_is_handed_over_once(village: Village) -> None:
    """H4: two agreed loans of one drill, both handed over in the same moment."""
    drill = neighbours.drill(village)
    later = datetime(2026, 12, 10, tzinfo=UTC)
    exchanges = [
        agreed(village, village.bruno, drill),
        agreed(village, village.chidi, drill, from_at=later, until_at=later + timedelta(days=2)),
    ]

    def lending(exchange_id: str) -> Callable[[], Any]:
        def act() -> Any:
            with village.database.write() as session:
                return commands.lend(session, village.ana, exchange_id, at=village.clock())

        return act

    results = at_once([lending(one.id) for one in exchanges])
    assert [one.name for one in results if isinstance(one, Refused)] == ["somebody_has_it"]
    with village.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Loan)) == 1


def test_taking_back_many_times_at_once_completes_once(village: Village) -> None:
    from minga.kit.events import EventRow

    loan = neighbours.lent(village, village.bruno, neighbours.drill(village))

    def take_back() -> None:
        with village.database.write() as session:
            commands.take_back(session, village.ana, loan, at=village.clock())

    at_once([take_back] * 6)
    with village.database.read() as session:
        told = select(func.count()).select_from(EventRow).where(EventRow.name == "LoanCompleted")
        assert session.scalar(told) == 1


@pytest.mark.parametrize("side", ["bruno", "ana"])
def test_a_word_said_twice_at_once_is_said_once(village: Village, side: str) -> None:
    from minga.kit.events import EventRow

    exchange = agreed(village, village.bruno, neighbours.table(village))

    def done() -> None:
        with village.database.write() as session:
            commands.done(session, village.actor(side), exchange.id, at=village.clock())

    at_once([done] * 4)
    with village.database.read() as session:
        told = select(func.count()).select_from(EventRow).where(EventRow.name == "SideDone")
        assert session.scalar(told) == 1
