"""Shares: explained, accepted, passed on, picked up; the standing queue and things that differ."""

import pytest
from sqlalchemy import select

from minga.identity import Actor
from minga.kit.errors import Conflict, Invalid, NotFound
from minga.sharing.commands import pooling as commands
from minga.sharing.commands.pool_stock import stock_milli
from minga.sharing.models.rounds import PoolClaim, PoolRound
from minga.sharing.queries import pooling as queries
from minga.sharing.rules.allocation.names import What
from minga.sharing.rules.allocation.records import check_record
from minga.sharing.rules.content import Measure
from minga.sharing.rules.pools import RoundState, StockWhy
from tests.sharing.commons import (
    answer,
    claim_row,
    claimed,
    households,
    opened,
    pool,
    share_of,
    shared_out,
    shares,
)
from tests.village import Village


def stock(village: Village, pool_id: str) -> int:
    with village.database.read() as session:
        return stock_milli(session, pool_id)


def view(village: Village, who: Actor, pool_id: str, n: int) -> queries.RoundView:
    with village.database.read() as session:
        return queries.round_view(session, who, pool_id, n, at=village.clock())


def test_a_share_is_declined_and_the_next_of_the_same_order_is_asked(village: Village) -> None:
    made = pool(village, stock=4)
    n = opened(village, made)
    one, two, three = households(village, 3)
    first = claimed(village, one, made, n, 4, 3)
    second = claimed(village, two, made, n, 3, 2)
    third = claimed(village, three, made, n, 3, 1)
    shared_out(village, made, n)
    offered = share_of(village, first)
    assert offered is not None
    assert offered.steps == 4
    assert stock(village, made) == 0
    answer(village, one, offered.id, yes=False)
    passed = {claim: share_of(village, claim) for claim in (second, third)}
    assert [(s.steps, s.turn) for s in passed.values() if s] == [(3, 2), (1, 2)]
    while waiting := [one for one in shares(village, made, n) if not (one.accepted_at or one.refused_at)]:
        most = max(waiting, key=lambda one: one.steps)
        answer(village, Actor(most.person_id), most.id, yes=False)
    passed_on = sorted((one.turn, one.steps) for one in shares(village, made, n))
    assert passed_on == [(1, 4), (2, 1), (2, 3), (3, 2)]
    assert stock(village, made) == 4000
    assert view(village, one, made, n).state is RoundState.SETTLED
    with pytest.raises(Conflict) as late:
        answer(village, one, offered.id)
    assert late.value.name == "share_lapsed"


def test_who_does_not_answer_lets_it_pass_and_after_three_turns_it_is_stock_again(village: Village) -> None:
    made = pool(village, stock=1)
    n = opened(village, made)
    people = households(village, 5)
    for who in people:
        claimed(village, who, made, n)
    found = shared_out(village, made, n)
    for turn in range(1, 4):
        assert [one.turn for one in shares(village, made, n)] == list(range(1, turn + 1))
        village.clock.forward(hours=49)
        with village.database.write() as session:
            commands.lapse_shares(session, found.id, at=village.clock())
            commands.lapse_shares(session, found.id, at=village.clock())
    assert stock(village, made) == 1000
    assert view(village, people[0], made, n).state is RoundState.SETTLED


def test_a_declined_share_costs_nothing_and_an_accepted_one_counts_for_the_window(village: Village) -> None:
    made = pool(village, stock=8)
    n = opened(village, made)
    people = households(village, 2)
    claims = [claimed(village, who, made, n, 2) for who in people]
    shared_out(village, made, n)
    for who, claim, yes in zip(people, claims, (True, False), strict=True):
        share = share_of(village, claim)
        assert share is not None
        answer(village, who, share.id, yes)
    with village.database.read() as session:
        accounts = [queries.pool(session, who, made, at=village.clock()).account for who in people]
    assert [one.received for one in accounts if one] == [2, 0]
    assert [one.deficit for one in accounts if one] == [-1, 1]
    village.clock.forward(days=91)
    with village.database.read() as session:
        later = queries.pool(session, people[0], made, at=village.clock()).account
    assert later is not None
    assert later.received == 0


def test_not_picked_up_is_stock_again_and_twice_in_a_row_counts(village: Village) -> None:
    made = pool(village, stock=9)
    counted = []
    for _ in range(2):
        n = opened(village, made)
        claim = claimed(village, village.bruno, made, n, 2)
        shared_out(village, made, n)
        share = share_of(village, claim)
        assert share is not None
        answer(village, village.bruno, share.id)
        assert stock(village, made) == 7000
        with village.database.write() as session:
            missed = commands.not_picked_up(session, village.ana, share.id, at=village.clock())
            counted.append(missed.counts)
            with pytest.raises(Conflict):
                commands.hand_out(session, village.ana, share.id, at=village.clock())
        assert stock(village, made) == 9000
    assert counted == [False, True]


