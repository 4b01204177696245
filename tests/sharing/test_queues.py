"""Queues: places from one on, nobody skipped but by their own act, silence or a gap that is too short (H10)."""

import contextlib
import itertools
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from minga.communication import queries as waiting
from minga.communities import commands as communities
from minga.communities.models import Policy
from minga.identity import Actor
from minga.kit.errors import Conflict, NotFound, Refused
from minga.kit.ids import Id, new_id
from minga.sharing import commands, queries
from minga.sharing.models import Exchange, Hold, Loan, Reservation
from minga.sharing.rules import Answers, Level
from minga.sharing.rules.queues import HoldEnd, HoldState
from tests.sharing import neighbours
from tests.sharing.neighbours import agreed, asked, lent
from tests.sharing.test_reservations import rule
from tests.village import NOBODY, Village

DAY = timedelta(days=1)


def join(village: Village, who: Actor, listing: Id, days: int | None = None) -> Id:
    with village.database.write() as session:
        return commands.join(session, who, listing, wished_days=days, at=village.clock()).id


def act(village: Village, command: Any, who: Actor, id: Id) -> Any:
    with village.database.write() as session:
        return command(session, who, id, at=village.clock())


def take_back(village: Village, loan: Id) -> None:
    act(village, commands.take_back, village.ana, loan)


def place(village: Village, who: Actor, hold: Id) -> tuple[int, int, str]:
    with village.database.read() as session:
        found = queries.hold(session, who, hold, at=village.clock())
    return found.position, found.waiting, found.state.value


def ended(village: Village, hold: Id) -> HoldEnd | None:
    with village.database.read() as session:
        return session.get_one(Hold, hold).end_as


def miss(village: Village, hold: Id) -> None:
    with village.database.write() as session:
        commands.miss(session, hold, at=village.clock())


def test_strangers_stand_in_no_queue_and_touch_nobodys_place(village: Village) -> None:
    drill = neighbours.drill(village, level=Level.COMMUNITY)
    lent(village, village.bruno, drill)
    for stranger in (village.zoe, village.farid):
        with pytest.raises(NotFound):
            join(village, stranger, drill)
    hold = join(village, village.chidi, drill)
    for stranger in (NOBODY, village.zoe, village.ana, village.hana):
        for command in (commands.leave, commands.let_next):
            with pytest.raises(NotFound):
                act(village, command, stranger, hold)
        with pytest.raises(NotFound), village.database.read() as session:
            queries.hold(session, stranger, hold, at=village.clock())
    for stranger in (NOBODY, village.zoe):
        with pytest.raises(NotFound), village.database.read() as session:
            queries.queue_block(session, stranger, drill, at=village.clock())


def test_a_household_has_one_place_where_the_rule_says_so(village: Village) -> None:
    drill = neighbours.drill(village)
    with village.database.write() as session:
        at = village.clock()
        home = communities.found_household(session, village.bruno, village.valley, "Mill house", at=at)
        seat = communities.ask_into_household(session, village.bruno, home.id, "hana", "adult", at=at)
        communities.answer_household(session, village.hana, seat.id, accept=True, at=at)
        since = {"since_at": at - DAY, "made_at": at - DAY}
        rule = Policy(community_id=village.valley, key="holds.per_household", value=True, **since)
        session.add(rule)
    lent(village, village.chidi, drill)
    join(village, village.bruno, drill)
    with pytest.raises(Conflict) as refusal:
        join(village, village.hana, drill)
    assert refusal.value.name == "household_waits"
    with village.database.write() as session:
        session.get_one(Policy, rule.id).value = False
    join(village, village.hana, drill)


def test_who_has_it_or_owns_it_or_gives_it_away_needs_no_queue(village: Village) -> None:
    drill, table = neighbours.drill(village), neighbours.table(village)
    lent(village, village.bruno, drill)
    with pytest.raises(Conflict, match="You have it"):
        join(village, village.bruno, drill)
    with pytest.raises(Refused, match="already yours"):
        join(village, village.ana, drill)
    with pytest.raises(Refused, match="no queue for this"):
        join(village, village.chidi, table)


