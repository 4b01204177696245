"""Lending: out, longer, back, lost; by whom, how often, and what is told of it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from minga.identity import Actor
from minga.kit.errors import Conflict, Forbidden, NotFound, Refused
from minga.kit.events import EventRow
from minga.kit.ids import Id
from minga.sharing import commands, queries
from minga.sharing.models import Exchange, Listing, Loan, Renewal
from minga.sharing.rules import Item
from minga.sharing.rules.exchanges import ExchangeStatus
from minga.sharing.rules.loans import LoanState
from tests.sharing import neighbours
from tests.sharing.neighbours import agreed, asked, lent
from tests.village import NOBODY, Village

DAY = timedelta(days=1)


def do(village: Village, act: Any, who: Actor, loan_id: Id, **facts: Any) -> Any:
    with village.database.write() as session:
        return act(session, who, loan_id, at=village.clock(), **facts)


def loan_of(village: Village, loan_id: Id) -> Loan:
    with village.database.read() as session:
        return session.get_one(Loan, loan_id)


def told(village: Village, name: str) -> list[dict[str, Any]]:
    with village.database.read() as session:
        return list(
            session.scalars(select(EventRow.facts).where(EventRow.name == name).order_by(EventRow.id))
        )


def test_strangers_find_no_loan_and_each_side_says_only_its_own(village: Village) -> None:
    loan = lent(village, village.bruno, neighbours.drill(village))
    acts = (commands.renew, commands.bring_back, commands.take_back, commands.lose, commands.not_back)
    for stranger in (NOBODY, village.zoe, village.chidi):
        for act in acts:
            with pytest.raises(NotFound):
                do(village, act, stranger, loan)
    for act in (commands.take_back, commands.not_back):
        with pytest.raises(Forbidden, match="Only who lent it"):
            do(village, act, village.bruno, loan)
    with pytest.raises(Forbidden, match="Only who borrowed it"):
        do(village, commands.bring_back, village.ana, loan)
    with pytest.raises(Forbidden):
        do(village, commands.answer_renewal, village.bruno, loan, yes=True)
    assert loan_of(village, loan).returned_on is None


def test_a_loan_goes_out_once_with_its_days_and_its_condition(village: Village) -> None:
    exchange = agreed(village, village.bruno, neighbours.drill(village))
    with pytest.raises(Forbidden), village.database.write() as session:
        commands.lend(session, village.bruno, exchange.id, at=village.clock())
    for _ in range(2):
        with village.database.write() as session:
            loan = commands.lend(session, village.ana, exchange.id, at=village.clock())
    assert (loan.lent_on, loan.due_on, loan.copy_no) == (date(2026, 11, 16), date(2026, 11, 30), 1)
    assert loan.condition_out == 4
    assert [len(told(village, name)) for name in ("LoanBegan", "ExchangeBegan", "ListingTransferred")] == [
        1
    ] * 3
    with pytest.raises(Conflict, match="It is out"), village.database.write() as session:
        commands.cancel(session, village.ana, exchange.id, at=village.clock())


def test_the_database_refuses_a_second_open_loan_of_one_copy(village: Village) -> None:
    """COM-0.3: one item has one open loan, whatever the program does."""
    drill = neighbours.listed(village, village.ana, Item(copies=2), title="Drills")
    lent(village, village.bruno, drill)
    second = lent(village, village.chidi, drill)
    assert loan_of(village, second).copy_no == 2
    with pytest.raises(IntegrityError), village.database.write() as session:
        session.get_one(Loan, second).copy_no = 1


def test_a_thing_that_is_out_cannot_be_handed_over_again(village: Village) -> None:
    drill = neighbours.drill(village)
    later = datetime(2026, 12, 10, tzinfo=UTC)
    lent(village, village.bruno, drill)
    exchange = agreed(village, village.chidi, drill, from_at=later, until_at=later + 3 * DAY)
    with (
        pytest.raises(Conflict, match=r"^Somebody has it at home since just now") as refused,
        village.database.write() as session,
    ):
        commands.lend(session, village.ana, exchange.id, at=village.clock())
    assert (refused.value.name, refused.value.status) == ("somebody_has_it", 409)


def test_back_on_the_due_day_or_within_grace_is_never_late(village: Village) -> None:
    for days, late in ((14, 0), (15, 0), (16, 1)):
        loan = lent(village, village.bruno, neighbours.drill(village))
        village.clock.forward(days=days)
        do(village, commands.take_back, village.ana, loan)
        assert told(village, "LoanCompleted")[-1]["days_late"] == late, days


def test_taking_back_twice_changes_nothing_and_completes_once(village: Village) -> None:
    """COM-EV.4: LoanCompleted is recorded exactly once, with all its facts."""
    drill = neighbours.drill(village)
    loan = lent(village, village.bruno, drill)
    village.clock.forward(days=20)
    for condition in (3, 1):
        do(village, commands.take_back, village.ana, loan, condition=condition, words="A scratch.")
    assert told(village, "LoanCompleted") == [
        {
            "loan_id": loan,
            "exchange_id": loan_of(village, loan).exchange_id,
            "listing_id": drill,
            "lender_id": village.people["ana"],
            "borrower_id": village.people["bruno"],
            "days_out": 20,
            "days_late": 5,
            "condition_out": 4,
            "condition_back": 3,
            "lost": False,
        }
    ]
    assert len(told(village, "ExchangeCompleted")) == 1
    with village.database.read() as session:
        seen = queries.exchange(
            session, village.bruno, loan_of(village, loan).exchange_id, at=village.clock()
        )
        assert session.get_one(Listing, drill).owner_id == village.people["ana"]
        assert session.get_one(Listing, drill).closed_at is None
    assert seen.line.status is ExchangeStatus.RETURNED
    for act in (commands.renew, commands.bring_back, commands.lose):
        who = village.bruno
        if act is commands.bring_back:
            assert do(village, act, who, loan).returned_on is not None
            continue
        with pytest.raises(Conflict, match="already back"):
            do(village, act, who, loan)


def test_the_borrowers_word_counts_after_three_silent_days_and_from_the_day_it_was_given(
    village: Village,
) -> None:
    loan = lent(village, village.bruno, neighbours.drill(village))
    village.clock.forward(days=15)
    for _ in range(2):
        do(village, commands.bring_back, village.bruno, loan)
    assert len(told(village, "LoanBroughtBack")) == 1
    village.clock.forward(days=3, seconds=-1)
    with village.database.write() as session:
        commands.count_as_returned(session, loan, at=village.clock())
    assert loan_of(village, loan).returned_on is None
    village.clock.forward(seconds=1)
    for _ in range(2):
        with village.database.write() as session:
            commands.count_as_returned(session, loan, at=village.clock())
    found = loan_of(village, loan)
    assert (found.returned_on, found.by_silence, found.condition_back) == (date(2026, 12, 1), True, None)
    assert [facts["days_late"] for facts in told(village, "LoanCompleted")] == [0]


def test_the_owner_can_say_that_it_is_not_there(village: Village) -> None:
    loan = lent(village, village.bruno, neighbours.drill(village))
    do(village, commands.bring_back, village.bruno, loan)
    do(village, commands.not_back, village.ana, loan)
    assert loan_of(village, loan).brought_back_at is None
    assert len(told(village, "LoanNotBack")) == 1


def test_a_return_is_entered_late_with_a_reason_and_not_for_ever(village: Village) -> None:
    loan = lent(village, village.bruno, neighbours.drill(village))
    village.clock.forward(days=40)
    wrong = (
        (date(2026, 11, 30), "", "why this is entered late"),
        (date(2026, 11, 20), "Found the list.", "at most 30 days late"),
        (date(2026, 11, 1), "Found the list.", "before that"),
        (date(2027, 1, 1), "Found the list.", "has not come yet"),
    )
    for day, words, sentence in wrong:
        with pytest.raises(Refused, match=sentence):
            do(village, commands.take_back, village.ana, loan, returned_on=day, words=words)
    do(
        village,
        commands.take_back,
        village.ana,
        loan,
        returned_on=date(2026, 11, 30),
        words="Found the list.",
    )
    assert told(village, "LoanCompleted")[0]["days_late"] == 0


@pytest.mark.parametrize("condition", [0, 6, -1])
def test_a_condition_is_one_of_five(village: Village, condition: int) -> None:
    loan = lent(village, village.bruno, neighbours.drill(village))
    with pytest.raises(Refused, match="from 1, broken, to 5"):
        do(village, commands.take_back, village.ana, loan, condition=condition)


def test_a_loan_is_renewed_at_once_twice_and_then_its_owner_is_asked(village: Village) -> None:
    loan = lent(village, village.bruno, neighbours.drill(village))
    for due in (date(2026, 12, 14), date(2026, 12, 28)):
        village.clock.forward(days=10)
        do(village, commands.renew, village.bruno, loan)
        assert loan_of(village, loan).due_on == due
    for _ in range(2):
        do(village, commands.renew, village.bruno, loan)
    assert loan_of(village, loan).due_on == date(2026, 12, 28)
    assert [len(told(village, name)) for name in ("LoanRenewed", "RenewalAsked")] == [2, 1]
    do(village, commands.answer_renewal, village.ana, loan, yes=True)
    assert loan_of(village, loan).due_on == date(2027, 1, 11)
    with village.database.read() as session:
        kept = [(r.from_due_on, r.to_due_on) for r in session.scalars(select(Renewal).order_by(Renewal.id))]
    assert kept[0] == (date(2026, 11, 30), date(2026, 12, 14)), "the original due day is kept"


def test_the_owner_is_asked_when_somebody_waits_or_it_is_late(village: Village) -> None:
    drill = neighbours.drill(village)
    loan = lent(village, village.bruno, drill)
    waits = datetime(2026, 12, 20, tzinfo=UTC)
    asked(village, village.chidi, drill, from_at=waits, until_at=waits + DAY)
    do(village, commands.renew, village.bruno, loan)
    assert loan_of(village, loan).due_on == date(2026, 11, 30)
    do(village, commands.answer_renewal, village.ana, loan, yes=False)
    assert len(told(village, "RenewalDeclined")) == 1
    with pytest.raises(Conflict, match="Nobody waits for an answer"):
        do(village, commands.answer_renewal, village.ana, loan, yes=True)


def test_what_is_promised_to_somebody_else_is_not_renewed_beyond_that_day(village: Village) -> None:
    drill = neighbours.drill(village)
    loan = lent(village, village.bruno, drill)
    next_day = datetime(2026, 12, 5, tzinfo=UTC)
    agreed(village, village.chidi, drill, from_at=next_day, until_at=next_day + 2 * DAY)
    with pytest.raises(Conflict, match="It can stay until 4 December 2026") as refused:
        do(village, commands.renew, village.bruno, loan)
    assert refused.value.name == "next_waits"
    do(village, commands.renew, village.bruno, loan, until_on=date(2026, 12, 4))
    assert loan_of(village, loan).due_on == date(2026, 12, 4)


def test_a_lost_thing_ends_its_loan_once_and_is_not_lent_again(village: Village) -> None:
    drill = neighbours.drill(village)
    loan = lent(village, village.bruno, drill)
    for who in (village.bruno, village.ana):
        do(village, commands.lose, who, loan)
    facts = told(village, "LoanCompleted")
    assert [fact["lost"] for fact in facts] == [True]
    with village.database.read() as session:
        exchange_id = loan_of(village, loan).exchange_id
        seen = queries.exchange(session, village.ana, exchange_id, at=village.clock())
    assert (seen.line.status, seen.line.loan and seen.line.loan.state) == (
        ExchangeStatus.COMPLETED,
        LoanState.LOST,
    )
    village.clock.forward(days=60)
    with pytest.raises(Conflict):
        asked(village, village.chidi, drill)


def test_days_are_days_where_the_community_lives(village: Village) -> None:
    """COM-TX.4: a return on the due day in the community's zone is on time, whatever the server's clock says."""
    from minga.communities.models import Community

    with village.database.write() as session:
        session.get_one(Community, village.valley).zone = "Pacific/Auckland"
    loan = lent(village, village.bruno, neighbours.drill(village))
    assert loan_of(village, loan).lent_on == date(2026, 11, 16)
    village.clock.forward(days=15, hours=1, minutes=59)  # 23:59 on 1 December in Auckland
    do(village, commands.take_back, village.ana, loan)
    assert loan_of(village, loan).returned_on == date(2026, 12, 1)
    assert told(village, "LoanCompleted")[0]["days_late"] == 0


def test_exchanges_and_loans_keep_their_people_and_their_listing(village: Village) -> None:
    """COM-TX.3: nothing that an exchange refers to can be deleted under it."""
    drill = neighbours.drill(village)
    lent(village, village.bruno, drill)
    with pytest.raises(IntegrityError), village.database.write() as session:
        session.delete(session.get_one(Listing, drill))
    with village.database.read() as session:
        assert session.scalars(select(Exchange)).one().listing_id == drill
