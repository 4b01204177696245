"""Swaps: both things move in one step or neither does, whatever happens in between (T7, H5, COM-2.8, COM-TX.5)."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from minga.identity import Actor
from minga.kit.errors import Conflict, NotFound, Refused
from minga.kit.ids import Id
from minga.sharing import commands, queries
from minga.sharing.commands import swaps
from minga.sharing.models import Exchange, Leg, Listing, PassedOn
from minga.sharing.rules import Item, Service, Term, TermKind
from minga.sharing.rules.exchanges import ExchangeKind, ExchangeStatus
from tests.sharing.neighbours import LOAN, agreed, asked, lent, listed
from tests.sharing.test_meetings import do, told
from tests.village import Village

SWAP = (Term(kind=TermKind.SWAP),)


def book(village: Village, terms: tuple[Term, ...] = SWAP) -> Id:
    return listed(village, village.ana, Item(), title="Book", terms=terms)


def jam(village: Village, who: Actor | None = None, **content: Any) -> Id:
    return listed(village, who or village.bruno, Item(), title="Jam", terms=LOAN, **content)


def owners(village: Village, *listings: Id) -> list[str]:
    names = {person: name for name, person in village.people.items()}
    with village.database.read() as session:
        return [names[session.get_one(Listing, one).owner_id] for one in listings]


def swapped(village: Village, one: Id, other: Id) -> Exchange:
    return agreed(village, village.bruno, one, term=ExchangeKind.SWAP, counter_id=other)


def test_a_swap_needs_something_of_ones_own(village: Village) -> None:
    wanted = book(village)
    with pytest.raises(Refused, match="For a swap choose something of yours"):
        asked(village, village.bruno, wanted)
    for unfit in (wanted, jam(village, village.chidi), "not an id"):
        with pytest.raises(Refused) as refused:
            asked(village, village.bruno, wanted, counter_id=unfit)
        assert refused.value.name == "counter_needed"
        assert "counter" in refused.value.fields
    closed = jam(village)
    do(village, commands.close, village.bruno, closed, reason="withdrawn")
    with pytest.raises(Refused, match="Choose something else"):
        asked(village, village.bruno, wanted, counter_id=closed)


def test_it_moves_both_with_the_last_word_and_nothing_before(village: Village) -> None:
    one, other = book(village), jam(village)
    exchange = swapped(village, one, other)
    with village.database.read() as session:
        legs = session.scalars(select(Leg).where(Leg.exchange_id == exchange.id).order_by(Leg.n)).all()
        assert [(leg.listing_id, leg.giver_id, leg.taker_id) for leg in legs] == [
            (one, village.people["ana"], village.people["bruno"]),
            (other, village.people["bruno"], village.people["ana"]),
        ]
    do(village, commands.done, village.bruno, exchange.id)
    assert owners(village, one, other) == ["ana", "bruno"]
    do(village, commands.done, village.ana, exchange.id)
    assert owners(village, one, other) == ["bruno", "ana"]
    for _ in range(2):
        do(village, commands.done, village.ana, exchange.id)
    assert len(told(village, "ListingTransferred")) == 2
    assert {fact["how"] for fact in told(village, "ListingTransferred")} == {"swap"}
    with village.database.read() as session:
        assert len(session.scalars(select(PassedOn)).all()) == 2
        listings = session.scalars(select(Listing).where(Listing.id.in_((one, other))))
        assert {listing.close_reason for listing in listings} == {"fulfilled"}


def test_t7_a_fault_between_the_two_moves_neither(village: Village, monkeypatch: Any) -> None:
    one, other = book(village), jam(village)
    exchange = swapped(village, one, other)
    do(village, commands.done, village.bruno, exchange.id)
    calls: list[str] = []
    real = swaps.hand_on

    def breaks(*given: Any, **named: Any) -> None:
        calls.append("")
        if len(calls) == 2:
            raise RuntimeError("the light went out")
        real(*given, **named)

    with monkeypatch.context() as patched:
        patched.setattr(swaps, "hand_on", breaks)
        with pytest.raises(RuntimeError):
            do(village, commands.done, village.ana, exchange.id)
    assert len(calls) == 2
    assert owners(village, one, other) == ["ana", "bruno"]
    assert told(village, "ListingTransferred") == []
    do(village, commands.done, village.ana, exchange.id)
    assert owners(village, one, other) == ["bruno", "ana"]


def test_what_is_promised_in_a_swap_is_promised_to_nobody_else(village: Village) -> None:
    one, other = book(village), jam(village)
    swapped(village, one, other)
    with pytest.raises(Conflict, match="Just gone"):
        asked(village, village.chidi, one, term=ExchangeKind.SWAP, counter_id=jam(village, village.chidi))
    again = listed(village, village.chidi, Item(), title="Pan", terms=SWAP)
    with pytest.raises(Conflict, match="Just gone"):
        asked(village, village.bruno, again, counter_id=other)


def test_what_is_out_on_loan_at_the_last_word_moves_nothing_and_both_are_told(village: Village) -> None:
    one, other = book(village), jam(village)
    exchange = swapped(village, one, other)
    do(village, commands.done, village.ana, exchange.id)
    with village.database.write() as session:
        session.get_one(Listing, other).owner_id = village.people["chidi"]
    do(village, commands.done, village.bruno, exchange.id)
    assert owners(village, one, other) == ["ana", "chidi"]
    assert len(told(village, "SwapStopped")) == 1
    with village.database.read() as session:
        line = queries.exchange(session, village.ana, exchange.id, at=village.clock()).line
        assert line.status is ExchangeStatus.ACTIVE
    with village.database.write() as session:
        session.get_one(Listing, other).owner_id = village.people["bruno"]
    do(village, commands.done, village.bruno, exchange.id)
    assert owners(village, one, other) == ["bruno", "ana"]


def test_a_thing_that_is_out_is_not_swapped(village: Village) -> None:
    one, other = book(village), jam(village)
    lent(village, village.chidi, other)
    with pytest.raises(Refused):
        swapped(village, one, other)


def test_an_effort_for_a_thing(village: Village) -> None:
    repairs = listed(village, village.bruno, Service(), title="Repairs", terms=(Term(kind=TermKind.GIFT),))
    exchange = swapped(village, book(village), repairs)
    do(village, commands.done, village.bruno, exchange.id)
    done = do(village, commands.done, village.ana, exchange.id)
    assert done.completed_at is not None
    assert owners(village, repairs) == ["bruno"]


def test_called_off_both_are_free_again(village: Village) -> None:
    one, other = book(village), jam(village)
    exchange = swapped(village, one, other)
    do(village, commands.cancel, village.bruno, exchange.id)
    swapped(village, one, other)


def test_silence_swaps_nothing(village: Village, clock: Any) -> None:
    one, other = book(village), jam(village)
    exchange = swapped(village, one, other)
    do(village, commands.done, village.bruno, exchange.id)
    clock.forward(days=30)
    do(village, commands.confirm_by_silence, exchange.id)
    assert owners(village, one, other) == ["ana", "bruno"]


def test_strangers_find_no_swap(village: Village) -> None:
    exchange = swapped(village, book(village), jam(village))
    for stranger in (village.chidi, village.zoe):
        with pytest.raises(NotFound):
            do(village, commands.done, stranger, exchange.id)
        with village.database.read() as session, pytest.raises(NotFound):
            queries.settling(session, stranger, exchange.id, at=village.clock())


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(
        st.tuples(st.sampled_from(["done", "cancel", "begin"]), st.sampled_from(["ana", "bruno"])), max_size=6
    )
)
def test_h5_all_owners_change_or_none(village: Village, steps: list[tuple[str, str]]) -> None:
    one, other = book(village), jam(village)
    exchange = swapped(village, one, other)
    for act, who in steps:
        with suppress(Refused):
            do(village, getattr(commands, act), village.actor(who), exchange.id)
        now = owners(village, one, other)
        assert now in (["ana", "bruno"], ["bruno", "ana"])
        with village.database.read() as session:
            completed = session.get_one(Exchange, exchange.id).completed_at
        assert (now == ["bruno", "ana"]) == (completed is not None)
