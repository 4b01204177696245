"""Trying to get more from a pool than one's due (ALL-T5): no gain, or refused."""

from typing import Any

import pytest
from sqlalchemy import select

from minga.identity import Actor
from minga.kit.errors import Conflict, Refused
from minga.kit.ids import Id
from minga.sharing.commands import pooling as commands
from minga.sharing.models.pools import Pool
from minga.sharing.models.rounds import PoolClaim, PoolShare
from minga.sharing.queries.pool_terms import terms_of
from minga.sharing.rules import Direction, Help
from minga.sharing.rules.pools import StockWhy
from tests.sharing import neighbours
from tests.sharing.commons import claimed, gave, households, opened, pool, shared_out, shares
from tests.village import Village

RULES = ("need", "max_min", "rotation")


def got(village: Village, pool_id: Id, n: int, *people: Actor) -> int:
    ids = {one.person_id for one in people}
    return sum(share.steps for share in shares(village, pool_id, n) if share.person_id in ids)


@pytest.mark.parametrize("rule", RULES)
def test_ten_requests_and_many_offers_change_nothing(village: Village, rule: str) -> None:
    one, other = households(village, 2)
    for number in range(10):
        neighbours.listed(
            village, one, Help(), title=f"I need {number}", direction=Direction.NEED, terms=neighbours.GIFT
        )
    made = pool(village, stock=6, rule=rule)
    n = opened(village, made)
    for who in (one, other):
        claimed(village, who, made, n, 6)
    shared_out(village, made, n)
    assert got(village, made, n, one) == got(village, made, n, other) == 3


def test_ten_needs_of_one_day_are_one_need_in_points(village: Village) -> None:
    one, other = households(village, 2)
    for who, many in ((one, 10), (other, 1)):
        for number in range(many):
            neighbours.listed(
                village,
                who,
                Help(),
                title=f"I need {number}",
                direction=Direction.NEED,
                terms=neighbours.GIFT,
            )
    made = pool(village, stock=6, rule="need_points", name="Points")
    n = opened(village, made)
    for who in (one, other):
        claimed(village, who, made, n, 6)
    with village.database.read() as session:
        claims = list(session.scalars(select(PoolClaim)))
        found = terms_of(session, session.get_one(Pool, made), claims, at=village.clock())
    assert {terms.needs for terms in found.values()} == {1}
    assert {terms.score(essential=False) for terms in found.values()} == {40}


def test_gifts_in_a_circle_change_nothing_by_need(village: Village) -> None:
    one, two, other = households(village, 3)
    for giver, taker in ((one, two), (two, one), (one, two)):
        gave(village, giver, taker)
    made = pool(village, stock=6)
    n = opened(village, made)
    for who in (one, two, other):
        claimed(village, who, made, n, 6)
    shared_out(village, made, n)
    assert [got(village, made, n, who) for who in (one, two, other)] == [2, 2, 2]


@pytest.mark.parametrize("rule", RULES)
def test_a_second_account_of_the_same_household_has_no_claim_of_its_own(village: Village, rule: str) -> None:
    me, second, other = households(village, 3)
    made = pool(village, stock=6, rule=rule)
    with village.database.write() as session:
        commands.join_households(
            session, village.ana, made, second.person_id or "", me.person_id or "", 1, at=village.clock()
        )
    n = opened(village, made)
    for who in (me, other):
        claimed(village, who, made, n, 6)
    with pytest.raises(Conflict) as no:
        claimed(village, second, made, n, 6)
    assert no.value.name == "claim_exists"
    shared_out(village, made, n)
    assert got(village, made, n, me, second) == got(village, made, n, other) == 3


def test_more_heads_are_said_once_and_later_by_keepers_only(village: Village) -> None:
    me, other = households(village, 2)
    made = pool(village, stock=8)
    n = opened(village, made)
    claimed(village, me, made, n, 4, heads=1)
    claimed(village, me, made, n, 4, heads=20)
    claimed(village, other, made, n, 4, heads=1)
    shared_out(village, made, n)
    assert got(village, made, n, me) == 4
    n = opened(village, made)
    with pytest.raises(Refused):
        claimed(village, me, made, n, 4, heads=21)


def test_the_first_at_midnight_has_no_better_place_than_the_last(village: Village) -> None:
    """Over many rounds by lot the earliest claim wins as often as any other, within five standard deviations."""
    people = households(village, 4)
    made = pool(village, stock=40, rule="lottery")
    first = 0
    for _ in range(40):
        n = opened(village, made, hours=1, supply_milli=1000)
        for who in people:
            claimed(village, who, made, n, 1)
            village.clock.forward(minutes=5)
        shared_out(village, made, n, hours=1)
        with village.database.write() as session:
            [share] = session.scalars(select(PoolShare).where(PoolShare.accepted_at.is_(None)))
            first += share.person_id == people[0].person_id
            commands.accept_share(session, Actor(share.person_id), share.id, at=village.clock())
    assert abs(first - 10) <= 5 * 3


def test_changing_the_band_after_others_is_limited_and_tells_nothing(village: Village) -> None:
    one, other = households(village, 2)
    made = pool(village, stock=100)
    for _ in range(4):
        n = opened(village, made)
        claimed(village, one, made, n, 1, 0)
        claimed(village, other, made, n, 1, 3)
        claimed(village, one, made, n, 1, 3)
        shared_out(village, made, n)
    n = opened(village, made)
    claimed(village, one, made, n, 1, 0)
    with pytest.raises(Conflict) as no:
        claimed(village, one, made, n, 1, 3)
    assert no.value.name == "band_used_up"


def test_a_lottery_is_not_drawn_again_until_it_fits(village: Village) -> None:
    """Neither shared out twice, nor called off afterwards, nor opened anew for the same stock."""
    made = pool(village, stock=1, rule="lottery")
    n = opened(village, made)
    for who in households(village, 3):
        claimed(village, who, made, n)
    shared_out(village, made, n)
    again: list[Any] = [
        lambda s: commands.allocate(s, village.ana, made, n, at=village.clock()),
        lambda s: commands.cancel_round(s, village.ana, made, n, "Not who I meant", at=village.clock()),
        lambda s: commands.count_stock(s, village.ana, made, 1000, StockWhy.SPOILED, at=village.clock()),
    ]
    for attempt in again:
        with village.database.write() as session, pytest.raises(Conflict):
            attempt(session)


def test_a_new_account_is_not_ahead_of_those_who_waited(village: Village) -> None:
    old, waiting, fresh = households(village, 3)
    made = pool(village, stock=20, rule="rotation")
    for _ in range(2):
        n = opened(village, made, supply_milli=4000)
        for who in (old, waiting):
            claimed(village, who, made, n, 2)
        shared_out(village, made, n)
        for share in shares(village, made, n):
            with village.database.write() as session:
                commands.accept_share(session, Actor(share.person_id), share.id, at=village.clock())
    n = opened(village, made, supply_milli=6000)
    for who in (old, waiting, fresh):
        claimed(village, who, made, n, 6)
    shared_out(village, made, n)
    assert [got(village, made, n, who) for who in (old, waiting, fresh)] == [2, 2, 2]