def test_each_reads_why_and_the_numbers_are_their_own(village: Village) -> None:
    made = pool(village, stock=6)
    n = opened(village, made)
    people = households(village, 6)
    claims = [claimed(village, who, made, n, 3, 3 if k < 3 else 1) for k, who in enumerate(people)]
    shared_out(village, made, n)
    told = [claim_row(village, one).explanation for one in claims]
    assert [one["share"] for one in told if one] == [2, 2, 2, 0, 0, 0]
    first = told[0]
    assert first is not None
    assert (first["supply"], first["claims"], first["claimed"]) == (6, 6, 18)
    assert first["parts"][0]["cut"]["per_head"] == ["2", "1"]
    assert told[3] is not None
    assert told[3]["parts"][0]["cut"]["band"] == 1


def test_another_ones_band_changes_no_explanation_unless_a_share_changes(village: Village) -> None:
    told = []
    for band in (0, 1):
        made = pool(village, stock=6, name=f"Flour {band}")
        n = opened(village, made)
        mine = claimed(village, village.bruno, made, n, 6, 3)
        claimed(village, village.hana, made, n, 2, band)
        shared_out(village, made, n)
        told.append(claim_row(village, mine).explanation)
    for one in told:
        assert one is not None
        one["parts"][0].pop("lot_place")
    assert told[0] == told[1]


def test_the_standing_queue_asks_one_and_the_others_keep_their_place(village: Village) -> None:
    made = pool(village, standing=True, what=What.ITEM, unit=Measure.PIECE, name="Bicycles")
    n = opened(village, made)
    people = households(village, 3)
    for who in people:
        claimed(village, who, made, n, 1, 1)
    served = []
    for turn in range(3):
        with village.database.write() as session:
            commands.count_stock(session, village.ana, made, 1000, StockWhy.GIVEN, at=village.clock())
            commands.allocate(session, village.ana, made, n + turn, at=village.clock())
        with village.database.read() as session:
            found = queries.next_recipient(session, village.ana, made, at=village.clock(), order=True)
        assert found is not None
        assert len(found.order) == 3 - turn
        share = shares(village, made, n + turn)[0]
        served.append(share.person_id)
        answer(village, Actor(share.person_id), share.id)
        village.clock.forward(hours=1)
    assert sorted(served) == sorted(str(who.person_id) for who in people)
    with village.database.read() as session:
        assert queries.next_recipient(session, village.ana, made, at=village.clock()) is None


def test_who_lets_something_pass_in_a_standing_queue_keeps_the_place(village: Village) -> None:
    made = pool(village, standing=True, what=What.ITEM, unit=Measure.PIECE, name="Cots")
    n = opened(village, made)
    people = households(village, 2)
    for who in people:
        claimed(village, who, made, n, 1, 1)
    with village.database.write() as session:
        commands.count_stock(session, village.ana, made, 1000, StockWhy.GIVEN, at=village.clock())
        commands.allocate(session, village.ana, made, n, at=village.clock())
    first = shares(village, made, n)[0]
    answer(village, Actor(first.person_id), first.id, yes=False)
    assert len(shares(village, made, n)) == 2
    with village.database.read() as session:
        waiting = session.scalars(
            select(PoolClaim.person_id)
            .join(PoolRound, PoolRound.id == PoolClaim.round_id)
            .where(PoolRound.n == n + 1)
        )
        assert first.person_id in set(waiting)


def test_times_of_one_bicycle_do_not_overlap_and_what_is_let_pass_goes_on(village: Village) -> None:
    made = pool(
        village, what=What.SLOTS, rule="windows", unit=Measure.PIECE, name="Bicycle", things={"bicycle": 1}
    )
    n = opened(village, made)
    people = households(village, 3)
    wishes = [((0, 60),), ((30, 90),), ((60, 120),)]
    claims = [
        claimed(village, who, made, n, 1, 1, windows=wish) for who, wish in zip(people, wishes, strict=True)
    ]
    shared_out(village, made, n)
    got = [share_of(village, claim) for claim in claims]
    assert [share.given if share else None for share in got] == [[0, 60], None, [60, 120]]
    for who, share in zip(people, got, strict=True):
        if share is not None:
            answer(village, who, share.id, yes=False)
    late = share_of(village, claims[1])
    assert late is not None
    assert late.given == [30, 90]
    with village.database.read() as session:
        whole = queries.record(session, village.ana, made, n, at=village.clock(), whole=True)
    assert check_record(whole).difference is None


