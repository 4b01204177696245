"""Several people on one need, an urgent claim that stays silent, and asks that are passed on."""

from datetime import timedelta

import pytest

from minga.kit.clock import FixedClock
from minga.kit.errors import Conflict, Forbidden, NotFound, Refused
from minga.sharing import commands, queries
from minga.sharing.rules import Item, Level
from minga.sharing.rules.asks import AskState
from minga.sharing.rules.exchanges import ExchangeStatus
from tests.sharing import neighbours
from tests.sharing.neighbours import agreed, asked, listed
from tests.sharing.test_meetings import do, told
from tests.village import Village


def test_a_need_for_three_takes_three(village: Village) -> None:
    need = neighbours.groceries(village, people=3)
    for left, who in ((2, village.bruno), (1, village.chidi), (0, village.hana)):
        agreed(village, who, need)
        with village.database.read() as session:
            block = queries.ask_block(session, village.dara, need, at=village.clock())
            assert block.left_milli == left * 1_000
    with pytest.raises(Conflict, match="Just gone"):
        asked(village, village.dara, need)


def status_of(village: Village, exchange_id: str) -> ExchangeStatus:
    with village.database.read() as session:
        return queries.exchange(session, village.ana, exchange_id, at=village.clock()).line.status


def test_an_urgent_claim_that_stays_silent_for_a_day_is_opened_again(
    village: Village, clock: FixedClock
) -> None:
    need = neighbours.urgent(village)
    exchange = agreed(village, village.bruno, need)
    clock.forward(hours=23)
    assert not do(village, commands.reopen_silent, exchange.id, spoke=False)
    clock.forward(hours=1)
    assert not do(village, commands.reopen_silent, exchange.id, spoke=True)
    assert do(village, commands.reopen_silent, exchange.id, spoke=False)
    assert not do(village, commands.reopen_silent, exchange.id, spoke=False)
    assert status_of(village, exchange.id) is ExchangeStatus.CANCELLED
    assert [one["cause"] for one in told(village, "ExchangeCancelled")] == ["silent"]
    agreed(village, village.chidi, need)


@pytest.mark.parametrize("step", ["begin", "meet"])
def test_who_begins_or_arranges_is_not_silent(village: Village, clock: FixedClock, step: str) -> None:
    exchange = agreed(village, village.bruno, neighbours.urgent(village))
    if step == "begin":
        do(village, commands.begin, village.bruno, exchange.id)
    else:
        soon = clock() + timedelta(days=2)
        do(village, commands.propose_handover, village.bruno, exchange.id, meets_at=soon)
    clock.forward(days=1)
    assert not do(village, commands.reopen_silent, exchange.id, spoke=False)
    assert status_of(village, exchange.id) is not ExchangeStatus.CANCELLED


def chidis_drill(village: Village, level: Level = Level.COMMUNITY) -> str:
    return listed(village, village.chidi, Item(), title="Old drill", level=level)


def test_an_ask_is_passed_on_to_something_that_fits(village: Village) -> None:
    drill, other = neighbours.drill(village), chidis_drill(village)
    ask = asked(village, village.bruno, drill, words="For a shelf.")
    with village.database.read() as session:
        fits = queries.listings_that_fit(session, village.ana, ask.id, at=village.clock())
        assert fits == ((other, "Old drill", "Chidi"),)
        assert queries.listings_that_fit(session, village.bruno, ask.id, at=village.clock()) == ()
    new = do(village, commands.pass_ask_on, village.ana, ask.id, other)
    assert (new.person_id, new.owner_id, new.words) == (
        village.people["bruno"],
        village.people["chidi"],
        "For a shelf.",
    )
    assert new.entered_by_id == village.people["ana"]
    with village.database.read() as session:
        assert queries.ask(session, village.bruno, ask.id, at=village.clock()).state is AskState.PASSED_ON
        assert queries.ask(session, village.chidi, new.id, at=village.clock()).state is AskState.SENT
    with pytest.raises(Conflict, match="passed on"):
        do(village, commands.pass_ask_on, village.ana, ask.id, other)
    assert [one["to_listing_id"] for one in told(village, "AskPassedOn")] == [other]


def test_only_whom_it_was_sent_to_passes_on(village: Village) -> None:
    ask = asked(village, village.bruno, neighbours.drill(village))
    other = chidis_drill(village)
    for stranger in (village.zoe, village.hana):
        with pytest.raises(NotFound):
            do(village, commands.pass_ask_on, stranger, ask.id, other)
    with pytest.raises(Forbidden):
        do(village, commands.pass_ask_on, village.bruno, ask.id, other)


def test_what_the_asker_may_not_see_is_not_passed_on_to(village: Village) -> None:
    drill = neighbours.drill(village)
    ask = asked(village, village.bruno, drill)
    hidden = listed(village, village.chidi, Item(), title="Secret", level=Level.PRIVATE)
    with pytest.raises(NotFound):
        do(village, commands.pass_ask_on, village.ana, ask.id, hidden)
    with pytest.raises(Refused, match="another listing"):
        do(village, commands.pass_ask_on, village.ana, ask.id, drill)
    with pytest.raises(Refused, match="not offered in the way"):
        do(village, commands.pass_ask_on, village.ana, ask.id, neighbours.table(village))
    bruno = listed(village, village.bruno, Item(), title="His own drill")
    with pytest.raises(Refused, match="already yours"):
        do(village, commands.pass_ask_on, village.ana, ask.id, bruno)
