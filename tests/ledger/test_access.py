"""Who gets to a single book, account or entry: the stranger first, and what is not there."""

from typing import Any

import pytest

from minga.kit.errors import Invalid, NotFound
from minga.kit.ids import new_id
from minga.ledger.access.rows import (
    AccountRow,
    account_row,
    account_to_see,
    entry_to_change,
    entry_to_see,
    root_of,
)
from minga.ledger.models import Account
from minga.ledger.rules import Line, Transfer
from minga.ledger.rules.amounts import split
from minga.ledger.rules.drafts import check, check_transfer
from minga.ledger.rules.kinds import LINES_MAX
from tests.ledger.makers import account_id, pay
from tests.village import Village


def test_what_is_not_there_is_not_found(village: Village) -> None:
    at, nothing = village.clock(), new_id()
    with village.database.write() as session:
        for look in (
            lambda: root_of(session, nothing),
            lambda: account_row(session, nothing),
            lambda: account_to_see(session, village.ana, nothing, at=at),
            lambda: entry_to_see(session, village.ana, nothing, at=at),
            lambda: entry_to_change(session, nothing),
        ):
            with pytest.raises(NotFound):
                look()


def test_a_stranger_gets_neither_account_nor_entry(village: Village) -> None:
    made = pay(village, "ana", "bruno", 30)
    stranger = village.actor("farid")
    with village.database.read() as session:
        account = account_id(session, village, "bruno")
        with pytest.raises(NotFound):
            account_to_see(session, stranger, account, at=village.clock())
        with pytest.raises(NotFound):
            entry_to_see(session, stranger, made, at=village.clock())
        assert account_to_see(session, village.bruno, account, at=village.clock()).natural == 30
        assert entry_to_see(session, village.bruno, made, at=village.clock()).id == made


def test_an_account_without_a_limit_has_no_end(village: Village) -> None:
    pay(village, "ana", "bruno", 30)
    with village.database.read() as session:
        found = account_row(session, account_id(session, village, "bruno"))
    free: Any = Account(min_balance=None)
    without = AccountRow(free, found.book, 30, 0, 0, found.owner_kind, found.owner_id)
    assert without.available is None
    assert found.account.min_balance is not None
    assert found.available == 30 - found.account.min_balance


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1]])
def test_nothing_is_shared_out_by_no_weights(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split(100, weights)


@pytest.mark.parametrize(
    "lines",
    [
        [Line("a", "TIME", 1)],
        [Line("a", "TIME", 0)] * (LINES_MAX + 1),
        [Line("a", "TIME", True), Line("b", "TIME", -1)],
        [Line("a", "TIME", 2**63), Line("b", "TIME", -(2**63))],
    ],
)
def test_lines_that_are_no_entry_are_refused(lines: list[Line]) -> None:
    with pytest.raises(Invalid):
        check(lines)


@pytest.mark.parametrize(
    ("amount", "payee"), [(True, "q"), (2**63, "q"), (-1, "q"), (5, "p")], ids=["yes", "huge", "less", "own"]
)
def test_transfers_that_move_nothing_to_anybody_are_refused(amount: int, payee: str) -> None:
    with pytest.raises(Invalid):
        check_transfer(Transfer("1", "c", "p", payee, "TIME", amount))
