"""LED-T3: direct SQL breaks no rule of posting. LED-T2: without any one of the triggers some attempt gets through."""

import re
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from minga.identity import Actor
from minga.kit.db import Session, new_id
from minga.ledger import commands
from minga.ledger.commands.sealing import seal
from minga.ledger.models.triggers_postgresql import TRIGGERS as POSTGRESQL
from minga.ledger.models.triggers_sqlite import TRIGGERS as SQLITE
from minga.ledger.rules import AccountType
from tests.conftest import ENGINES
from tests.ledger import attempts
from tests.ledger.makers import account_id, given, pay, valley_book
from tests.village import Village

NAMES = {
    "sqlite": [
        name for all_ in SQLITE.values() for one in all_ for name in re.findall(r"CREATE TRIGGER (\w+)", one)
    ],
    "postgresql": [
        name
        for all_ in POSTGRESQL.values()
        for one in all_
        for name in re.findall(r"CREATE TRIGGER (\w+)", one)
    ],
}

GUARDED_TWICE = {f"{table}_refuses_truncate" for table in ("account", "entry", "memo")}
"""Emptying these reaches tables that point at them, which refuse it too."""


def furnish(village: Village) -> dict[str, Any]:
    """Entries of every kind, accounts in every state, a closed period, seals."""
    at, ana = village.clock(), village.ana
    first = pay(village, "ana", "bruno", 90, memo="Bread")
    second = pay(village, "bruno", "hana", 30)
    undone = pay(village, "hana", "ana", 15)
    with village.database.write() as session:
        back = commands.reverse(session, ana, undone, new_id(), "no", at=at).id
        held = given(village, "ana", "hana", 20)
        commands.hold_transfer(session, ana, held, expires_at=at + timedelta(days=3), at=at)
        book = valley_book(session, village)
        harbour = commands.commons(session, village.farid, village.harbour, at=at)
        machine = Actor.machine()
        elsewhere = commands.member_account(session, machine, harbour, village.people["farid"], "TIME", at=at)

        def opened(code: str, limits: Any = None) -> str:
            more = {"limits": limits} if limits else {}
            return commands.open_account(
                session, ana, book, code, AccountType.LIABILITY, "TIME", at=at, **more
            ).id

        closed, resting, full, empty = (
            opened("C"),
            opened("R"),
            opened("F", commands.Limits(None, 40)),
            opened("E"),
        )
        commands.close_account(session, ana, closed, at=at)
        commands.freeze(session, ana, resting, may_spend=False, may_receive=False, reason="x", at=at)
        seal(session, book.id, Ed25519PrivateKey.generate(), at=at)
        world = {
            "book": book.id,
            "first": first,
            "second": second,
            "undone": undone,
            "back": back,
            "held": held.id,
            "elsewhere": elsewhere.id,
            "closed": closed,
            "resting": resting,
            "full": full,
            "empty": empty,
            "person": village.people["ana"],
            **{name: account_id(session, village, name) for name in ("ana", "bruno", "hana")},
        }
        world |= _periods(session, world)
        world |= {name: _long_open(session, world, name) for name in ("old", "older")}
    return world


def _long_open(session: Session, world: dict[str, Any], code: str) -> str:
    """An account that was open years ago already."""
    made = new_id()
    session.execute(
        text(
            "INSERT INTO account (id, book_id, code, name, type, sign, unit, purpose, follows, may_spend, may_receive,"
            " opened_on) VALUES (:id, :book, :code, '', 'L', -1, 'TIME', 'general', false, true, true, '2020-01-01')"
        ),
        {"id": made, "book": world["book"], "code": code},
    )
    return made


def _periods(session: Session, world: dict[str, Any]) -> dict[str, str]:
    """This year's period, the one before it, which is closed, and the one after it."""
    period = session.execute(
        text("SELECT id FROM period WHERE book_id = :book"), {"book": world["book"]}
    ).scalar_one()
    found = {"period": str(period), "closed_period": new_id(), "later": new_id()}
    session.execute(
        text(
            "INSERT INTO period (id, book_id, from_on, to_on) VALUES (:id, :book, '2025-01-01', '2025-12-31')"
        ),
        {"id": found["closed_period"], "book": world["book"]},
    )
    session.execute(
        text("UPDATE period SET closed_at = '2026-11-16 09:00:00', closed_by_id = :by WHERE id = :id"),
        {"id": found["closed_period"], "by": world["person"]},
    )
    session.execute(
        text(
            "INSERT INTO period (id, book_id, from_on, to_on) VALUES (:id, :book, '2027-01-01', '2027-12-31')"
        ),
        {"id": found["later"], "book": world["book"]},
    )
    return found


def _asked(village: Village, world: dict[str, Any]) -> dict[str, str]:
    """What each attempt is answered; nothing of them stays."""
    with village.database.write() as session:
        dialect = session.get_bind().dialect.name
        return {
            one.name: attempts.answered(session, one, world)
            for one in attempts.ATTEMPTS
            if one.only in ("", dialect)
        }


def test_direct_sql_breaks_no_rule(village: Village) -> None:
    answers = _asked(village, furnish(village))
    wrong = {
        one.name: (one.code, answers[one.name])
        for one in attempts.ATTEMPTS
        if one.name in answers and not attempts.fits(one, answers[one.name])
    }
    assert wrong == {}
    assert len(answers) > 70


@pytest.mark.parametrize("engine", ENGINES, indirect=True)
def test_without_any_one_trigger_something_gets_through(village: Village, engine: str) -> None:
    world = furnish(village)
    whole = _asked(village, world)
    unnoticed = []
    for name in NAMES[engine]:
        with village.database.write() as session, _Disabled(session, name):
            changed = {
                one.name
                for one in attempts.ATTEMPTS
                if one.only in ("", engine) and attempts.answered(session, one, world) != whole[one.name]
            }
        if not changed:
            unnoticed.append(name)
    assert set(unnoticed) == (GUARDED_TWICE if engine == "postgresql" else set())


class _Disabled:
    """The database without one of its triggers, for a while."""

    def __init__(self, session: Session, name: str) -> None:
        self.connection, self.name = session.connection(), name
        self.is_sqlite = self.connection.dialect.name == "sqlite"

    def __enter__(self) -> None:
        if self.is_sqlite:
            self.statement = self.connection.execute(
                text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = :name"),
                {"name": self.name},
            ).scalar_one()
            self.connection.exec_driver_sql(f"DROP TRIGGER {self.name}")
            return
        self.table = self.connection.execute(
            text("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = :name"), {"name": self.name}
        ).scalar_one()
        self.connection.exec_driver_sql(f"ALTER TABLE {self.table} DISABLE TRIGGER {self.name}")

    def __exit__(self, *_error: object) -> None:
        if self.is_sqlite:
            self.connection.exec_driver_sql(self.statement)
        else:
            self.connection.exec_driver_sql(f"ALTER TABLE {self.table} ENABLE TRIGGER {self.name}")
