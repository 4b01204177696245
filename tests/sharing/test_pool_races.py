"""Two at the same moment in one pool, and a machine that stops in the middle: one wins, the stock is right."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from minga.identity import Actor
from minga.kit.db import Session, count_statements
from minga.kit.errors import Refused
from minga.kit.events import EventRow
from minga.kit.refs import needs
from minga.sharing.commands import pool_allocating
from minga.sharing.commands import pooling as commands
from minga.sharing.commands.pool_stock import stock_milli
from minga.sharing.commands.pooling import Claiming
from minga.sharing.models.pools import StockMove
from minga.sharing.models.rounds import PoolClaim, PoolRound, PoolShare, RoundSecret
from minga.sharing.queries import pooling as queries
from minga.sharing.rules.pools import StockWhy
from tests.sharing.commons import answer, claimed, households, opened, pool, shared_out, shares
from tests.sharing.test_races import at_once
from tests.village import Village


def act(
    village: Village, command: Callable[..., Any], who: Actor, *given: Any, **facts: Any
) -> Callable[[], Any]:
    def one() -> Any:
        with village.database.write() as session:
            return command(session, who, *given, at=village.clock(), **facts)

    return one


def stock(village: Village, pool_id: str) -> int:
    with village.database.read() as session:
        moves = session.scalar(select(func.sum(StockMove.milli)).where(StockMove.pool_id == pool_id))
        assert moves == stock_milli(session, pool_id)
        return int(moves or 0)


def test_two_allocations_of_one_round_at_once_are_one(village: Village) -> None:
    """ALL-T7."""
    made = pool(village, stock=10)
    n = opened(village, made)
    for who in households(village, 6):
        claimed(village, who, made, n, 3)
    village.clock.forward(hours=25)
    keepers = (village.ana, village.chidi) * 3
    results = at_once([act(village, commands.allocate, who, made, n) for who in keepers])
    won = [one for one in results if not isinstance(one, Refused)]
    assert len(won) == 1
    assert {one.name for one in results if isinstance(one, Refused)} == {"round_state"}
    assert stock(village, made) == 0
    assert sum(one.steps for one in shares(village, made, n)) == 10


def test_two_who_take_from_the_stock_at_once_never_take_more_than_there_is(village: Village) -> None:
    made = pool(village, stock=10)
    results = at_once(
        [act(village, commands.count_stock, village.ana, made, 6000, StockWhy.SPOILED) for _ in range(4)]
    )
    assert sum(not isinstance(one, Refused) for one in results) == 1
    assert stock(village, made) == 4000


def test_two_of_one_household_who_claim_at_once_have_one_claim(village: Village) -> None:
    made = pool(village, stock=10)
    bruno, hana = village.people["bruno"], village.people["hana"]
    with village.database.write() as session:
        commands.join_households(session, village.ana, made, hana, bruno, 2, at=village.clock())
    n = opened(village, made)
    who = (village.bruno, village.hana) * 4
    at_once([act(village, commands.claim, one, made, n, Claiming(steps=2)) for one in who])
    with village.database.read() as session:
        live = session.scalar(select(func.count()).where(PoolClaim.withdrawn_at.is_(None)))
    assert live == 1


def test_a_share_that_is_taken_and_refused_at_once_is_one_of_both(village: Village) -> None:
    made = pool(village, stock=2)
    n = opened(village, made)
    claimed(village, village.bruno, made, n, 2)
    shared_out(village, made, n)
    [share] = shares(village, made, n)
    both = [commands.accept_share, commands.refuse_share] * 3
    at_once([act(village, one, village.bruno, share.id) for one in both])
    [after] = shares(village, made, n)
    assert (after.accepted_at is None) != (after.refused_at is None)
    assert stock(village, made) == (0 if after.accepted_at else 2000)


STEPS = ("offer", "_move_out", "tell_offers", "settle_if_done")


@pytest.mark.parametrize("step", STEPS)
def test_an_allocation_that_stops_in_the_middle_leaves_nothing_behind(
    village: Village, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    made = pool(village, stock=4)
    n = opened(village, made)
    for who in households(village, 3):
        claimed(village, who, made, n, 2)
    village.clock.forward(hours=25)

    def stop(*_given: Any, **_facts: Any) -> None:
        raise RuntimeError("the machine stopped")

    with monkeypatch.context() as broken:
        broken.setattr(pool_allocating, step, stop)
        with pytest.raises(RuntimeError):
            act(village, commands.allocate, village.ana, made, n)()
    with village.database.read() as session:
        assert session.scalar(select(func.count()).select_from(PoolShare)) == 0
        assert session.scalar(select(func.count()).select_from(RoundSecret)) == 1
        assert session.scalar(select(PoolRound.seed)) is None
        assert session.scalar(select(func.count()).where(EventRow.name == "RoundAllocated")) == 0
    assert stock(village, made) == 4000
    act(village, commands.allocate, village.ana, made, n)()
    assert stock(village, made) == 0


def test_lists_ask_as_many_questions_for_many_as_for_few(village: Village) -> None:
    people = households(village, 8)

    def fill() -> str:
        made = pool(village, stock=20)
        n = opened(village, made)
        for who in people:
            claimed(village, who, made, n, 2)
        shared_out(village, made, n)
        for share in shares(village, made, n)[:4]:
            answer(village, Actor(share.person_id), share.id)
        return made

    asks: tuple[Callable[[Session, str], Any], ...] = (
        lambda s, _: queries.pools(s, village.bruno, "valley", at=village.clock()),
        lambda s, p: queries.pool(s, village.bruno, p, at=village.clock()),
        lambda s, p: queries.round_view(s, village.bruno, p, 1, at=village.clock()),
        lambda s, p: queries.desk(s, village.ana, p, 1, at=village.clock()),
        lambda s, _: needs.of(s, village.ana, at=village.clock()),
    )

    def counts(made: str) -> list[int]:
        found = []
        for ask in asks:
            with count_statements(village.database) as said, village.database.read() as session:
                ask(session, made)
            found.append(len(said))
        return found

    few = counts(fill())
    for _ in range(3):
        last = fill()
    assert counts(last) == few
    assert max(few) <= 24, few
