"""LED-T4: many at the same moment on real connections: limits, holds, reversals, numbers and closing keep their rules."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select, text

from minga.identity import Actor
from minga.kit.errors import Refused
from minga.kit.ids import Id, new_id
from minga.ledger import commands
from minga.ledger.commands.sealing import seal
from minga.ledger.models import Entry, LedgerSeal, Period
from minga.ledger.queries.recounting import verify
from minga.ledger.rules import Draft, EntryKind, EntryState, Line
from tests.ledger.makers import DAY, account_id, drafted, given, pay, stands, valley_book
from tests.sharing.test_races import at_once
from tests.village import Village

CLIENTS = 16


def _posting(village: Village, draft: Draft) -> Callable[[], Any]:
    def act() -> Any:
        with village.database.write() as session:
            return commands.post(session, Actor.machine(), draft, at=village.clock()).id

    return act


def _drafts(village: Village, amount: int, count: int) -> list[Draft]:
    with village.database.write() as session:
        one, other = account_id(session, village, "bruno"), account_id(session, village, "ana")
        return [drafted(session, village, one, other, amount) for _ in range(count)]


def _is_well(village: Village) -> None:
    with village.database.read() as session:
        report = verify(session, valley_book(session, village).id, at=village.clock() + timedelta(hours=1))
        assert report.well, report.breaches


def test_a_limit_lets_exactly_the_allowed_number_through(village: Village) -> None:
    """600 minutes of limit, 48 tries of 50 from 16 clients: twelve succeed."""
    drafts = _drafts(village, 50, 48)
    results = [
        one
        for n in range(0, 48, CLIENTS)
        for one in at_once([_posting(village, d) for d in drafts[n : n + CLIENTS]])
    ]
    refused = [one for one in results if isinstance(one, Refused)]
    assert len(results) - len(refused) == 12
    assert {one.name for one in refused} == {"below_minimum"}
    with village.database.read() as session:
        assert stands(session, village, "bruno") == -600
    _is_well(village)


def test_payments_in_circles_do_not_wait_for_each_other_for_ever(village: Village) -> None:
    names = ("ana", "bruno", "chidi", "hana")
    with village.database.write() as session:
        ids = [account_id(session, village, name) for name in names]
        drafts = [
            drafted(session, village, ids[n % 4], ids[(n + 1 + n // 4 % 3) % 4], 1) for n in range(CLIENTS)
        ]
    results = at_once([_posting(village, draft) for draft in drafts])
    assert [one for one in results if isinstance(one, Refused)] == []
    with village.database.read() as session:
        assert sum(stands(session, village, name) for name in names) == 0
    _is_well(village)


def test_the_same_wish_from_many_is_one_entry(village: Village) -> None:
    draft = _drafts(village, 50, 1)[0]
    results = at_once([_posting(village, draft)] * CLIENTS)
    assert {one for one in results if not isinstance(one, Refused)} == {draft.id}
    assert {one.name for one in results if isinstance(one, Refused)} <= {"busy"}
    with village.database.read() as session:
        assert stands(session, village, "bruno") == -50


def test_a_hold_is_settled_or_freed_but_not_both(village: Village) -> None:
    wish = given(village, "bruno", "ana", 100)
    with village.database.write() as session:
        until = village.clock() + timedelta(days=1)
        commands.hold_transfer(session, village.bruno, wish, expires_at=until, at=village.clock())

    def ends(act: Callable[..., Any], *more: Any) -> Callable[[], Any]:
        def run() -> Any:
            with village.database.write() as session:
                return act(session, Actor.machine(), wish.id, *more, at=village.clock()).state

        return run

    acts = [ends(commands.settle), ends(commands.void, "no")] * (CLIENTS // 2)
    results = at_once(acts)
    states = {one for one in results if not isinstance(one, Refused)}
    assert len(states) == 1
    assert states <= {EntryState.POSTED, EntryState.VOID}
    with village.database.read() as session:
        assert stands(session, village, "ana") == (100 if states == {EntryState.POSTED} else 0)
    _is_well(village)


def test_an_entry_is_undone_once(village: Village) -> None:
    made = pay(village, "bruno", "ana", 100)

    def undo() -> Any:
        with village.database.write() as session:
            return commands.reverse(session, village.chidi, made, new_id(), "x", at=village.clock()).id

    results = at_once([undo] * CLIENTS)
    refused = [one for one in results if isinstance(one, Refused)]
    assert len(refused) == CLIENTS - 1
    assert {one.name for one in refused} == {"already_reversed"}
    with village.database.read() as session:
        assert stands(session, village, "ana") == 0
    _is_well(village)


def test_a_period_closes_before_or_after_an_entry_never_beneath_it(village: Village) -> None:
    drafts = _drafts(village, 1, CLIENTS - 1)

    def close() -> str:
        with village.database.write() as session:
            session.execute(
                text("UPDATE period SET closed_at = :at, closed_by_id = :by"),
                {"at": "2026-11-16 09:00:00", "by": village.people["ana"]},
            )
        return "closed"

    pay(village, "bruno", "ana", 1)
    results = at_once([*(_posting(village, draft) for draft in drafts), close])
    assert results[-1] == "closed"
    assert {one.name for one in results if isinstance(one, Refused)} <= {"period_closed"}
    with village.database.read() as session:
        posted = session.scalar(select(func.count()).where(Entry.state == EntryState.POSTED))
        assert posted == 1 + sum(1 for one in results[:-1] if not isinstance(one, Refused))
        assert session.scalar(select(Period.closed_at)) is not None
    _is_well(village)


@pytest.mark.parametrize("rounds", [4, pytest.param(60, marks=pytest.mark.slow)])
def test_sealers_and_writers_leave_no_gap(village: Village, rounds: int) -> None:
    key = Ed25519PrivateKey.generate()
    pay(village, "ana", "bruno", 1)
    with village.database.read() as session:
        book: Id = valley_book(session, village).id
        ids = [account_id(session, village, name) for name in ("ana", "bruno")]

    def sealing() -> Any:
        with village.database.write() as session:
            made = seal(session, book, key, at=village.clock())
            return made.n if made else None

    for n in range(rounds):
        drafts = [
            Draft(
                new_id(),
                book,
                EntryKind.TRANSFER,
                DAY,
                (Line(ids[i % 2], "TIME", 1), Line(ids[1 - i % 2], "TIME", -1)),
            )
            for i in range(8)
        ]
        village.clock.forward(seconds=n)
        results = at_once([*(_posting(village, draft) for draft in drafts), *([sealing] * 4)])
        assert {one.name for one in results if isinstance(one, Refused)} <= {"busy"}
    while sealing() is not None:
        pass
    with village.database.read() as session:
        numbers = session.scalars(select(Entry.no).order_by(Entry.no)).all()
        assert list(numbers) == list(range(1, len(numbers) + 1))
        assert session.scalar(select(func.max(LedgerSeal.to_no))) == len(numbers)
    _is_well(village)
