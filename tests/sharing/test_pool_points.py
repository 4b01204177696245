"""What rules count of claimants, from real rows: offers, needs, gifts and confirmed hours."""

import pytest
from sqlalchemy import select

from minga.identity import Actor
from minga.kit.errors import Conflict, Invalid
from minga.kit.ids import Id, new_id
from minga.ledger import commands as ledger
from minga.ledger.rules.drafts import Transfer
from minga.sharing.models.pools import Pool
from minga.sharing.models.rounds import PoolClaim
from minga.sharing.queries.pool_terms import minutes_of, terms_of
from minga.sharing.rules import Direction, Help, Item
from minga.sharing.rules.allocation.points import Terms
from tests.sharing import neighbours
from tests.sharing.commons import claim_row, claimed, gave, households, opened, pool, shared_out
from tests.village import Village


def terms(village: Village, pool_id: Id) -> dict[Id, Terms]:
    with village.database.read() as session:
        claims = list(session.scalars(select(PoolClaim).where(PoolClaim.pool_id == pool_id)))
        return terms_of(session, session.get_one(Pool, pool_id), claims, at=village.clock())


def test_offered_items_of_the_category_count_and_needs_never(village: Village) -> None:
    one, other = households(village, 2)
    for number in range(3):
        neighbours.listed(village, one, Item(), title=f"Pan {number}", terms=neighbours.GIFT)
        neighbours.listed(
            village, other, Help(), title=f"Help {number}", direction=Direction.NEED, terms=neighbours.GIFT
        )
    made = pool(village, stock=9, rule="need_points")
    n = opened(village, made)
    claims = [claimed(village, who, made, n, 9) for who in (one, other)]
    found = terms(village, made)
    assert found[one.person_id or ""] == Terms(needs=0, offers=3)
    assert found[other.person_id or ""] == Terms(needs=1, offers=0)
    shared_out(village, made, n)
    told = [claim_row(village, claim).explanation for claim in claims]
    assert [(one["score"], one["share"]) for one in told if one] == [(15, 0), (40, 9)]


def test_completed_gifts_count_once_per_person_and_not_in_essential_pools(village: Village) -> None:
    one, two, three = households(village, 3)
    for taker in (two, two, three):
        gave(village, one, taker)
    made = pool(village, stock=9, rule="need_points")
    n = opened(village, made)
    claimed(village, one, made, n)
    found = terms(village, made)[one.person_id or ""]
    assert found.given_to == 2
    assert found.score(essential=False) - found.score(essential=True) == 4
    village.clock.forward(days=31)
    assert terms(village, made)[one.person_id or ""].given_to == 0


def paid(village: Village, payer: Actor, payee: Actor, minutes: int) -> None:
    with village.database.write() as session:
        given = Transfer(
            id=new_id(),
            community_id=village.valley,
            payer_id=payer.person_id or "",
            payee_id=payee.person_id or "",
            unit="TIME",
            amount=minutes,
        )
        ledger.transfer(session, payer, given, at=village.clock())


def test_hours_weigh_up_to_a_limit_and_between_two_people_little(village: Village) -> None:
    """Between the same two at most two hours count; four hours from two people weigh like three heads."""
    one, two, three, four = households(village, 4)
    made = pool(village, stock=8, rule="contribution")
    for payer in (two, three):
        for _ in range(3):
            paid(village, payer, one, 60)
    with village.database.read() as session:
        found = minutes_of(
            session,
            session.get_one(Pool, made),
            {who.person_id or "" for who in (one, two)},
            at=village.clock(),
        )
    assert found == {one.person_id: 240}
    n = opened(village, made)
    claims = [claimed(village, who, made, n, 8, heads=5) for who in (one, four)]
    shared_out(village, made, n)
    told = [claim_row(village, claim).explanation for claim in claims]
    assert [one["contribution_weight"] for one in told if one] == [3, 1]
    assert [one["share"] for one in told if one] == [6, 2]
    village.clock.forward(days=91)
    with village.database.read() as session:
        pool_row = session.get_one(Pool, made)
        assert minutes_of(session, pool_row, {one.person_id or ""}, at=village.clock()) == {}


def test_hours_weigh_nothing_where_everybody_needs_it(village: Village) -> None:
    with pytest.raises((Invalid, Conflict)) as no:
        pool(village, rule="contribution", essential=True)
    assert no.value.name == "rule_invalid"