def test_times_of_an_earlier_round_are_obstacles_and_are_told(village: Village) -> None:
    """What was given stays given: the next round goes around it, and whoever asks reads it before, without names."""
    made = pool(
        village, what=What.SLOTS, rule="windows", unit=Measure.PIECE, name="Bicycle", things={"bicycle": 1}
    )
    start = int(village.clock().timestamp()) // 60 + 10_000
    n = opened(village, made)
    one, two = households(village, 2)
    first = claimed(village, one, made, n, 1, 1, windows=((start, start + 60),))
    shared_out(village, made, n)
    got = share_of(village, first)
    assert got is not None
    answer(village, one, got.id, yes=True)
    with village.database.read() as session:
        at = village.clock()
        assert queries.times_to_come(session, two, made, at=at) == [(start, start + 60)]
        with pytest.raises(NotFound):
            queries.times_to_come(session, village.zoe, made, at=at)
    again = opened(village, made)
    late = claimed(village, two, made, again, 1, 1, windows=((start + 30, start + 90),))
    shared_out(village, made, again)
    assert share_of(village, late) is None
    with village.database.read() as session:
        whole = queries.record(session, village.ana, made, again, at=village.clock(), whole=True)
    assert check_record(whole).difference is None


def test_ranked_things_are_assigned_and_wrong_wishes_refused(village: Village) -> None:
    made = pool(
        village,
        what=What.RANKED,
        rule="ranked",
        unit=Measure.PIECE,
        name="Plots",
        things={"north": 1, "south": 1},
    )
    n = opened(village, made)
    one, two = households(village, 2)
    for ranks, code in ((("north", "north"), "rank_repeated"), (("west",), "thing_unknown")):
        with pytest.raises(Invalid) as no:
            claimed(village, one, made, n, ranks=ranks)
        assert no.value.name == code
    first = claimed(village, one, made, n, ranks=("north", "south"))
    second = claimed(village, two, made, n, ranks=("north",))
    shared_out(village, made, n)
    got = [share_of(village, claim) for claim in (first, second)]
    assert [share.given for share in got if share] == [["south"], ["north"]]


def test_bundles_and_chores_are_shared_in_turn_and_the_whole_record_recomputes(village: Village) -> None:
    people = households(village, 3)
    things = {"pan": 1, "lamp": 1, "chair": 2, "rug": 1}
    bundle = pool(village, what=What.BUNDLE, rule="bundles", unit=Measure.PIECE, name="Things", things=things)
    minutes = {"bins": 20, "stairs": 40, "garden": 90}
    chores = pool(
        village,
        what=What.CHORES,
        rule="chores",
        unit=Measure.HOUR,
        name="House",
        things=minutes,
        parameters={"minutes_max": 60},
    )
    for made, values in ((bundle, {"pan": 9, "lamp": 3}), (chores, {"stairs": 1, "bins": 5})):
        n = opened(village, made)
        for who in people:
            claimed(village, who, made, n, values=values)
        shared_out(village, made, n)
        with village.database.read() as session:
            whole = queries.record(session, village.ana, made, n, at=village.clock(), whole=True)
        assert check_record(whole).difference is None
        given = sorted(
            thing.split("#")[0] for share in shares(village, made, n) for thing in share.given or ()
        )
        if made == bundle:
            assert given == ["chair", "chair", "lamp", "pan", "rug"]
        else:
            assert given == ["bins", "stairs"]
            assert whole["unfilled"] == ["garden"]


def test_a_claim_that_is_carried_on_uses_its_band_up_once(village: Village) -> None:
    made = pool(village, standing=True, what=What.ITEM, unit=Measure.PIECE, name="Stoves")
    n = opened(village, made)
    first, waiting = households(village, 2)
    claimed(village, waiting, made, n, 1, 0)
    for turn in range(5):
        claimed(village, first, made, n + turn, 1, 3)
        with village.database.write() as session:
            commands.allocate(session, village.ana, made, n + turn, at=village.clock())
        assert shares(village, made, n + turn) == []
        village.clock.forward(days=1)


def test_what_nobody_gets_more_than_is_part_of_the_explanation(village: Village) -> None:
    made = pool(village, stock=9, member_cap=2)
    n = opened(village, made)
    claim = claimed(village, village.bruno, made, n, 5)
    shared_out(village, made, n)
    told = claim_row(village, claim).explanation
    assert told is not None
    assert (told["claim"]["asked"], told["claim"]["steps"], told["share"]) == (5, 2, 2)
