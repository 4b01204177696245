"""LED-T5: recounting finds nothing in a book that is well, and each breach that is planted."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from minga.kit.db import Session
from minga.kit.errors import Forbidden, NotFound
from minga.kit.ids import Id, new_id
from minga.kit.jobs import Run
from minga.kit.settings import Settings
from minga.ledger import commands
from minga.ledger.commands.clock import seal_books
from minga.ledger.queries import recounting
from minga.ledger.rules import AccountType
from tests.ledger.makers import given, pay, valley_book
from tests.ledger.unguarded import without_triggers
from tests.village import Village

World = dict[str, Id]


def _world(village: Village, settings: Settings) -> World:
    """Some transfers with words, one undone, one held, all posted ones sealed."""
    first = pay(village, "ana", "bruno", 90, memo="Bread")
    second = pay(village, "bruno", "hana", 30)
    undone = pay(village, "hana", "ana", 15, memo="Wrong")
    with village.database.write() as session:
        back = commands.reverse(session, village.ana, undone, new_id(), "no", at=village.clock()).id
        held = given(village, "ana", "hana", 20)
        until = village.clock() + timedelta(days=3)
        commands.hold_transfer(session, village.ana, held, expires_at=until, at=village.clock())
        book = valley_book(session, village)
        bank = commands.open_account(
            session, village.ana, book, "Bank", AccountType.ASSET, "EUR", at=village.clock()
        )
    village.clock.forward(minutes=6)
    seal_books(Run(village.database, village.clock, settings, "0" * 32, 1), {})
    return {
        "first": first,
        "second": second,
        "undone": undone,
        "back": back,
        "held": held.id,
        "bank": bank.id,
        "book": book.id,
    }


def _sql(statement: str) -> Callable[[Session, World], None]:
    def plant(session: Session, world: World) -> None:
        session.execute(text(statement), {k: v for k, v in world.items() if f":{k}" in statement})

    return plant


PLANTED: dict[str, tuple[str, Callable[[Session, World], None]]] = {
    "an amount was changed": (
        "unbalanced",
        _sql("UPDATE line SET amount = amount + 1 WHERE entry_id = :first AND n = 1"),
    ),
    "both amounts were changed": (
        "balance_differs",
        _sql("UPDATE line SET amount = amount * 2 WHERE entry_id = :first"),
    ),
    "a line is gone": ("too_few_lines", _sql("DELETE FROM line WHERE entry_id = :first AND n = 1")),
    "a balance was written by hand": (
        "balance_differs",
        _sql("UPDATE balance SET posted = posted + 1 WHERE account_id = (SELECT account_id FROM line"
             " WHERE entry_id = :first AND n = 1)"),
    ),
    "what is held was forgotten": ("balance_differs", _sql("UPDATE balance SET held_out = 0, held_in = 0")),
    "a limit was tightened": ("limit_broken", _sql("UPDATE account SET min_balance = 0 WHERE unit = 'TIME'")),
    "a line counts in another unit": (
        "unit_mismatch",
        _sql("UPDATE line SET unit = 'EUR' WHERE entry_id = :first"),
    ),
    "a line lies in an account of another book": (
        "other_book",
        _sql("UPDATE line SET account_id = :other WHERE entry_id = :first AND n = 1"),
    ),
    "a day was moved out of its period": (
        "wrong_period",
        _sql("UPDATE entry SET effective_on = '2031-05-05' WHERE id = :first"),
    ),
    "an account was closed before": (
        "account_closed",
        _sql("UPDATE account SET opened_on = '2020-01-01', closed_on = '2020-01-02' WHERE unit = 'TIME'"),
    ),
    "a reversal is not the mirror": (
        "bad_reversal",
        _sql("UPDATE line SET amount = amount * 3 WHERE entry_id = :back"),
    ),
    "a reversal of a reversal": (
        "bad_reversal",
        _sql("UPDATE entry SET reverses = :back WHERE id = :second"),
    ),
    "a draft was left behind": (
        "stray_draft",
        _sql("UPDATE entry SET state = 'draft', posted_at = NULL, no = NULL WHERE id = :second"),
    ),
    "a number is missing": (
        "number_gap",
        _sql("UPDATE entry SET no = no + 7 WHERE id = :back"),
    ),
    "a sealed entry was changed": (
        "seal_broken",
        _sql("UPDATE entry SET kind = 'grant' WHERE id = :second"),
    ),
    "a seal was signed anew by nobody": ("seal_broken", _sql("UPDATE ledger_seal SET signature = 'AAAA'")),
    "a seal names another before it": ("seal_broken", _sql("UPDATE ledger_seal SET prev = hash")),
    "words were changed": ("memo_changed", _sql("UPDATE memo SET text = 'Cake' WHERE text = 'Bread'")),
    "a period is missing": (
        "period_gap",
        _sql("INSERT INTO period (id, book_id, from_on, to_on) VALUES"
             " ('0199aa0000007000800000000000f001', :book, '2029-01-01', '2029-12-31')"),
    ),
}  # fmt: skip


def test_a_book_that_is_well_has_no_breach(village: Village, settings: Settings) -> None:
    world = _world(village, settings)
    with village.database.read() as session:
        report = recounting.verify(session, world["book"], at=village.clock())
        assert report.well, report.breaches
        assert (report.entries, report.lines, report.numbered, report.seals) == (5, 10, 4, 1)


@pytest.mark.parametrize("name", PLANTED)
def test_each_planted_breach_is_found(village: Village, settings: Settings, name: str) -> None:
    world = _world(village, settings)
    code, plant = PLANTED[name]
    with village.database.write() as session:
        without_triggers(session)
        elsewhere = commands.commons(session, village.farid, village.harbour, at=village.clock())
        session.flush()
        world["other"] = "0199aa0000007000800000000000a0ff"
        session.execute(
            text(
                "INSERT INTO account (id, book_id, code, name, type, sign, unit, purpose, follows, may_spend,"
                " may_receive, opened_on) VALUES (:id, :book, 'X', '', 'L', -1, 'TIME', 'general', false, true,"
                " true, '2020-01-01')"
            ),
            {"id": world["other"], "book": elsewhere.id},
        )
        plant(session, world)
    village.clock.forward(minutes=2)
    with village.database.read() as session:
        report = recounting.verify(session, world["book"], at=village.clock())
        assert code in {breach.code for breach in report.breaches}, report
        assert all(breach.ids for breach in report.breaches)


def test_only_who_keeps_the_books_may_have_them_recounted(village: Village) -> None:
    pay(village, "ana", "bruno", 90)
    with village.database.read() as session:
        for actor, kind in ((village.zoe, NotFound), (village.bruno, Forbidden)):
            with pytest.raises(kind):
                recounting.verification(session, actor, village.valley, at=village.clock())
        report = recounting.verification(session, village.ana, village.valley, at=village.clock())
        assert report is not None
        assert report.well
