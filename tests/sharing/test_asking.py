"""Asking and answering: who may, what it leads to, and what is said when it does not work."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from minga.identity import Actor
from minga.identity.models import Block
from minga.kit.errors import Conflict, Forbidden, NotFound, NotSignedIn, Refused
from minga.kit.events import EventRow
from minga.kit.ids import new_id
from minga.sharing import commands, queries
from minga.sharing.models import Ask, Exchange, Listing
from minga.sharing.rules import Answers, CloseReason, Level
from minga.sharing.rules.asks import AskState
from minga.sharing.rules.exchanges import ExchangeKind
from tests.sharing import neighbours
from tests.sharing.neighbours import GIFT, LOAN, agreed, asked
from tests.village import NOBODY, Village

DAY = timedelta(days=1)


def state_of(village: Village, who: Actor, ask: Ask) -> AskState:
    with village.database.read() as session:
        return queries.ask(session, who, ask.id, at=village.clock()).state


def count(village: Village, table: type) -> int:
    with village.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_strangers_find_nothing_to_ask_for(village: Village) -> None:
    drill = neighbours.drill(village)
    with pytest.raises(NotSignedIn):
        asked(village, NOBODY, drill)
    for stranger in (village.zoe, village.farid):
        with pytest.raises(NotFound):
            asked(village, stranger, drill)
    with pytest.raises(NotFound):
        asked(village, village.bruno, new_id())
    assert count(village, Ask) == 0


def test_nobody_else_reads_answers_or_withdraws_an_ask(village: Village) -> None:
    ask = asked(village, village.bruno, neighbours.drill(village))
    for stranger in (village.zoe, village.chidi, village.dara, NOBODY):
        for act in (commands.accept, commands.decline, commands.withdraw, commands.agree_to_proposal):
            with pytest.raises(NotFound), village.database.write() as session:
                act(session, stranger, ask.id, at=village.clock())
        with pytest.raises(NotFound), village.database.read() as session:
            queries.ask(session, stranger, ask.id, at=village.clock())


def test_only_the_owner_answers_and_only_the_asker_takes_back(village: Village) -> None:
    ask = asked(village, village.bruno, neighbours.drill(village))
    with pytest.raises(Forbidden), village.database.write() as session:
        commands.accept(session, village.bruno, ask.id, at=village.clock())
    with pytest.raises(Forbidden), village.database.write() as session:
        commands.withdraw(session, village.ana, ask.id, at=village.clock())


def test_a_key_that_may_only_read_asks_for_nothing(village: Village) -> None:
    drill = neighbours.drill(village)
    reader = Actor(village.people["bruno"], token_id=new_id(), token_scopes=frozenset({"read"}))
    with pytest.raises(Forbidden):
        asked(village, reader, drill)
    ask = asked(village, village.bruno, drill)
    with pytest.raises(Forbidden), village.database.write() as session:
        commands.withdraw(session, reader, ask.id, at=village.clock())
    elsewhere = Actor(
        village.people["bruno"], token_scopes=frozenset({"read"}), token_community_id=village.hill
    )
    with pytest.raises(NotFound), village.database.read() as session:
        queries.ask(session, elsewhere, ask.id, at=village.clock())


def test_what_is_yours_you_do_not_ask_for(village: Village) -> None:
    with pytest.raises(Refused, match=r"^This is already yours\.$") as refused:
        asked(village, village.ana, neighbours.drill(village))
    assert refused.value.name == "own_listing"


def test_an_ask_is_sent_once_however_often_the_form_is(village: Village) -> None:
    drill = neighbours.drill(village)
    first = asked(village, village.bruno, drill, form_id="one")
    assert asked(village, village.bruno, drill, form_id="one").id == first.id
    with pytest.raises(Conflict, match="asked already"):
        asked(village, village.bruno, drill, form_id="another")
    assert count(village, Ask) == 1


def test_a_yes_makes_an_exchange_once(village: Village) -> None:
    exchange = agreed(village, village.bruno, neighbours.drill(village), words="For a shelf.")
    with village.database.write() as session:
        again = commands.accept(session, village.ana, str(exchange.ask_id), at=village.clock())
    assert again.id == exchange.id
    assert count(village, Exchange) == 1
    assert exchange.kind is ExchangeKind.LOAN
    assert (exchange.provider_id, exchange.receiver_id) == (village.people["ana"], village.people["bruno"])


def test_who_says_yes_to_a_need_provides(village: Village) -> None:
    exchange = agreed(village, village.bruno, neighbours.groceries(village))
    assert (exchange.provider_id, exchange.receiver_id) == (village.people["bruno"], village.people["ana"])


def test_a_no_keeps_the_next_ask_away_for_thirty_days(village: Village) -> None:
    drill = neighbours.drill(village)
    ask = asked(village, village.bruno, drill)
    with village.database.write() as session:
        commands.decline(session, village.ana, ask.id, reason="I need it myself.", at=village.clock())
        commands.decline(session, village.ana, ask.id, at=village.clock())
    with village.database.read() as session:
        seen = queries.ask(session, village.bruno, ask.id, at=village.clock())
    assert (seen.state, seen.reason) == (AskState.DECLINED, "I need it myself.")
    village.clock.forward(days=29)
    with pytest.raises(Refused, match="You can ask again from"):
        asked(village, village.bruno, drill)
    village.clock.forward(days=1)
    asked(village, village.bruno, drill)


def test_another_day_waits_for_the_asker(village: Village) -> None:
    ask = asked(village, village.bruno, neighbours.drill(village))
    start = village.clock() + 9 * DAY
    with pytest.raises(Conflict, match="Nothing else was proposed"), village.database.write() as session:
        commands.agree_to_proposal(session, village.bruno, ask.id, at=village.clock())
    with village.database.write() as session:
        commands.propose(
            session,
            village.ana,
            ask.id,
            commands.Wish(from_at=start, until_at=start + 3 * DAY),
            at=village.clock(),
        )
    assert state_of(village, village.bruno, ask) is AskState.OTHER_WINDOW
    with village.database.write() as session:
        exchange = commands.agree_to_proposal(session, village.bruno, ask.id, at=village.clock())
    assert (exchange.from_at, exchange.until_at) == (start, start + 3 * DAY)
    assert state_of(village, village.ana, ask) is AskState.ACCEPTED


def test_withdrawing_twice_is_one_and_ends_it(village: Village) -> None:
    ask = asked(village, village.bruno, neighbours.drill(village))
    for _ in range(2):
        with village.database.write() as session:
            commands.withdraw(session, village.bruno, ask.id, at=village.clock())
    with pytest.raises(Conflict, match="withdrawn"), village.database.write() as session:
        commands.accept(session, village.ana, ask.id, at=village.clock())
    with village.database.read() as session:
        told = select(func.count()).select_from(EventRow).where(EventRow.name == "AskWithdrawn")
        assert session.scalar(told) == 1


def test_silence_lets_an_ask_lapse_after_a_week_and_not_before(village: Village) -> None:
    ask = asked(village, village.bruno, neighbours.drill(village))
    village.clock.forward(days=7, seconds=-1)
    with village.database.write() as session:
        commands.lapse(session, ask.id, at=village.clock())
    assert state_of(village, village.bruno, ask) is AskState.SENT
    village.clock.forward(seconds=1)
    with village.database.write() as session:
        commands.lapse(session, ask.id, at=village.clock())
        commands.lapse(session, ask.id, at=village.clock())
    assert state_of(village, village.bruno, ask) is AskState.LAPSED
    with (
        pytest.raises(Conflict, match=r"^This ask has lapsed\. Ask again\.$") as refused,
        village.database.write() as session,
    ):
        commands.accept(session, village.ana, ask.id, at=village.clock())
    assert (refused.value.name, refused.value.status) == ("expired_ask", 409)


def test_the_last_yes_tells_the_others_at_once(village: Village) -> None:
    squashes = neighbours.squashes(village, pieces=10)
    asks = [
        asked(village, who, squashes, quantity_milli=n * 1_000)
        for who, n in ((village.bruno, 6), (village.chidi, 4), (village.hana, 1))
    ]
    for ask in asks[:2]:
        with village.database.write() as session:
            commands.accept(session, village.ana, ask.id, at=village.clock())
    assert state_of(village, village.hana, asks[2]) is AskState.GIVEN_ELSEWHERE
    with pytest.raises(Conflict, match=r"^Just gone\.") as refused:
        asked(village, village.dara, squashes)
    assert (refused.value.name, refused.value.status) == ("just_gone", 409)


def test_more_than_is_left_is_refused_with_what_is_left(village: Village) -> None:
    squashes = neighbours.squashes(village, pieces=10)
    agreed(village, village.bruno, squashes, quantity_milli=8_000)
    with pytest.raises(Refused, match=r"^Only 2 left\.$"):
        asked(village, village.chidi, squashes, quantity_milli=4_000)
    with pytest.raises(Refused, match="above zero"):
        asked(village, village.chidi, squashes, quantity_milli=0)
    with pytest.raises(Refused, match="above zero"):
        asked(village, village.chidi, squashes, quantity_milli=10**13)


def test_at_once_agrees_in_the_same_breath(village: Village) -> None:
    ask = asked(village, village.bruno, neighbours.table(village, answers=Answers.AT_ONCE))
    assert state_of(village, village.bruno, ask) is AskState.ACCEPTED
    assert count(village, Exchange) == 1


def test_three_may_help_when_three_are_needed(village: Village) -> None:
    groceries = neighbours.groceries(village, people=3)
    for who in (village.bruno, village.chidi, village.hana):
        agreed(village, who, groceries)
    with pytest.raises(Conflict, match=r"^Just gone\."):
        asked(village, village.dara, groceries)


def test_an_offer_of_help_is_not_used_up(village: Village) -> None:
    repairs = neighbours.bicycle_repairs(village)
    for who in (village.bruno, village.chidi, village.hana):
        agreed(village, who, repairs)
    with village.database.read() as session:
        assert queries.ask_block(session, village.dara, repairs, at=village.clock()).left_milli is None


def test_days_that_are_taken_are_named_with_what_is_free_around_them(village: Village) -> None:
    drill = neighbours.drill(village)
    taken = datetime(2026, 11, 22, tzinfo=UTC)
    agreed(village, village.bruno, drill, from_at=taken, until_at=taken + 3 * DAY)
    with pytest.raises(Conflict) as refused:
        asked(village, village.chidi, drill, from_at=taken + DAY, until_at=taken + 4 * DAY)
    assert refused.value.name == "taken_then"
    assert refused.value.facts == {
        "first": date(2026, 11, 22),
        "last": date(2026, 11, 24),
        "before": date(2026, 11, 22),
        "after": date(2026, 11, 25),
    }
    agreed(village, village.chidi, drill, from_at=taken + 3 * DAY, until_at=taken + 5 * DAY)


def test_who_has_it_is_named_to_those_who_know_them(village: Village) -> None:
    drill = neighbours.drill(village, level=Level.COMMUNITY)
    neighbours.lent(village, village.bruno, drill)
    with pytest.raises(Conflict, match=r"^Bruno has it until 30 November 2026\.") as refused:
        asked(village, village.chidi, drill)
    assert refused.value.name == "somebody_has_it"


def test_windows_run_forwards_and_not_longer_than_it_is_lent(village: Village) -> None:
    drill, now = neighbours.drill(village), village.clock()
    with pytest.raises(Refused, match=r"^The end is before the beginning\.$") as refused:
        asked(village, village.bruno, drill, from_at=now + 2 * DAY, until_at=now + DAY)
    assert refused.value.name == "bad_window"
    with pytest.raises(Refused, match="at most 14 days") as refused:
        asked(village, village.bruno, drill, from_at=now, until_at=now + 20 * DAY)
    assert refused.value.name == "too_long_loan"
    with pytest.raises(Refused, match="one by one"):
        asked(village, village.bruno, drill, quantity_milli=2_000)


def test_a_way_of_sharing_is_chosen_where_there_are_two(village: Village) -> None:
    both = neighbours.drill(village, terms=LOAN + GIFT)
    with pytest.raises(Refused, match="borrow it or have it"):
        asked(village, village.bruno, both)
    assert agreed(village, village.bruno, both, term=ExchangeKind.GIFT).kind is ExchangeKind.GIFT
    drill = neighbours.drill(village)
    with pytest.raises(Refused, match="not offered like that"):
        asked(village, village.bruno, drill, term=ExchangeKind.GIFT)


def test_paused_and_closed_listings_are_not_asked_for(village: Village) -> None:
    drill = neighbours.drill(village)
    ask = asked(village, village.bruno, drill)
    with village.database.write() as session:
        commands.pause(session, village.ana, drill, at=village.clock())
    with pytest.raises(NotFound):
        asked(village, village.hana, drill)
    with pytest.raises(Conflict, match="not open for asking"):  # stewards still see it
        asked(village, village.chidi, drill)
    with village.database.write() as session:
        commands.close(session, village.ana, drill, CloseReason.WITHDRAWN, at=village.clock())
        commands.close_asks(session, drill, at=village.clock())
        commands.close_asks(session, drill, at=village.clock())
    assert state_of(village, village.bruno, ask) is AskState.LISTING_CLOSED


def test_blocked_pairs_do_not_ask_each_other(village: Village) -> None:
    drill = neighbours.drill(village)
    with village.database.write() as session:
        session.add(
            Block(
                blocker_id=village.people["ana"], blocked_id=village.people["bruno"], made_at=village.clock()
            )
        )
    with pytest.raises(NotFound):
        asked(village, village.bruno, drill)


def test_a_table_that_was_given_belongs_to_somebody_else_and_asks_of_before_stay_with_who_got_them(
    village: Village,
) -> None:
    table = neighbours.table(village)
    exchange = agreed(village, village.bruno, table)
    for who in (village.ana, village.bruno):
        with village.database.write() as session:
            commands.done(session, who, exchange.id, at=village.clock())
    with village.database.read() as session:
        assert session.get_one(Listing, table).owner_id == village.people["bruno"]
        assert queries.ask(session, village.ana, str(exchange.ask_id), at=village.clock()).mine is False
        assert queries.asks_of_listing(session, village.bruno, table, at=village.clock()).items == ()
