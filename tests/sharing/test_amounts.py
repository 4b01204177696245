"""Time and money in return: held when agreed, posted once when the payer says done, undone once (T8, H6, COM-2.10)."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from minga.kit.clock import FixedClock
from minga.kit.errors import Conflict, Forbidden, NotFound, Refused
from minga.kit.ids import Id
from minga.ledger import queries as ledger
from minga.ledger.models import Book, Entry, EntryLine
from minga.sharing import commands, queries
from minga.sharing.models import Exchange, ExchangeAmount
from minga.sharing.rules import Answers, Direction, Help, Item, Job, Level, Service, Term, TermKind
from minga.sharing.rules.exchanges import ExchangeKind
from minga.sharing.rules.terms import MINUTE, AmountRule, Per
from tests.sharing.neighbours import agreed, asked, listed
from tests.sharing.test_access import set_rule
from tests.sharing.test_meetings import do, told
from tests.sharing.test_races import at_once
from tests.village import Village


def for_time(minutes: int | None = 45, rule: AmountRule = AmountRule.FIXED) -> tuple[Term, ...]:
    unit = MINUTE if minutes is not None else None
    return (Term(kind=TermKind.TIME_CREDIT, rule=rule, unit=unit, amount_minor=minutes),)


def haircut(village: Village, minutes: int | None = 45, rule: AmountRule = AmountRule.FIXED) -> Id:
    return listed(village, village.ana, Service(), title="Haircut", terms=for_time(minutes, rule))


def stands(village: Village, name: str) -> tuple[int, int]:
    """The balance in minutes, and how many are set aside."""
    with village.database.read() as session:
        found = ledger.balance_of(
            session,
            village.actor(name),
            village.valley,
            village.people[name],
            "TIME",
            at=village.clock(),
        )
        return found.amount, found.held_out


def posted(village: Village) -> int:
    with village.database.read() as session:
        found = select(func.count()).select_from(Entry).where(Entry.state == "posted")
        return session.scalar(found) or 0


def test_t8_a_haircut_is_held_done_and_posted_once_although_pressed_three_times(village: Village) -> None:
    exchange = agreed(village, village.bruno, haircut(village))
    assert stands(village, "bruno") == (0, 45)
    do(village, commands.done, village.ana, exchange.id)
    assert posted(village) == 0
    for _ in range(3):
        do(village, commands.done, village.bruno, exchange.id)
    assert posted(village) == 1
    assert (stands(village, "bruno"), stands(village, "ana")) == ((-45, 0), (45, 0))
    with village.database.read() as session:
        one = session.scalars(select(ExchangeAmount)).one()
        assert one.entry_id == one.id, "the entry has the id of the leg"
        assert session.scalar(select(func.sum(EntryLine.amount))) == 0
    assert [fact["amount"] for fact in told(village, "CreditPosted")] == [45]


def test_only_the_payer_posts_and_strangers_do_nothing(village: Village) -> None:
    exchange = agreed(village, village.bruno, haircut(village))
    for stranger in (village.chidi, village.zoe):
        for act in (commands.done, commands.agree_to_amount):
            with pytest.raises(NotFound):
                do(village, act, stranger, exchange.id)
        with pytest.raises(NotFound):
            do(village, commands.propose_amount, stranger, exchange.id, 5)
    for _ in range(3):
        do(village, commands.done, village.ana, exchange.id)
    assert posted(village) == 0


def test_at_the_limit_it_is_refused_and_nothing_is_agreed(village: Village) -> None:
    big = haircut(village, 600)
    agreed(village, village.bruno, big)
    small = haircut(village, 30)
    ask = asked(village, village.bruno, small)
    with pytest.raises(Refused) as refused:
        do(village, commands.accept, village.ana, ask.id)
    assert refused.value.name == "below_minimum"
    assert "10 h" not in str(refused.value), "the other side does not read how somebody stands"
    with village.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Exchange)) == 1


def test_at_once_the_payer_reads_the_limit(village: Village) -> None:

    cut = listed(
        village, village.ana, Service(), title="Haircut", terms=for_time(630), answers=Answers.AT_ONCE
    )
    with pytest.raises(Refused) as refused:
        asked(village, village.bruno, cut)
    assert "−10 h 30" in str(refused.value)
    assert "limit is −10 h" in str(refused.value)


def test_called_off_what_was_set_aside_is_free_and_voided_once(village: Village) -> None:
    exchange = agreed(village, village.bruno, haircut(village))
    for _ in range(2):
        do(village, commands.cancel, village.bruno, exchange.id)
    assert stands(village, "bruno") == (0, 0)
    assert posted(village) == 0


def test_both_call_off_what_was_posted_and_it_is_undone_once(village: Village) -> None:

    money_on(village)
    jar = listed(village, village.ana, Item(), title="Jar", terms=paid(300))
    exchange = agreed(village, village.bruno, jar)
    do(village, commands.done, village.bruno, exchange.id)
    assert posted(village) == 1
    for who in (village.bruno, village.ana, village.ana):
        do(village, commands.cancel, who, exchange.id)
    with village.database.read() as session:
        kinds = session.scalars(select(Entry.kind).order_by(Entry.id)).all()
        assert sorted(kinds) == ["exchange", "reversal"]
        totals = session.execute(
            select(EntryLine.account_id, func.sum(EntryLine.amount)).group_by(EntryLine.account_id)
        )
        assert {total for _, total in totals} == {0}


def paid(minor: int) -> tuple[Term, ...]:
    return (Term(kind=TermKind.PAYMENT, rule=AmountRule.FIXED, unit="EUR", amount_minor=minor),)


def money_on(village: Village, *, on: bool = True) -> None:
    with village.database.write() as session:
        set_rule(session, village, village.valley, "money.on", on)


def test_money_needs_the_communitys_switch_and_stays_out_of_the_treasury(village: Village) -> None:
    money_on(village)
    lessons = listed(village, village.ana, Service(), title="Lessons", terms=paid(1_500))
    money_on(village, on=False)
    with pytest.raises(Refused) as refused:
        asked(village, village.bruno, lessons)
    assert refused.value.name == "money_is_off"
    with village.database.read() as session:
        assert queries.ask_block(session, village.bruno, lessons, at=village.clock()).terms == ()
    money_on(village)
    exchange = agreed(village, village.bruno, lessons)
    for who in (village.ana, village.bruno, village.bruno):
        do(village, commands.done, who, exchange.id)
    with village.database.read() as session:
        books = session.execute(select(Book.purpose, Entry.kind).join(Entry, Entry.book_id == Book.id)).all()
        assert [tuple(row) for row in books] == [("member", "exchange")]


def test_hours_that_are_not_counted_are_not_agreed(village: Village) -> None:
    cut = haircut(village)
    with village.database.write() as session:
        set_rule(session, village, village.valley, "time.on", False)
    with pytest.raises(Refused) as refused:
        asked(village, village.bruno, cut)
    assert refused.value.name == "not_counted"


def test_amounts_are_not_settled_between_two_communities(village: Village) -> None:

    with village.database.write() as session:
        set_rule(session, village, village.valley, "community.listed", "node")
    cut = listed(village, village.ana, Service(), title="Haircut", terms=for_time(), level=Level.NETWORK)
    with pytest.raises(Refused) as refused:
        asked(village, village.zoe, cut)
    assert refused.value.name == "not_across"


def test_what_you_can_is_said_with_the_ask_within_its_span(village: Village) -> None:
    term = Term(
        kind=TermKind.TIME_CREDIT,
        rule=AmountRule.WHAT_YOU_CAN,
        unit=MINUTE,
        amount_minor=10,
        most_minor=60,
    )
    cut = listed(village, village.ana, Service(), title="Haircut", terms=(term,))
    for wrong in (None, 5, 61, -1):
        with pytest.raises(Refused) as refused:
            asked(village, village.bruno, cut, amount=wrong)
        assert set(refused.value.fields) == {"amount"}
    exchange = agreed(village, village.bruno, cut, amount=20)
    assert stands(village, "bruno") == (0, 20)
    assert exchange.kind is ExchangeKind.TIME_CREDIT


def test_what_is_fixed_is_not_paid_more_for(village: Village) -> None:
    with pytest.raises(Refused, match="fixed"):
        asked(village, village.bruno, haircut(village), amount=60)


def test_by_the_hour_it_follows_the_estimate(village: Village) -> None:
    hourly = (
        Term(kind=TermKind.TIME_CREDIT, rule=AmountRule.PER, unit=MINUTE, amount_minor=60, per=Per.HOUR),
    )
    job = listed(village, village.ana, Service(minutes_estimated=90), title="Repairs", terms=hourly)
    agreed(village, village.bruno, job)
    assert stands(village, "bruno") == (0, 90)


def test_free_hours_move_nothing(village: Village) -> None:
    exchange = agreed(village, village.bruno, haircut(village, None, AmountRule.FREE))
    for who in (village.ana, village.bruno):
        do(village, commands.done, who, exchange.id)
    assert posted(village) == 0


def test_who_needs_help_pays_who_helps(village: Village) -> None:
    need = listed(
        village,
        village.ana,
        Help(),
        title="Groceries",
        direction=Direction.NEED,
        terms=for_time(60),
    )
    exchange = agreed(village, village.bruno, need)
    do(village, commands.done, village.bruno, exchange.id)
    do(village, commands.done, village.ana, exchange.id)
    assert (stands(village, "ana")[0], stands(village, "bruno")[0]) == (-60, 60)


def test_a_job_is_done_by_who_claims_it_and_accepted_by_who_offers_it(village: Village) -> None:
    """COM-2.4: only the claimer delivers, only the owner accepts, and acceptance posts once."""
    job = listed(village, village.ana, Job(), title="Paint the hall", terms=for_time(120))
    exchange = agreed(village, village.bruno, job)
    with pytest.raises(Forbidden):
        do(village, commands.done, village.ana, exchange.id)
    do(village, commands.done, village.bruno, exchange.id)
    do(village, commands.not_yet, village.ana, exchange.id, "The railing is missing.")
    do(village, commands.done, village.bruno, exchange.id)
    for _ in range(2):
        do(village, commands.done, village.ana, exchange.id)
    assert (stands(village, "ana")[0], stands(village, "bruno")[0], posted(village)) == (-120, 120, 1)


def test_both_agree_on_another_amount_before(village: Village) -> None:
    exchange = agreed(village, village.bruno, haircut(village))
    do(village, commands.propose_amount, village.ana, exchange.id, 60)
    with pytest.raises(Forbidden, match="The other side agrees"):
        do(village, commands.agree_to_amount, village.ana, exchange.id)
    assert stands(village, "bruno") == (0, 45)
    do(village, commands.agree_to_amount, village.bruno, exchange.id)
    assert stands(village, "bruno") == (0, 60)
    with pytest.raises(Conflict, match="No other amount"):
        do(village, commands.agree_to_amount, village.bruno, exchange.id)
    for who in (village.ana, village.bruno):
        do(village, commands.done, who, exchange.id)
    assert stands(village, "bruno") == (-60, 0)
    with pytest.raises(Conflict):
        do(village, commands.propose_amount, village.bruno, exchange.id, 10)


def test_silence_never_pays(village: Village, clock: FixedClock) -> None:
    exchange = agreed(village, village.bruno, haircut(village))
    do(village, commands.done, village.ana, exchange.id)
    clock.forward(days=30)
    do(village, commands.confirm_by_silence, exchange.id)
    assert posted(village) == 0
    with village.database.read() as session:
        assert session.get_one(Exchange, exchange.id).completed_at is None


STEPS = st.tuples(
    st.sampled_from(["done", "cancel", "begin", "propose", "agree"]), st.sampled_from(["ana", "bruno"])
)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(STEPS, max_size=8))
def test_h6_minutes_add_up_to_nothing_and_move_once_or_not_at_all(
    village: Village, steps: list[tuple[str, str]]
) -> None:
    before = stands(village, "bruno"), stands(village, "ana")
    exchange = agreed(village, village.bruno, haircut(village, 5))
    for act, who in steps:
        try:
            actor = village.actor(who)
            if act == "propose":
                do(village, commands.propose_amount, actor, exchange.id, 7)
            elif act == "agree":
                do(village, commands.agree_to_amount, actor, exchange.id)
            else:
                do(village, getattr(commands, act), actor, exchange.id)
        except Refused:
            continue
    with village.database.read() as session:
        assert session.scalar(select(func.sum(EntryLine.amount))) == 0
        row = session.get_one(Exchange, exchange.id)
        live = select(ExchangeAmount).where(ExchangeAmount.exchange_id == exchange.id)
        one = session.scalars(live.order_by(ExchangeAmount.id.desc()).limit(1)).one()
    (bruno, held), (ana, _) = stands(village, "bruno"), stands(village, "ana")
    moved = one.amount if row.receiver_done_at and not row.cancelled_at else 0
    assert (bruno - before[0][0], ana - before[1][0]) == (-moved, moved)
    open_still = row.completed_at is None and row.cancelled_at is None and row.receiver_done_at is None
    assert held - before[0][1] == (one.amount if open_still else 0)
    if open_still:
        do(village, commands.cancel, village.bruno, exchange.id)
        do(village, commands.cancel, village.ana, exchange.id)


def test_h17_the_order_of_asks_does_not_follow_what_is_offered(village: Village) -> None:
    """Paying more moves nobody up: permuting the amounts changes no order."""
    orders: list[Any] = []
    for amounts in ((10, 60, 30), (60, 10, 30), (30, 10, 60)):
        cut = haircut(village, None, AmountRule.AGREE)
        for who, amount in zip((village.bruno, village.chidi, village.hana), amounts, strict=True):
            asked(village, who, cut, amount=amount)
        with village.database.read() as session:
            page = queries.asks_of_listing(session, village.ana, cut, at=village.clock())
            orders.append([one.asker_name for one in page.items])
    assert orders[0] == orders[1] == orders[2]


def test_pressed_six_times_at_once_it_is_posted_once(village: Village) -> None:
    exchange = agreed(village, village.bruno, haircut(village))
    do(village, commands.done, village.ana, exchange.id)
    at_once([lambda: do(village, commands.done, village.bruno, exchange.id)] * 6)
    assert (posted(village), stands(village, "bruno")) == (1, (-45, 0))


def test_done_and_called_off_at_once_pays_or_frees(village: Village) -> None:
    exchange = agreed(village, village.bruno, haircut(village))
    do(village, commands.done, village.ana, exchange.id)
    do(village, commands.cancel, village.ana, exchange.id)
    at_once(
        [
            lambda: do(village, commands.done, village.bruno, exchange.id),
            lambda: do(village, commands.cancel, village.bruno, exchange.id),
        ]
    )
    balance, held = stands(village, "bruno")
    assert held == 0
    assert balance in (0, -45)
    assert posted(village) == (1 if balance else 0)
