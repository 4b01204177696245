"""Rounds of a pool: committed, claimed on, closed, shared out once, called off by two, and drawn again from the record."""

from typing import Any

import pytest
from sqlalchemy import select

from minga.identity import Actor
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from minga.kit.events import EventRow
from minga.kit.lots import commitment
from minga.sharing.commands import pooling as commands
from minga.sharing.commands.pool_stock import stock_milli
from minga.sharing.commands.pool_tidying import forget_words
from minga.sharing.commands.pooling import Claiming
from minga.sharing.models.rounds import PoolRound, RoundSecret
from minga.sharing.queries import pooling as queries
from minga.sharing.rules.allocation.records import check_record
from minga.sharing.rules.pools import Eligible, RoundState
from tests.sharing.commons import (
    claim_row,
    claimed,
    households,
    opened,
    pool,
    share_of,
    shared_out,
)
from tests.village import Village


def stock(village: Village, pool_id: str) -> int:
    with village.database.read() as session:
        return stock_milli(session, pool_id)


def view(village: Village, who: Actor, pool_id: str, n: int) -> queries.RoundView:
    with village.database.read() as session:
        return queries.round_view(session, who, pool_id, n, at=village.clock())


def test_the_commitment_is_published_at_opening_and_the_secret_after_the_shares(village: Village) -> None:
    made = pool(village, stock=3)
    n = opened(village, made)
    with village.database.read() as session:
        found = session.scalars(select(PoolRound).where(PoolRound.pool_id == made)).one()
        kept = session.scalars(select(RoundSecret)).one()
        said = session.scalars(select(EventRow.facts).where(EventRow.name == "RoundOpened")).one()
    assert found.secret is None
    assert said["commitment"] == found.commitment
    assert len(kept.sealed) > 64
    claimed(village, village.bruno, made, n)
    after = shared_out(village, made, n)
    assert after.secret is not None
    assert commitment(bytes.fromhex(after.secret)) == found.commitment
    with village.database.read() as session:
        assert session.scalar(select(RoundSecret)) is None


def test_a_round_is_shared_out_once_and_never_drawn_again(village: Village) -> None:
    made = pool(village, stock=3, rule="lottery")
    n = opened(village, made)
    claimed(village, village.bruno, made, n)
    with village.database.write() as session, pytest.raises(Conflict) as early:
        commands.allocate(session, village.ana, made, n, at=village.clock())
    assert early.value.name == "round_state"
    first = shared_out(village, made, n)
    with village.database.write() as session:
        with pytest.raises(Conflict) as again:
            commands.allocate(session, village.ana, made, n, at=village.clock())
        assert again.value.name == "round_state"
        with pytest.raises(Conflict):
            commands.cancel_round(session, village.ana, made, n, "It did not fit", at=village.clock())
        commands.allocate_due(session, first.id, at=village.clock())
    assert stock(village, made) == 2000


def test_claims_are_refused_when_they_do_not_fit(village: Village) -> None:
    made = pool(village, stock=9, step_milli=500, claim_max=20, eligible=Eligible.FULL)
    n = opened(village, made)

    def refused(who: Actor, **facts: Any) -> str:
        with village.database.write() as session, pytest.raises(Refused) as no:
            commands.claim(session, who, made, n, Claiming(**facts), at=village.clock())
        return no.value.name

    assert refused(village.bruno, steps=0) == "steps_invalid"
    assert refused(village.bruno, steps=21) == "steps_invalid"
    assert refused(village.bruno, band=7) == "band_invalid"
    assert refused(village.bruno, heads=0) == "heads_invalid"
    assert refused(village.dara) == "not_eligible"
    village.clock.forward(hours=25)
    assert refused(village.bruno) == "round_closed"


def test_a_band_is_used_up_and_comes_back_with_time(village: Village) -> None:
    made = pool(village, stock=1000)
    for turn in range(5):
        n = opened(village, made)
        if turn < 4:
            claimed(village, village.bruno, made, n, band=3)
        else:
            with pytest.raises(Conflict) as no:
                claimed(village, village.bruno, made, n, band=3)
            assert no.value.name == "band_used_up"
            claimed(village, village.bruno, made, n, band=2)
        shared_out(village, made, n)
    village.clock.forward(days=91)
    claimed(village, village.bruno, made, opened(village, made), band=3)


def test_one_claim_is_one_however_often_it_is_sent_and_can_be_changed_and_withdrawn(village: Village) -> None:
    made = pool(village, stock=9)
    n = opened(village, made)
    first = claimed(village, village.bruno, made, n, 3, 2, words="We are four", heads=4)
    assert claimed(village, village.bruno, made, n, 5, 1) == first
    own = view(village, village.bruno, made, n).own
    assert own is not None
    assert (own.steps, own.band) == (5, 1)
    with village.database.write() as session:
        commands.withdraw_claim(session, village.bruno, made, n, at=village.clock())
        commands.withdraw_claim(session, village.bruno, made, n, at=village.clock())
    again = claimed(village, village.bruno, made, n)
    assert again != first