def test_t2_on_return_it_is_ready_for_the_first_and_passes_on_when_not_fetched(village: Village) -> None:
    """T2, without the pages: ready, not fetched, to the end of the queue; not fetched again, out."""
    drill = neighbours.drill(village)
    loan = lent(village, village.bruno, drill)
    chidi, hana = join(village, village.chidi, drill), join(village, village.hana, drill)
    assert join(village, village.chidi, drill) == chidi
    assert place(village, village.chidi, chidi) == (1, 2, "placed")
    assert place(village, village.hana, hana) == (2, 2, "placed")
    take_back(village, loan)
    assert place(village, village.chidi, chidi) == (1, 2, "ready")
    with village.database.read() as session:
        lines = waiting.waiting_for(session, village.chidi, at=village.clock())
    assert "hold_ready" in [line.kind for line in lines]
    with pytest.raises(Conflict):
        asked(village, village.dara, drill)
    miss(village, chidi)
    assert place(village, village.chidi, chidi)[2] == "ready", "too early: nothing happens"
    village.clock.forward(days=4)
    miss(village, chidi)
    assert place(village, village.chidi, chidi) == (2, 2, "placed")
    assert place(village, village.hana, hana) == (1, 2, "ready")
    village.clock.forward(days=4)
    miss(village, hana)
    assert place(village, village.chidi, chidi) == (1, 2, "ready")
    village.clock.forward(days=4)
    miss(village, chidi)
    assert ended(village, chidi) is HoldEnd.LAPSED
    assert place(village, village.hana, hana) == (1, 1, "ready")


def test_who_is_next_asks_and_gets_it(village: Village) -> None:
    drill = neighbours.drill(village, answers=Answers.AT_ONCE)
    loan = lent_at_once(village, village.bruno, drill)
    hold = join(village, village.chidi, drill)
    take_back(village, loan)
    with pytest.raises(Conflict):
        asked(village, village.hana, drill)
    asked(village, village.chidi, drill)
    assert ended(village, hold) is HoldEnd.FULFILLED
    with village.database.read() as session:
        live = session.scalars(select(Reservation).where(Reservation.ended_at.is_(None))).all()
        assert [(one.person_id, one.exchange_id is not None) for one in live] == [
            (village.people["chidi"], True)
        ]


def lent_at_once(village: Village, who: Actor, listing: Id) -> Id:
    ask = asked(village, who, listing)
    with village.database.write() as session:
        exchange = session.scalars(select(Exchange).where(Exchange.ask_id == ask.id)).one()
        return commands.lend(session, village.ana, exchange.id, at=village.clock()).leg_id


def test_an_ask_of_who_is_next_keeps_the_place_until_it_is_answered(village: Village) -> None:
    drill = neighbours.drill(village)
    loan = lent(village, village.bruno, drill)
    hold, behind = join(village, village.chidi, drill), join(village, village.hana, drill)
    take_back(village, loan)
    ask = asked(village, village.chidi, drill)
    village.clock.forward(days=4)
    miss(village, hold)
    assert place(village, village.chidi, hold)[2] == "ready"
    with village.database.write() as session:
        commands.decline(session, village.ana, ask.id, at=village.clock())
    assert ended(village, hold) is HoldEnd.LEFT
    assert place(village, village.hana, behind) == (1, 1, "ready")


def test_the_next_goes_first_by_ones_own_word(village: Village) -> None:
    drill = neighbours.drill(village)
    loan = lent(village, village.bruno, drill)
    chidi, hana = join(village, village.chidi, drill), join(village, village.hana, drill)
    act(village, commands.let_next, village.chidi, chidi)
    assert place(village, village.hana, hana)[0] == 1
    with pytest.raises(Conflict, match="Nobody waits behind you"):
        act(village, commands.let_next, village.chidi, chidi)
    take_back(village, loan)
    act(village, commands.let_next, village.hana, hana)
    assert place(village, village.chidi, chidi) == (1, 2, "ready")
    assert place(village, village.hana, hana) == (2, 2, "placed")
    act(village, commands.leave, village.chidi, chidi)
    assert place(village, village.hana, hana) == (1, 1, "ready")
    act(village, commands.leave, village.chidi, chidi)
    assert ended(village, chidi) is HoldEnd.LEFT


