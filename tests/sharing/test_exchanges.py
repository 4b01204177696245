"""Seeing an exchange through: who says what, in which order, and what follows."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from minga.identity import Actor
from minga.kit.errors import Conflict, Forbidden, NotFound, Refused
from minga.kit.events import EventRow
from minga.kit.ids import Id
from minga.sharing import commands, queries
from minga.sharing.models import Exchange, Leg, Listing, PassedOn
from minga.sharing.queries import Step
from minga.sharing.rules import CloseReason
from minga.sharing.rules.exchanges import ExchangeStatus
from tests.sharing import neighbours
from tests.sharing.neighbours import agreed
from tests.village import NOBODY, Village

Act = Callable[..., Any]


def do(village: Village, act: Act, who: Actor, exchange: Exchange, *words: str) -> Any:
    with village.database.write() as session:
        return act(session, who, exchange.id, *words, at=village.clock())


def view(village: Village, who: Actor, exchange: Exchange) -> queries.ExchangeView:
    with village.database.read() as session:
        return queries.exchange(session, who, exchange.id, at=village.clock())


def told(village: Village, name: str) -> list[dict[str, Any]]:
    with village.database.read() as session:
        return list(
            session.scalars(select(EventRow.facts).where(EventRow.name == name).order_by(EventRow.id))
        )


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (commands.begin, ()),
        (commands.done, ()),
        (commands.not_yet, ("x",)),
        (commands.cancel, ()),
        (commands.lend, ()),
    ],
)
def test_strangers_find_no_exchange(village: Village, act: Act, words: tuple[str, ...]) -> None:
    exchange = agreed(village, village.bruno, neighbours.table(village))
    for stranger in (NOBODY, village.zoe, village.chidi):
        with pytest.raises(NotFound):
            do(village, act, stranger, exchange, *words)
        with pytest.raises(NotFound):
            view(village, stranger, exchange)


def test_a_gift_is_done_when_both_say_so_and_then_belongs_to_who_got_it(village: Village) -> None:
    table = neighbours.table(village)
    exchange = agreed(village, village.bruno, table)
    assert view(village, village.ana, exchange).steps == (Step.DONE, Step.CANCEL)
    do(village, commands.done, village.ana, exchange)
    do(village, commands.done, village.ana, exchange)
    assert view(village, village.bruno, exchange).line.status is ExchangeStatus.ACTIVE
    do(village, commands.done, village.bruno, exchange)
    do(village, commands.done, village.bruno, exchange)
    assert view(village, village.bruno, exchange).line.status is ExchangeStatus.COMPLETED
    assert view(village, village.ana, exchange).steps == ()
    with village.database.read() as session:
        listing = session.get_one(Listing, table)
        assert listing.owner_id == village.people["bruno"]
        assert listing.close_reason is CloseReason.FULFILLED
        assert session.scalar(select(func.count()).select_from(PassedOn)) == 1
    assert [facts["how"] for facts in told(village, "ListingTransferred")] == ["gift"]
    assert len(told(village, "ExchangeCompleted")) == 1
    assert len(told(village, "SideDone")) == 2


def test_squashes_are_given_until_none_are_left_and_then_the_listing_is_fulfilled(village: Village) -> None:
    squashes = neighbours.squashes(village, pieces=10)
    exchanges = [
        agreed(village, who, squashes, quantity_milli=n * 1_000)
        for who, n in ((village.bruno, 4), (village.chidi, 4), (village.hana, 2))
    ]
    for number, (exchange, who) in enumerate(
        zip(exchanges, (village.bruno, village.chidi, village.hana), strict=True)
    ):
        with village.database.read() as session:
            assert session.get_one(Listing, squashes).closed_at is None, number
        do(village, commands.done, village.ana, exchange)
        do(village, commands.done, who, exchange)
    with village.database.read() as session:
        listing = session.get_one(Listing, squashes)
        assert listing.close_reason is CloseReason.FULFILLED
        assert listing.owner_id == village.people["ana"], "many pieces have no single new owner"


def test_what_is_called_off_is_there_again(village: Village) -> None:
    squashes = neighbours.squashes(village, pieces=4)
    exchange = agreed(village, village.bruno, squashes, quantity_milli=4_000)
    do(
        village,
        commands.cancel,
        village.bruno,
        exchange,
    )
    do(village, commands.cancel, village.ana, exchange)
    assert len(told(village, "ExchangeCancelled")) == 1
    assert agreed(village, village.chidi, squashes, quantity_milli=4_000).id != exchange.id


def test_who_helps_says_done_and_who_is_helped_accepts(village: Village) -> None:
    """COM-2.4: only the claimer delivers, only the owner accepts or sends back."""
    groceries = neighbours.groceries(village)
    exchange = agreed(village, village.bruno, groceries)
    with pytest.raises(Forbidden, match="says first that it is done"):
        do(village, commands.done, village.ana, exchange)
    with pytest.raises(Forbidden, match="not yet"):
        do(village, commands.not_yet, village.bruno, exchange, "x")
    with pytest.raises(Conflict, match="Nobody has said"):
        do(village, commands.not_yet, village.ana, exchange, "x")
    with pytest.raises(Forbidden, match="Only who gives it"):
        do(village, commands.begin, village.ana, exchange)
    do(village, commands.begin, village.bruno, exchange)
    do(village, commands.begin, village.bruno, exchange)
    do(village, commands.done, village.bruno, exchange)
    assert view(village, village.ana, exchange).steps == (Step.ACCEPT, Step.NOT_YET, Step.CANCEL)
    with pytest.raises(Refused, match="what is missing"):
        do(village, commands.not_yet, village.ana, exchange, "  ")
    do(village, commands.not_yet, village.ana, exchange, "The milk is missing.")
    assert view(village, village.bruno, exchange).steps == (Step.DONE, Step.CANCEL)
    assert [h.words for h in view(village, village.bruno, exchange).history if h.what == "sent_back"] == [
        "The milk is missing."
    ]
    do(village, commands.done, village.bruno, exchange)
    do(village, commands.done, village.ana, exchange)
    assert view(village, village.bruno, exchange).line.status is ExchangeStatus.COMPLETED
    assert len(told(village, "ExchangeBegan")) == 1
    with village.database.read() as session:
        listing = session.get_one(Listing, groceries)
        assert (listing.close_reason, listing.owner_id) == (CloseReason.FULFILLED, village.people["ana"])


def test_one_side_and_a_fortnight_of_silence_are_enough(village: Village) -> None:
    exchange = agreed(village, village.bruno, neighbours.table(village))
    do(village, commands.done, village.ana, exchange)
    village.clock.forward(days=14, seconds=-1)
    with village.database.write() as session:
        commands.confirm_by_silence(session, exchange.id, at=village.clock())
    assert view(village, village.ana, exchange).line.status is ExchangeStatus.ACTIVE
    village.clock.forward(seconds=1)
    for _ in range(2):
        with village.database.write() as session:
            commands.confirm_by_silence(session, exchange.id, at=village.clock())
    seen = view(village, village.ana, exchange)
    assert (seen.line.status, seen.by_silence) == (ExchangeStatus.COMPLETED, True)
    assert len(told(village, "ExchangeCompleted")) == 1


def test_after_it_has_begun_it_takes_both_to_call_it_off(village: Village) -> None:
    exchange = agreed(village, village.bruno, neighbours.groceries(village))
    do(village, commands.begin, village.bruno, exchange)
    do(village, commands.cancel, village.bruno, exchange)
    do(village, commands.cancel, village.bruno, exchange)
    assert view(village, village.bruno, exchange).line.status is ExchangeStatus.ACTIVE
    assert len(told(village, "CancelWished")) == 1
    do(village, commands.cancel, village.ana, exchange)
    assert view(village, village.bruno, exchange).line.status is ExchangeStatus.CANCELLED
    with pytest.raises(Conflict, match="called off"):
        do(village, commands.done, village.bruno, exchange)


def test_a_loan_is_not_done_but_taken_back(village: Village) -> None:
    exchange = agreed(village, village.bruno, neighbours.drill(village))
    with pytest.raises(Refused, match="taken back"):
        do(village, commands.done, village.ana, exchange)
    with pytest.raises(Refused, match="handed over"):
        do(village, commands.begin, village.ana, exchange)


def test_an_exchange_is_across_communities_only_when_their_roots_differ(village: Village) -> None:
    agreed(village, village.bruno, neighbours.table(village))
    with village.database.read() as session:
        leg = session.scalars(select(Leg)).one()
        assert leg.is_cross is False
        assert leg.giver_root_id == leg.taker_root_id == village.valley


def test_lists_filter_by_status_and_side_in_a_constant_number_of_statements(village: Village) -> None:
    from minga.kit.db import count_statements

    done = agreed(village, village.bruno, neighbours.table(village))
    for who in (village.ana, village.bruno):
        do(village, commands.done, who, done)
    neighbours.lent(village, village.bruno, neighbours.drill(village))
    pending = agreed(village, village.chidi, neighbours.groceries(village))

    def ids(who: Actor, **wish: Any) -> set[Id]:
        with village.database.read() as session:
            return {line.id for line in queries.exchanges(session, who, at=village.clock(), **wish).items}

    from minga.sharing.rules.exchanges import Side

    assert ids(village.bruno, status=ExchangeStatus.COMPLETED) == {done.id}
    assert ids(village.chidi, role=Side.PROVIDER) == {pending.id}
    assert ids(village.chidi, role=Side.RECEIVER) == set()
    assert ids(village.ana, status=ExchangeStatus.PENDING) == {pending.id}
    assert len(ids(village.ana)) == 3
    assert ids(village.zoe) == set()
    with count_statements(village.database) as few:
        ids(village.chidi)
    with count_statements(village.database) as many:
        ids(village.ana)
    assert (
        len([s for s in many if s.startswith("SELECT")])
        <= len([s for s in few if s.startswith("SELECT")]) + 1
    )


def test_mine_shows_the_next_due_first_and_counts_what_was_given_and_received(village: Village) -> None:
    done = agreed(village, village.bruno, neighbours.table(village))
    for who in (village.ana, village.bruno):
        do(village, commands.done, who, done)
    repairs = agreed(village, village.bruno, neighbours.bicycle_repairs(village))
    drill = neighbours.drill(village)
    neighbours.lent(village, village.bruno, drill)
    with village.database.read() as session:
        counts = [
            queries.given_and_received(session, who, at=village.clock())
            for who in (village.ana, village.bruno, village.zoe)
        ]
        running = queries.running_exchanges(session, village.bruno, at=village.clock())
    assert counts == [(1, 0), (0, 1), (0, 0)]
    assert [line.listing_id for line in running] == [drill, repairs.listing_id]
