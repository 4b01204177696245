"""What waits for somebody: each line comes with its cause and goes with it."""

from datetime import UTC, timedelta
from typing import Any

import pytest

from minga.communication import commands as communication
from minga.communication import queries as waiting
from minga.identity import Actor
from minga.kit.clock import FixedClock
from minga.kit.db import count_statements
from minga.kit.errors import Conflict
from minga.kit.refs import Ref
from minga.sharing import commands
from tests.sharing import neighbours
from tests.sharing.neighbours import agreed, asked, lent
from tests.village import NOBODY, Village


def lines(village: Village, who: Actor) -> list[str]:
    with village.database.read() as session:
        found = waiting.waiting_for(session, who, at=village.clock())
    return [line.kind for line in found if line.ref.kind in ("ask", "exchange")]


def do(village: Village, act: Any, who: Actor, id: str, **facts: Any) -> None:
    with village.database.write() as session:
        act(session, who, id, at=village.clock(), **facts)


def test_an_ask_waits_for_its_owner_until_it_is_answered(village: Village) -> None:
    ask = asked(village, village.bruno, neighbours.drill(village), words="For a shelf.")
    assert lines(village, village.ana) == ["ask_received"]
    assert lines(village, village.bruno) == lines(village, village.zoe) == lines(village, NOBODY) == []
    day = village.clock() + timedelta(days=9)
    wish = commands.Wish(from_at=day, until_at=day + timedelta(days=2))
    with village.database.write() as session:
        commands.propose(session, village.ana, ask.id, wish, at=village.clock())
    assert lines(village, village.ana) == []
    assert lines(village, village.bruno) == ["ask_answered"]
    do(village, commands.agree_to_proposal, village.bruno, ask.id)
    assert lines(village, village.bruno) == []


def test_a_loan_waits_for_whoever_has_the_next_step(village: Village) -> None:
    exchange = agreed(village, village.bruno, neighbours.drill(village))
    assert (lines(village, village.ana), lines(village, village.bruno)) == (["hand_over"], [])
    with village.database.write() as session:
        loan = commands.lend(session, village.ana, exchange.id, at=village.clock()).leg_id
    assert (lines(village, village.ana), lines(village, village.bruno)) == ([], [])
    village.clock.forward(days=12)
    assert (lines(village, village.ana), lines(village, village.bruno)) == ([], ["due_soon"])
    village.clock.forward(days=4)
    assert (lines(village, village.ana), lines(village, village.bruno)) == (["overdue"], ["overdue"])
    do(village, commands.renew, village.bruno, loan)
    assert (lines(village, village.ana), lines(village, village.bruno)) == (["renewal_asked"], ["overdue"])
    do(village, commands.bring_back, village.bruno, loan)
    do(village, commands.answer_renewal, village.ana, loan, yes=False)
    assert (lines(village, village.ana), lines(village, village.bruno)) == (["back_to_confirm"], [])
    do(village, commands.take_back, village.ana, loan)
    assert (lines(village, village.ana), lines(village, village.bruno)) == ([], [])


def test_help_waits_first_for_the_helper_and_then_for_who_is_helped(village: Village) -> None:
    exchange = agreed(village, village.bruno, neighbours.groceries(village))
    assert (lines(village, village.ana), lines(village, village.bruno)) == ([], ["promised"])
    do(village, commands.done, village.bruno, exchange.id)
    assert (lines(village, village.ana), lines(village, village.bruno)) == (["confirm_done"], [])
    do(village, commands.done, village.ana, exchange.id)
    assert (lines(village, village.ana), lines(village, village.bruno)) == ([], [])


def test_calling_off_waits_for_the_other(village: Village) -> None:
    exchange = agreed(village, village.bruno, neighbours.groceries(village))
    do(village, commands.begin, village.bruno, exchange.id)
    do(village, commands.cancel, village.bruno, exchange.id)
    assert lines(village, village.ana) == ["cancel_wished"]


def test_later_hides_a_line_until_the_next_morning_twice_at_most(village: Village, clock: FixedClock) -> None:
    ask = asked(village, village.bruno, neighbours.drill(village))
    ref = Ref("ask", ask.id)

    def later(who: Actor) -> None:
        with village.database.write() as session:
            communication.put_off(session, who, "ask_received", ref, zone=UTC, at=clock())

    later(village.bruno)  # not his line: nothing happens
    later(village.ana)
    later(village.ana)  # pressed twice is once
    assert lines(village, village.ana) == []
    clock.forward(hours=23)  # 8:00 of the next day
    assert lines(village, village.ana) == ["ask_received"]
    later(village.ana)
    clock.forward(days=1)
    with pytest.raises(Conflict, match="put this off twice"):
        later(village.ana)
    assert lines(village, village.ana) == ["ask_received"]


def test_all_lines_of_sharing_cost_a_constant_number_of_statements(village: Village) -> None:
    from minga.sharing.queries import waits_in_exchanges

    def cost(who: Actor) -> int:
        with count_statements(village.database) as said, village.database.read() as session:
            waits_in_exchanges(session, who, at=village.clock())
        return len([s for s in said if s.startswith("SELECT")])

    lent(village, village.bruno, neighbours.drill(village))
    before = cost(village.ana)
    for who in (village.bruno, village.chidi, village.hana):
        asked(village, who, neighbours.drill(village))
        lent(village, who, neighbours.drill(village))
    assert cost(village.ana) == before <= 4
