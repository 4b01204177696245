"""A deposit that is kept in part: only by both words, or by what a dispute decides; else it is the borrower's again."""

from typing import Any

import pytest

from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound
from minga.kit.ids import Id
from minga.ledger.models import Entry
from minga.ledger.rules import EntryState
from minga.sharing import commands, queries
from minga.sharing.models import LoanDeposit
from minga.sharing.models.loans import Loan
from minga.sharing.rules.disputes import About, Effect, End
from tests.interfaces.test_api_exchanges import call as call
from tests.sharing.test_amounts import stands
from tests.sharing.test_desk import deposit, lend, library
from tests.village import Village


@pytest.fixture
def loan(village: Village) -> Id:
    """Ana's drill is out at Bruno's, with an hour set aside."""
    drill = library(village)
    deposit(village, drill, 60)
    return lend(village, drill, "bruno", by="ana")


def back(village: Village, loan: Id, **more: Any) -> Id:
    with village.database.write() as session:
        found = commands.take_back(session, village.ana, loan, at=village.clock(), **more)
        return found.exchange_id


def answer(village: Village, who: str, loan: Id, agreed: bool) -> None:
    with village.database.write() as session:
        commands.answer_deposit(session, village.actor(who), loan, agreed=agreed, at=village.clock())


def held(village: Village, loan: Id) -> tuple[EntryState, int | None]:
    with village.database.read() as session:
        row = session.get_one(LoanDeposit, loan)
        return session.get_one(Entry, row.entry_id).state, row.kept_minor


def test_part_of_it_is_kept_by_both_words(village: Village, loan: Id) -> None:
    for more in ({"keep_minor": 61, "words": "Broken."}, {"keep_minor": 20}, {"keep_minor": 0, "words": "x"}):
        with pytest.raises(Invalid):
            back(village, loan, **more)
    exchange = back(village, loan, keep_minor=20, words="The chuck is bent.")
    assert held(village, loan) == (EntryState.HELD, None)
    for who, error in (("zoe", NotFound), ("hana", NotFound)):
        with pytest.raises(error):
            answer(village, who, loan, True)
    with pytest.raises(Forbidden):
        answer(village, "ana", loan, True)
    with village.database.read() as session:
        seen = queries.deposit(session, village.bruno, exchange, at=village.clock())
        assert seen is not None
        assert (seen.wished_minor, seen.words, seen.mine_to_answer) == (20, "The chuck is bent.", True)
    answer(village, "bruno", loan, True)
    answer(village, "bruno", loan, True)
    assert held(village, loan) == (EntryState.VOID, 20)
    assert stands(village, "bruno") == (-20, 0)
    assert stands(village, "ana") == (20, 0)
    with pytest.raises(Conflict):
        answer(village, "ana", loan, False)


def test_without_a_yes_it_stays_until_the_lender_lets_it_go(village: Village, loan: Id) -> None:
    back(village, loan, keep_minor=60, words="It is gone for good.")
    answer(village, "bruno", loan, False)
    answer(village, "bruno", loan, False)
    assert held(village, loan) == (EntryState.HELD, None)
    answer(village, "ana", loan, False)
    assert held(village, loan) == (EntryState.VOID, None)
    assert stands(village, "bruno") == (0, 0)


def test_what_a_dispute_decides_stands_in_its_place(village: Village, loan: Id) -> None:
    """T20: the deposit is free, and what was agreed in the dispute is paid."""
    exchange = back(village, loan, keep_minor=60, words="Bent.")
    at = village.clock()
    with village.database.write() as session:
        made = commands.open_dispute(session, village.bruno, exchange, About.AMOUNT, "Too much.", at=at)
    with pytest.raises(Conflict):
        answer(village, "bruno", loan, True)
    with village.database.write() as session:
        end = commands.propose_end(session, village.ana, made.id, End((Effect.PAY,), 30), at=at)
    with village.database.write() as session:
        commands.agree_to_end(session, village.bruno, made.id, end.id, at=at)
    assert held(village, loan) == (EntryState.VOID, None)
    assert stands(village, "bruno") == (-30, 0)


def test_by_page_and_by_rest(village: Village, loan: Id, visit: Any, call: Any) -> None:
    with village.database.read() as session:
        exchange = session.get_one(Loan, loan).exchange_id
    ana, bruno = visit("ana"), visit("bruno")
    assert "Keep of the deposit" in ana.get(f"/exchanges/{exchange}").text
    wrong = {"words": "Bent.", "keep": "5", "keep_unit": "TIME"}
    assert "Are that hours or minutes?" in ana.post(f"/loans/{loan}/return", wrong, 422).text
    ana.post(f"/loans/{loan}/return", {"words": "Bent.", "keep": "0:20", "keep_unit": "TIME"})
    visit("zoe").post(f"/loans/{loan}/deposit", {"answer": "yes"}, 404)
    page = bruno.get(f"/exchanges/{exchange}").text
    assert "Yes, Ana keeps" in page
    call("bruno", "POST", f"/loans/{loan}/deposit", {"agreed": False})
    assert "The borrower does not agree." in ana.get(f"/exchanges/{exchange}").text
    bruno.post(f"/loans/{loan}/deposit", {"answer": "yes"})
    assert held(village, loan)[1] == 20
    assert "Kept" in bruno.get(f"/exchanges/{exchange}").text