def test_a_gap_that_is_too_short_goes_to_a_shorter_wish(village: Village) -> None:
    drill = neighbours.drill(village)
    loan = lent(village, village.bruno, drill)
    week, days = join(village, village.chidi, drill, 10), join(village, village.hana, drill, 3)
    agreed(
        village, village.dara, drill, from_at=village.clock() + 15 * DAY, until_at=village.clock() + 17 * DAY
    )
    village.clock.forward(days=10)
    take_back(village, loan)
    assert place(village, village.chidi, week) == (1, 2, "placed")
    assert place(village, village.hana, days) == (2, 2, "ready")


def test_what_is_withdrawn_is_not_waited_for(village: Village) -> None:
    drill = neighbours.drill(village)
    lent(village, village.bruno, drill)
    hold = join(village, village.chidi, drill)
    from minga.sharing.rules import CloseReason

    with village.database.write() as session:
        commands.close(session, village.ana, drill, CloseReason.WITHDRAWN, at=village.clock())
        commands.close_queue(session, drill, at=village.clock())
    assert ended(village, hold) is HoldEnd.CLOSED


def test_a_loan_is_not_renewed_at_once_while_somebody_waits(village: Village) -> None:
    drill = neighbours.drill(village)
    loan = lent(village, village.bruno, drill)
    join(village, village.chidi, drill)
    act(village, commands.renew, village.bruno, loan)
    with village.database.read() as session:
        assert session.get_one(Loan, loan).due_on == (village.clock() + 14 * DAY).date()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["join", "leave", "next", "back", "lend", "miss", "day", "ask"]),
        st.sampled_from(["chidi", "hana", "dara", "bruno"]),
        st.integers(1, 14),
    ),
    max_size=18,
)


@settings(
    max_examples=20,
    phases=(Phase.explicit, Phase.generate),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(STEPS)
def test_whatever_happens_places_run_from_one_and_nothing_is_put_aside_twice(
    village: Village, steps: list[tuple[str, str, int]]
) -> None:
    """H10, H4: whatever people do in whatever order."""
    rule(village, "listing.open_max", 5_000)
    drill = neighbours.drill(village, answers=Answers.AT_ONCE)
    for step, name, days in steps:
        with contextlib.suppress(Refused):
            _do(village, drill, step, village.actor(name), days)
        _check(village, drill)


def _do(village: Village, drill: Id, step: str, who: Actor, days: int) -> None:
    with village.database.write() as session:
        at = village.clock()
        mine = session.scalar(
            select(Hold.id).where(
                Hold.listing_id == drill, Hold.person_id == who.person_id, Hold.ended_at.is_(None)
            )
        )
        running = session.scalar(
            select(Exchange).where(
                Exchange.listing_id == drill, Exchange.completed_at.is_(None), Exchange.cancelled_at.is_(None)
            )
        )
        if step == "join":
            commands.join(session, who, drill, wished_days=days, at=at)
        elif step == "ask":
            commands.ask(session, who, drill, commands.Wish(), form_id=new_id(), at=at)
        elif step == "day":
            village.clock.forward(days=days)
        elif step in ("leave", "next", "miss") and mine:
            if step == "miss":
                commands.miss(session, mine, at=at)
            else:
                (commands.leave if step == "leave" else commands.let_next)(session, who, mine, at=at)
        elif step == "lend" and running:
            commands.lend(session, village.ana, running.id, at=at)
        elif step == "back" and running:
            loan = session.scalar(select(Loan).where(Loan.exchange_id == running.id))
            if loan:
                commands.take_back(session, village.ana, loan.leg_id, at=at)
            else:
                commands.cancel(session, village.ana, running.id, at=at)


def _check(village: Village, drill: Id) -> None:
    with village.database.read() as session:
        queue = session.scalars(select(Hold).where(Hold.listing_id == drill, Hold.ended_at.is_(None))).all()
        views = [queries.hold(session, Actor(one.person_id), one.id, at=village.clock()) for one in queue]
        live = session.scalars(
            select(Reservation).where(Reservation.listing_id == drill, Reservation.ended_at.is_(None))
        ).all()
    assert sorted(view.position for view in views) == list(range(1, len(queue) + 1))
    ready = [one for one in queue if one.ready_at is not None]
    assert len(ready) <= 1
    for one in ready:
        assert one.group_id in {row.group_id for row in live}
    spans = sorted((row.from_at, row.until_at) for row in live)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
    assert {state.value for state in HoldState} >= {view.state.value for view in views}
