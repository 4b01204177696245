"""Pools: strangers learn nothing, keepers keep, stock adds up, accounts belong to households."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from minga.identity import Actor
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound
from minga.kit.refs import needs
from minga.sharing.commands import pooling as commands
from minga.sharing.commands.pool_stock import stock_milli
from minga.sharing.commands.pooling import Claiming, Founding
from minga.sharing.models.pools import StockMove
from minga.sharing.queries import pooling as queries
from minga.sharing.rules.allocation.names import What
from minga.sharing.rules.pools import StockWhy
from tests.sharing.commons import (
    HOUR,
    answer,
    claimed,
    households,
    opened,
    pool,
    share_of,
    shared_out,
    shares,
)
from tests.village import NOBODY, Village


def stock(village: Village, pool_id: str) -> int:
    with village.database.read() as session:
        return stock_milli(session, pool_id)


def view(village: Village, who: Actor, pool_id: str, n: int) -> queries.RoundView:
    with village.database.read() as session:
        return queries.round_view(session, who, pool_id, n, at=village.clock())


def test_strangers_find_no_pool_and_nothing_of_it(village: Village) -> None:
    made = pool(village, stock=5)
    n = opened(village, made)
    claim = claimed(village, village.bruno, made, n)
    shared_out(village, made, n)
    share = share_of(village, claim)
    assert share is not None
    at = village.clock()
    for stranger in (NOBODY, village.zoe, village.farid):
        with village.database.write() as session:
            asks: list[Any] = [
                lambda s=session, w=stranger: queries.pools(s, w, "valley", at=at),
                lambda s=session, w=stranger: queries.pool(s, w, made, at=at),
                lambda s=session, w=stranger: queries.round_view(s, w, made, n, at=at),
                lambda s=session, w=stranger: queries.desk(s, w, made, n, at=at),
                lambda s=session, w=stranger: queries.record(s, w, made, n, at=at),
                lambda s=session, w=stranger: queries.report(s, w, made, n, at=at),
                lambda s=session, w=stranger: queries.next_recipient(s, w, made, at=at),
                lambda s=session, w=stranger: commands.claim(s, w, made, n, Claiming(), at=at),
                lambda s=session, w=stranger: commands.withdraw_claim(s, w, made, n, at=at),
                lambda s=session, w=stranger: commands.say_gift(s, w, made, 1000, at=at),
                lambda s=session, w=stranger: commands.accept_share(s, w, share.id, at=at),
                lambda s=session, w=stranger: commands.hand_out(s, w, share.id, at=at),
                lambda s=session, w=stranger: commands.plan_round(s, w, made, closes_at=at + HOUR, at=at),
                lambda s=session, w=stranger: commands.allocate(s, w, made, n, at=at),
                lambda s=session, w=stranger: commands.cancel_round(s, w, made, n, "no", at=at),
                lambda s=session, w=stranger: commands.end_pool(s, w, made, at=at),
            ]
            for ask in asks:
                with pytest.raises(NotFound):
                    ask()


def test_members_do_what_keepers_do_only_with_the_role(village: Village) -> None:
    made = pool(village, stock=5)
    n = opened(village, made)
    claim = claimed(village, village.bruno, made, n)
    shared_out(village, made, n)
    share = share_of(village, claim)
    assert share is not None
    at, hana = village.clock(), village.hana
    with village.database.write() as session:
        with pytest.raises(NotFound):  # somebody else's share is not there
            commands.accept_share(session, hana, share.id, at=at)
        refused: list[Any] = [
            lambda: commands.found_pool(session, hana, village.valley, Founding(name="Mine"), at=at),
            lambda: commands.set_pool_rule(session, hana, made, "lottery", {}, at=at),
            lambda: commands.plan_round(session, hana, made, closes_at=at + HOUR, at=at),
            lambda: commands.count_stock(session, hana, made, 1000, StockWhy.GIVEN, at=at),
            lambda: commands.hand_out(session, village.bruno, share.id, at=at),
            lambda: queries.desk(session, hana, made, n, at=at),
            lambda: queries.record(session, hana, made, n, at=at, whole=True),
            lambda: commands.enter_claim(
                session, hana, made, n, village.people["bruno"], Claiming(), asked=True, at=at
            ),
        ]
        for act in refused:
            with pytest.raises(Forbidden):
                act()


def test_a_pool_that_cannot_be_shared_out_like_that_is_refused(village: Village) -> None:
    with village.database.write() as session:

        def found(**facts: Any) -> None:
            commands.found_pool(
                session, village.ana, village.valley, Founding(name="Flour", **facts), at=village.clock()
            )

        for facts in (
            {"rule": "first_come"},
            {"rule": "hybrid", "parameters": {"quotas": [["need", 60], ["lottery", 30]]}},
            {"rule": "contribution", "essential": True},
            {"step_milli": 0},
            {"window_days": 3},
            {"what": What.RANKED, "rule": "ranked"},
        ):
            with pytest.raises(Invalid) as refused:
                found(**facts)
            assert refused.value.name == "rule_invalid"


def test_the_rule_of_what_everybody_needs_is_changed_by_a_decision_only(village: Village) -> None:
    made = pool(village, essential=True)
    with village.database.write() as session:
        with pytest.raises(Forbidden) as refused:
            commands.set_pool_rule(session, village.ana, made, "lottery", {}, at=village.clock())
        assert refused.value.name == "needs_decision"
        commands.set_pool_rule(session, village.ana, made, "lottery", {}, at=village.clock(), decided=True)
        history = queries.pool(session, village.bruno, made, at=village.clock()).rules
    assert [(one.version, one.rule) for one in history] == [(2, "lottery"), (1, "need")]


def test_another_rule_takes_effect_from_the_next_round(village: Village) -> None:
    made = pool(village, stock=5)
    n = opened(village, made)
    with village.database.write() as session:
        commands.set_pool_rule(session, village.ana, made, "max_min", {}, at=village.clock())
    claimed(village, village.bruno, made, n)
    shared_out(village, made, n)
    assert view(village, village.bruno, made, n).rule.rule == "need"
    assert view(village, village.bruno, made, opened(village, made)).rule.rule == "max_min"


def test_stock_is_what_came_in_less_what_went_out_and_never_less_than_nothing(village: Village) -> None:
    made = pool(village, stock=5)
    at = village.clock()
    with village.database.write() as session:
        gift = commands.say_gift(session, village.bruno, made, 2500, words="Two bags", at=at)
        assert stock_milli(session, made) == 5000
        with pytest.raises(Forbidden):
            commands.take_gift_in(session, village.bruno, gift.id, at=at)
        commands.take_gift_in(session, village.ana, gift.id, at=at)
        commands.take_gift_in(session, village.ana, gift.id, at=at)
        assert stock_milli(session, made) == 7500
        commands.count_stock(session, village.ana, made, 500, StockWhy.SPOILED, at=at)
        commands.count_stock(session, village.ana, made, -1000, StockWhy.CORRECTED, at=at)
        assert stock_milli(session, made) == 6000
        with pytest.raises(Conflict):
            commands.count_stock(session, village.ana, made, 6001, StockWhy.SPOILED, at=at)
        moves = list(session.scalars(select(StockMove).where(StockMove.pool_id == made)))
    assert sum(one.milli for one in moves) == 6000
    with pytest.raises(IntegrityError), village.database.write() as session:
        session.add(
            StockMove(
                pool_id=made,
                n=99,
                before_milli=6000,
                milli=-7000,
                after_milli=-1000,
                why=StockWhy.SPOILED,
                at=at,
            )
        )
        session.flush()


def test_two_of_one_household_have_one_claim_and_one_account(village: Village) -> None:
    made = pool(village, stock=9)
    with village.database.write() as session:
        commands.join_households(
            session,
            village.ana,
            made,
            village.people["hana"],
            village.people["bruno"],
            2,
            at=village.clock(),
        )
    n = opened(village, made)
    claimed(village, village.bruno, made, n, 4)
    with pytest.raises(Conflict) as no:
        claimed(village, village.hana, made, n, 4)
    assert no.value.name == "claim_exists"


def test_what_two_accounts_received_counts_for_both_when_they_turn_out_to_be_one(village: Village) -> None:
    made = pool(village, stock=4, rule="rotation")
    n = opened(village, made)
    for who in (village.bruno, village.hana):
        claimed(village, who, made, n, 2)
    shared_out(village, made, n)
    for share in shares(village, made, n):
        answer(village, Actor(share.person_id), share.id)
    with village.database.write() as session:
        commands.join_households(
            session, village.ana, made, village.people["hana"], village.people["bruno"], 1, at=village.clock()
        )
        account = queries.pool(session, village.hana, made, at=village.clock()).account
    assert account is not None
    assert account.received == 4


def test_a_newcomer_starts_at_the_least_that_others_received(village: Village) -> None:
    made = pool(village, stock=12, rule="rotation")
    people = households(village, 3)
    for _ in range(2):
        n = opened(village, made, supply_milli=4000)
        for who in people[:2]:
            claimed(village, who, made, n, 2)
        shared_out(village, made, n)
        for share in shares(village, made, n):
            answer(village, Actor(share.person_id), share.id)
    n = opened(village, made)
    claimed(village, people[2], made, n, 9)
    with village.database.read() as session:
        account = queries.pool(session, people[2], made, at=village.clock()).account
    assert account is not None
    assert account.received == 4


def test_what_waits_for_somebody(village: Village) -> None:
    made = pool(village)
    n = opened(village, made)
    claim = claimed(village, village.bruno, made, n)

    def waits(who: Actor) -> set[str]:
        with village.database.read() as session:
            return {line.kind for line in needs.of(session, who, at=village.clock())}

    pools = {"share_offered", "gift_waits", "round_without_supply", "not_picked_up"}
    assert waits(village.ana) & pools == {"round_without_supply"}
    assert waits(village.bruno) & pools == set()
    with village.database.write() as session:
        gift = commands.say_gift(session, village.hana, made, 5000, at=village.clock())
    assert waits(village.ana) & pools == {"round_without_supply", "gift_waits"}
    with village.database.write() as session:
        commands.take_gift_in(session, village.ana, gift.id, at=village.clock())
    shared_out(village, made, n)
    assert waits(village.bruno) & pools == {"share_offered"}
    share = share_of(village, claim)
    assert share is not None
    answer(village, village.bruno, share.id)
    village.clock.forward(days=8)
    assert waits(village.bruno) & pools == {"not_picked_up"}
    assert waits(village.ana) & pools == {"not_picked_up"}
    assert waits(village.hana) & pools == set()
