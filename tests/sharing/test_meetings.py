"""Meeting to hand over: proposed by one, agreed by the other; called off late; somebody who did not come."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from minga.identity import Actor
from minga.kit.clock import FixedClock
from minga.kit.errors import Conflict, Forbidden, NotFound, Refused
from minga.kit.events import EventRow
from minga.sharing import commands, queries
from minga.sharing.models import Exchange, Handover, NoShow
from minga.sharing.queries import Around
from minga.sharing.rules.exchanges import ExchangeStatus
from minga.sharing.rules.handovers import Reply
from tests.conftest import MONDAY
from tests.sharing import neighbours
from tests.village import NOBODY, Village

EVENING = MONDAY + timedelta(days=2)


def do(village: Village, act: Any, *given: Any, **named: Any) -> Any:
    with village.database.write() as session:
        return act(session, *given, at=village.clock(), **named)


def seen(village: Village, who: Actor, exchange: Exchange) -> Around:
    with village.database.read() as session:
        return queries.around(session, who, exchange.id, at=village.clock())


def told(village: Village, name: str) -> list[dict[str, Any]]:
    with village.database.read() as session:
        rows = session.scalars(select(EventRow).where(EventRow.name == name).order_by(EventRow.id))
        return [row.facts for row in rows]


@pytest.fixture
def exchange(village: Village) -> Exchange:
    """Ana gives Bruno her table."""
    return neighbours.agreed(village, village.bruno, neighbours.table(village))


def meet(village: Village, exchange: Exchange, meets_at: datetime = EVENING) -> None:
    """Ana proposes, Bruno comes."""
    do(village, commands.propose_handover, village.ana, exchange.id, meets_at=meets_at, place="At the gate")
    do(village, commands.agree_to_handover, village.bruno, exchange.id)


def test_a_stranger_learns_nothing_and_arranges_nothing(village: Village, exchange: Exchange) -> None:
    meet(village, exchange)
    for stranger in (village.chidi, village.zoe, NOBODY):
        for act in (commands.agree_to_handover, commands.end_handover, commands.say_no_show):
            with pytest.raises(NotFound):
                do(village, act, stranger, exchange.id)
        with pytest.raises(NotFound):
            do(village, commands.propose_handover, stranger, exchange.id, meets_at=EVENING)
        with pytest.raises(NotFound):
            seen(village, stranger, exchange)


def test_one_proposes_and_the_other_agrees(village: Village, exchange: Exchange) -> None:
    do(village, commands.propose_handover, village.ana, exchange.id, meets_at=EVENING, place="At the gate")
    with pytest.raises(Forbidden, match="The other side agrees"):
        do(village, commands.agree_to_handover, village.ana, exchange.id)
    first = seen(village, village.bruno, exchange).meeting
    assert first is not None
    assert (first.place, first.may_agree, first.agreed, first.mine) == ("At the gate", True, False, False)
    do(village, commands.agree_to_handover, village.bruno, exchange.id)
    do(village, commands.agree_to_handover, village.bruno, exchange.id)
    agreed = seen(village, village.ana, exchange).meeting
    assert agreed is not None
    assert (agreed.agreed, agreed.mine) == (True, True)
    assert [len(told(village, name)) for name in ("HandoverProposed", "HandoverAgreed")] == [1, 1]


def test_another_time_replaces_the_first_and_needs_a_new_yes(village: Village, exchange: Exchange) -> None:
    meet(village, exchange)
    later = EVENING + timedelta(hours=3)
    do(village, commands.propose_handover, village.bruno, exchange.id, meets_at=later)
    do(village, commands.propose_handover, village.bruno, exchange.id, meets_at=later)
    now = seen(village, village.ana, exchange).meeting
    assert now is not None
    assert (now.meets_at, now.agreed, now.may_agree) == (later, False, True)
    with village.database.read() as session:
        assert len(session.scalars(select(Handover)).all()) == 2
    do(village, commands.end_handover, village.ana, exchange.id)
    assert seen(village, village.ana, exchange).meeting is None
    with pytest.raises(Conflict, match="no meeting"):
        do(village, commands.agree_to_handover, village.ana, exchange.id)


def test_a_meeting_lies_ahead_and_within_a_year(village: Village, exchange: Exchange) -> None:
    for when in (MONDAY, MONDAY - timedelta(hours=1), MONDAY + timedelta(days=400)):
        with pytest.raises(Refused) as refused:
            do(village, commands.propose_handover, village.ana, exchange.id, meets_at=when)
        assert set(refused.value.fields) == {"day"}


@pytest.mark.parametrize(("hours", "counts"), [(25, False), (23, True), (1, True)])
def test_calling_off_less_than_a_day_before_counts_for_who_does_it(
    village: Village, clock: FixedClock, exchange: Exchange, hours: int, counts: bool
) -> None:
    meet(village, exchange)
    clock.forward(hours=48 - hours)
    do(village, commands.cancel, village.bruno, exchange.id)
    assert told(village, "ExchangeCancelled") == [
        {
            "exchange_id": exchange.id,
            "listing_id": exchange.listing_id,
            "provider_id": exchange.provider_id,
            "receiver_id": exchange.receiver_id,
            "kind": "gift",
            "had_begun": False,
            "cause": "said",
            "short_notice": "receiver" if counts else None,
        }
    ]
    assert seen(village, village.ana, exchange).may_say_no_harm == counts
    assert not seen(village, village.bruno, exchange).may_say_no_harm


def test_without_an_agreed_meeting_nothing_counts(village: Village, exchange: Exchange) -> None:
    do(village, commands.propose_handover, village.ana, exchange.id, meets_at=MONDAY + timedelta(hours=2))
    do(village, commands.cancel, village.bruno, exchange.id)
    assert told(village, "ExchangeCancelled")[0]["short_notice"] is None
    with pytest.raises(Forbidden):
        do(village, commands.no_harm, village.ana, exchange.id)


def test_no_harm_is_said_by_the_other_and_once(
    village: Village, clock: FixedClock, exchange: Exchange
) -> None:
    meet(village, exchange)
    clock.forward(hours=46)
    do(village, commands.cancel, village.bruno, exchange.id)
    with pytest.raises(Forbidden):
        do(village, commands.no_harm, village.bruno, exchange.id)
    for _ in range(2):
        do(village, commands.no_harm, village.ana, exchange.id)
    assert [one["side"] for one in told(village, "NoHarmSaid")] == ["receiver"]
    assert seen(village, village.bruno, exchange).no_harm


def test_when_both_call_it_off_nobody_is_late(
    village: Village, clock: FixedClock, exchange: Exchange
) -> None:
    meet(village, exchange)
    do(village, commands.begin, village.ana, exchange.id)
    clock.forward(hours=46)
    do(village, commands.cancel, village.bruno, exchange.id)
    do(village, commands.cancel, village.ana, exchange.id)
    assert told(village, "ExchangeCancelled")[0]["short_notice"] is None


def test_a_no_show_counts_after_seven_days_without_an_objection(
    village: Village, clock: FixedClock, exchange: Exchange
) -> None:
    meet(village, exchange)
    with pytest.raises(Conflict, match="still to come"):
        do(village, commands.say_no_show, village.bruno, exchange.id)
    clock.forward(hours=49)
    assert seen(village, village.bruno, exchange).may_say_no_show
    one = do(village, commands.say_no_show, village.bruno, exchange.id, words="I waited for an hour.")
    assert do(village, commands.say_no_show, village.bruno, exchange.id).id == one.id
    assert not seen(village, village.bruno, exchange).may_say_no_show
    assert [absence.may_answer for absence in seen(village, village.ana, exchange).absences] == [True]
    clock.forward(days=6)
    do(village, commands.let_no_show_stand, one.id)
    assert told(village, "NoShowStood") == []
    clock.forward(days=1)
    for _ in range(2):
        do(village, commands.let_no_show_stand, one.id)
    assert [(fact["absent"], fact["no_show_id"]) for fact in told(village, "NoShowStood")] == [
        ("provider", one.id)
    ]
    with pytest.raises(Conflict, match="seven days"):
        do(village, commands.answer_no_show, village.ana, exchange.id, Reply.NOT_SO)


def test_an_objection_keeps_it_from_counting(village: Village, clock: FixedClock, exchange: Exchange) -> None:
    meet(village, exchange)
    clock.forward(hours=49)
    one = do(village, commands.say_no_show, village.bruno, exchange.id)
    with pytest.raises(Conflict, match="Nobody said"):
        do(village, commands.answer_no_show, village.bruno, exchange.id, Reply.SORRY)
    for _ in range(2):
        do(village, commands.answer_no_show, village.ana, exchange.id, Reply.NOT_SO, words="I was there.")
    with pytest.raises(Conflict, match="answered already"):
        do(village, commands.answer_no_show, village.ana, exchange.id, Reply.SORRY)
    clock.forward(days=8)
    do(village, commands.let_no_show_stand, one.id)
    assert told(village, "NoShowStood") == []
    assert seen(village, village.bruno, exchange).absences[0].reply_words == "I was there."


def test_a_no_show_is_said_within_seven_days(village: Village, clock: FixedClock, exchange: Exchange) -> None:
    with pytest.raises(Refused, match="not agreed on a time"):
        do(village, commands.say_no_show, village.bruno, exchange.id)
    meet(village, exchange)
    clock.forward(days=9, minutes=1)
    with pytest.raises(Conflict, match="for seven days"):
        do(village, commands.say_no_show, village.bruno, exchange.id)
    with village.database.read() as session:
        assert session.scalars(select(NoShow)).all() == []


def test_nothing_is_arranged_about_what_is_over_or_talked_over(village: Village, exchange: Exchange) -> None:
    with village.database.write() as session:
        session.get_one(Exchange, exchange.id).frozen_at = MONDAY
    for act in (commands.end_handover, commands.say_no_show, commands.begin, commands.done, commands.cancel):
        with pytest.raises(Conflict, match="being talked over"):
            do(village, act, village.ana, exchange.id)
    with village.database.read() as session:
        view = queries.exchange(session, village.ana, exchange.id, at=village.clock())
        assert (view.line.status, view.steps) == (ExchangeStatus.DISPUTED, ())
        page = queries.exchanges(session, village.ana, status=ExchangeStatus.DISPUTED, at=village.clock())
        assert [one.id for one in page.items] == [exchange.id]
        page = queries.exchanges(session, village.ana, status=ExchangeStatus.PENDING, at=village.clock())
        assert page.items == ()