def test_nobody_sees_anothers_claim_and_how_many_there_are_only_from_five_on(village: Village) -> None:
    made = pool(village, stock=9)
    n = opened(village, made)
    people = households(village, 5)
    for who in people[:4]:
        claimed(village, who, made, n, 2, 3, words="A secret of ours")
    seen = view(village, village.bruno, made, n)
    assert seen.claims is None
    assert seen.own is None
    assert "secret" not in repr(seen)
    claimed(village, people[4], made, n)
    assert view(village, village.bruno, made, n).claims == 5
    with village.database.read() as session:
        _, lines = queries.desk(session, village.ana, made, n, at=village.clock())
    assert {line.claim.words for line in lines} == {"A secret of ours", ""}
    assert all(line.claim.explanation is None for line in lines)


def test_the_record_is_recomputed_and_names_nobody(village: Village) -> None:
    made = pool(village, stock=7)
    n = opened(village, made)
    people = households(village, 6)
    for number, who in enumerate(people):
        claimed(
            village, who, made, n, 2 + number % 2, number % 4, words="Not for the record", heads=1 + number
        )
    shared_out(village, made, n)
    with village.database.read() as session:
        public = queries.record(session, village.bruno, made, n, at=village.clock())
        whole = queries.record(session, village.ana, made, n, at=village.clock(), whole=True)
        report = queries.report(session, village.bruno, made, n, at=village.clock())
    assert check_record(public).difference is None
    assert check_record(whole).difference is None
    assert check_record(whole).whole
    assert "claims" not in public
    said = repr(public) + repr(report)
    assert not any(who.person_id and who.person_id in said for who in people)
    assert "Not for the record" not in repr(whole)
    assert sum(public["shares"].values()) == 7
    assert report is not None
    assert report.here.given == 7
    assert set(report.others) == {"max_min", "proportional", "lottery", "first_come"}


def test_a_round_is_called_off_by_two_with_a_reason_and_stock_stays(village: Village) -> None:
    made = pool(village, stock=6)
    n = opened(village, made)
    at = village.clock()
    with village.database.write() as session:
        with pytest.raises(Invalid):
            commands.cancel_round(session, village.ana, made, n, " ", at=at)
        commands.cancel_round(session, village.ana, made, n, "The flour is wet", at=at)
        with pytest.raises(Conflict) as alone:
            commands.cancel_round(session, village.ana, made, n, "The flour is wet", at=at)
        assert alone.value.name == "second_needed"
        commands.cancel_round(session, village.chidi, made, n, "", at=at)
    seen = view(village, village.bruno, made, n)
    assert (seen.state, seen.cancel_why) == (RoundState.CANCELLED, "The flour is wet")
    assert stock(village, made) == 6000
    opened(village, made)


def test_a_claim_for_somebody_needs_their_word_and_they_are_named_by_it(village: Village) -> None:
    made = pool(village, stock=6)
    n = opened(village, made)
    hana = village.people["hana"]
    with village.database.write() as session:
        with pytest.raises(Forbidden) as no:
            commands.enter_claim(
                session, village.ana, made, n, hana, Claiming(steps=2), asked=False, at=village.clock()
            )
        assert no.value.name == "no_consent"
        with pytest.raises(NotFound):
            commands.enter_claim(
                session,
                village.ana,
                made,
                n,
                village.people["zoe"],
                Claiming(),
                asked=True,
                at=village.clock(),
            )
        commands.enter_claim(
            session, village.ana, made, n, hana, Claiming(steps=2, heads=3), asked=True, at=village.clock()
        )
    own = view(village, village.hana, made, n).own
    assert own is not None
    assert own.entered
    found = shared_out(village, made, n)
    with village.database.write() as session:
        share = share_of(village, own.id)
        assert share is not None
        commands.accept_share(session, village.ana, share.id, at=village.clock())
        commands.hand_out(session, village.ana, share.id, at=village.clock())
    assert found.supply == 6


def test_reasons_are_erased_ninety_days_after_the_round(village: Village) -> None:
    made = pool(village, stock=6)
    n = opened(village, made)
    claim = claimed(village, village.bruno, made, n, words="The baby is ill")
    shared_out(village, made, n)
    for days, words in ((89, "The baby is ill"), (2, "")):
        village.clock.forward(days=days)
        with village.database.write() as session:
            forget_words(session, at=village.clock())
        assert claim_row(village, claim).words == words
