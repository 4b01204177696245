"""Asks that are collected, and a lot that a stranger draws again from what is published (T6)."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from minga.interfaces.http import Node
from minga.kit import lots
from minga.kit.clock import FixedClock
from minga.kit.errors import Conflict, Forbidden, NotFound
from minga.kit.ids import Id
from minga.sharing import commands, queries
from minga.sharing.models import Exchange
from minga.sharing.models.draws import DrawSecret
from minga.sharing.rules import Answers, Item, Level, Measure
from minga.sharing.rules.allocation.records import check_record, claims_root, line_of, seed_of
from minga.sharing.rules.asks import AskState
from minga.sharing.rules.draws import ticket_of
from tests.conftest import MONDAY
from tests.sharing.neighbours import GIFT, asked, listed
from tests.sharing.test_meetings import do, told
from tests.sharing.test_races import at_once, crowd
from tests.stories.test_meetings import work
from tests.village import NOBODY, Village
from tests.visitor import Visitor

EVENING = MONDAY + timedelta(hours=11)


def squashes(village: Village, answers: Answers = Answers.LOT, pieces: int = 2) -> Id:
    return listed(
        village,
        village.ana,
        Item(),
        title="Squash",
        terms=GIFT,
        quantity_milli=pieces * 1_000,
        quantity_unit=Measure.PIECE,
        answers=answers,
        collect_until=EVENING,
        level=Level.COMMUNITY,
    )


def states(village: Village, listing: Id) -> list[AskState]:
    with village.database.read() as session:
        page = queries.asks_of_listing(session, village.ana, listing, at=village.clock())
        return [one.state for one in page.items]


def record(village: Village, listing: Id) -> dict[str, Any]:
    with village.database.read() as session:
        return queries.draw_record(session, village.chidi, listing, at=village.clock())


def test_asks_are_collected_until_the_time_and_then_the_owner_chooses(
    village: Village, clock: FixedClock
) -> None:
    listing = squashes(village, Answers.COLLECT)
    ask = asked(village, village.bruno, listing, quantity_milli=1_000)
    with pytest.raises(Conflict, match="Asks are collected until"):
        do(village, commands.accept, village.ana, ask.id)
    clock.forward(hours=11)
    with pytest.raises(Conflict, match="time for asking is over"):
        asked(village, village.chidi, listing, quantity_milli=1_000)
    do(village, commands.accept, village.ana, ask.id)
    assert states(village, listing) == [AskState.ACCEPTED]


def test_t6_five_ask_and_a_stranger_draws_the_lot_again(village: Village, clock: FixedClock) -> None:
    listing = squashes(village)
    with village.database.read() as session:
        before = queries.draw_about(session, village.bruno, listing, at=clock())
        assert before is not None
        assert before.drawn_at is None
    asks = [asked(village, who, listing, quantity_milli=1_000) for who in crowd(village, 5)]
    with pytest.raises(Forbidden, match="A lot decides"):
        do(village, commands.accept, village.ana, asks[0].id)
    assert not do(village, commands.draw_lot, listing)
    clock.forward(hours=11)
    assert do(village, commands.draw_lot, listing)
    assert not do(village, commands.draw_lot, listing)
    found = record(village, listing)
    assert found["commitment"] == before.commitment, "bound before anybody asked"
    assert check_record(json.loads(json.dumps(found))).difference is None
    secret = bytes.fromhex(found["secret"])
    tickets = [ticket_of(secret, ask.id) for ask in asks]
    root = claims_root([(ticket, 0, 1) for ticket in tickets])
    order = lots.order(seed_of(found["round"], root, secret), "place", map(line_of, tickets))
    assert found["parts"][0]["order"] == order
    winners = {line for line, won in found["shares"].items() if won}
    assert winners == set(order[:2])
    with village.database.read() as session:
        got = session.scalars(select(Exchange.receiver_id)).all()
        assert session.scalar(select(func.count()).select_from(DrawSecret)) == 0
    assert set(got) == {ask.person_id for ask in asks if line_of(ticket_of(secret, ask.id)) in winners}
    assert sorted(states(village, listing)) == ["accepted"] * 2 + ["given_elsewhere"] * 3
    assert [(one["asks"], one["agreed"]) for one in told(village, "LotDrawn")] == [(5, 2)]


def test_a_record_that_was_touched_is_found_out(village: Village, clock: FixedClock) -> None:
    listing = squashes(village)
    for who in crowd(village, 4):
        asked(village, who, listing, quantity_milli=1_000)
    clock.forward(hours=11)
    do(village, commands.draw_lot, listing)
    found = record(village, listing)
    found["parts"][0]["order"].reverse()
    assert check_record(found).difference is not None
    found = record(village, listing)
    found["secret"] = "00" * 32
    assert check_record(found).difference is not None


def test_who_does_not_see_the_listing_finds_no_record(village: Village, clock: FixedClock) -> None:
    listing = squashes(village)
    asked(village, village.bruno, listing, quantity_milli=1_000)
    with village.database.read() as session, pytest.raises(NotFound):
        queries.draw_record(session, village.bruno, listing, at=clock())
    clock.forward(hours=11)
    do(village, commands.draw_lot, listing)
    for stranger in (village.zoe, village.farid, NOBODY):
        with village.database.read() as session, pytest.raises(NotFound):
            queries.draw_record(session, stranger, listing, at=clock())


def test_the_record_names_nobody(village: Village, clock: FixedClock) -> None:
    listing = squashes(village)
    ask = asked(village, village.bruno, listing, quantity_milli=1_000)
    clock.forward(hours=11)
    do(village, commands.draw_lot, listing)
    text = json.dumps(record(village, listing))
    assert village.people["bruno"] not in text
    assert ask.id not in text


def test_what_is_too_much_goes_to_the_next_and_nothing_is_negative(
    village: Village, clock: FixedClock
) -> None:
    listing = squashes(village, pieces=3)
    people = crowd(village, 4)
    for who in people:
        asked(village, who, listing, quantity_milli=2_000)
    clock.forward(hours=11)
    do(village, commands.draw_lot, listing)
    assert sorted(states(village, listing)) == ["accepted", "sent", "sent", "sent"]
    with village.database.read() as session:
        block = queries.ask_block(session, village.dara, listing, at=clock())
        assert block.left_milli == 1_000


def test_drawn_four_times_at_once_it_is_drawn_once(village: Village, clock: FixedClock) -> None:
    listing = squashes(village)
    for who in crowd(village, 4):
        asked(village, who, listing, quantity_milli=1_000)
    clock.forward(hours=11)
    assert sorted(at_once([lambda: do(village, commands.draw_lot, listing)] * 4)) == [False] * 3 + [True]
    with village.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Exchange)) == 2


def test_t6_by_pages_and_a_bare_python(
    village: Village,
    visit: Callable[[str | None], Visitor],
    node: Node,
    clock: FixedClock,
) -> None:
    listing = squashes(village)
    page = visit("bruno").get(f"/listings/{listing}")
    assert "All asks have the same chance" in page.text
    for name in ("bruno", "chidi", "hana"):
        visit(name).post(f"/listings/{listing}/asks", {"quantity": "1"})
    work(node, clock)
    visit("bruno").get(f"/listings/{listing}/draw.json", status=404)
    clock.forward(hours=11)
    work(node, clock)
    assert "2 of 3 asks" in visit("ana").get(f"/listings/{listing}").text
    file = visit("ana").get(f"/listings/{listing}/draw.json")
    assert check_record(file.json()).difference is None
    visit("zoe").get(f"/listings/{listing}/draw.json", status=404)
