"""Everything that direct SQL might try against the books, and what the database has to answer (LED-T2, LED-T3)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from minga.kit.db import Session

NEW = "0199aa0000007000800000000000d001"
ANEW = "0199aa0000007000800000000000d002"
AT = "2026-11-16 09:00:00.000000"
SOON = "2026-11-18 09:00:00.000000"
FAR = "2028-11-16 09:00:00.000000"


@dataclass(frozen=True)
class Attempt:
    """Some statements, the last of which has to end with `code`; a probe is asked when they all passed."""

    name: str
    code: str
    steps: tuple[str, ...]
    probe: str = ""
    only: str = ""


def draft(entry: str = NEW, *, reverses: str = "NULL", expires: str = "NULL", day: str = "2026-11-16") -> str:
    return (
        "INSERT INTO entry (id, book_id, kind, state, effective_on, recorded_at, request_hash, reverses, expires_at,"
        f" void_reason, applying) VALUES ('{entry}', :book, 'transfer', 'draft', '{day}', '{AT}', 'x', {reverses},"
        f" {expires}, '', 0)"
    )


def line(n: int, account: str, amount: int | str, *, entry: str = NEW, unit: str = "TIME") -> str:
    return (
        "INSERT INTO line (entry_id, n, account_id, unit, amount) VALUES "
        f"('{entry}', {n}, {account}, '{unit}', {amount})"
    )


def two(amount: int, debit: str = ":ana", credit: str = ":bruno", *, entry: str = NEW) -> tuple[str, ...]:
    return line(1, debit, amount, entry=entry), line(2, credit, -amount, entry=entry)


def post(entry: str = NEW, period: str = ":period", *, state: str = "posted") -> str:
    posted = f", posted_at = '{AT}', period_id = {period}" if state == "posted" else ""
    return f"UPDATE entry SET state = '{state}', applying = 1{posted} WHERE id = '{entry}'"


def _attempts() -> Iterator[Attempt]:
    yield Attempt("insert posted", "append_only", (draft().replace("'draft'", "'posted'"),))
    yield Attempt("the same id", "entry_exists", (draft(), draft()))
    yield Attempt("a second reversal", "already_reversed", (draft(reverses=":undone"),))
    yield Attempt("a line for a posted entry", "entry_sealed", (line(3, ":ana", 5, entry="{first}"),))
    yield Attempt("a line in another book", "other_book", (draft(), line(1, ":elsewhere", 5)))
    yield Attempt("a line on a closed account", "account_closed", (draft(), line(1, ":closed", 5)))
    yield Attempt(
        "a line before its account", "account_closed", (draft(day="2020-01-01"), line(1, ":ana", 5))
    )
    yield Attempt("a line in another unit", "unit_mismatch", (draft(), line(1, ":ana", 5, unit="EUR")))
    yield Attempt("change a line", "append_only", ("UPDATE line SET amount = 7 WHERE entry_id = :first",))
    yield Attempt("remove a line", "append_only", ("DELETE FROM line WHERE entry_id = :first",))
    yield Attempt("remove an entry", "append_only", (draft(), f"DELETE FROM entry WHERE id = '{NEW}'"))
    for column, value in (
        ("effective_on", "'2026-01-01'"),
        ("kind", "'dues'"),
        ("request_hash", "'y'"),
        ("expires_at", f"'{FAR}'"),
        ("memo_id", "NULL"),
        ("reverses", ":held"),
        ("posted_at", f"'{SOON}'"),
        ("no", "no + 1"),
        ("state", "'draft'"),
        ("state", "'void'"),
        ("applying", "1"),
        ("void_reason", "'x'"),
    ):
        yield Attempt(
            f"change {column} to {value}",
            "append_only",
            (f"UPDATE entry SET {column} = {value} WHERE id = :first",),
        )
    yield Attempt(
        "a freed hold comes back",
        "append_only",
        (
            f"UPDATE entry SET state = 'void', applying = 1, voided_at = '{AT}' WHERE id = :held",
            "UPDATE entry SET state = 'held', applying = 1 WHERE id = :held",
        ),
    )
    yield Attempt("number what is held", "append_only", ("UPDATE entry SET no = 99 WHERE id = :held",))
    yield Attempt("one line", "too_few_lines", (draft(), line(1, ":ana", 5), post()))
    yield Attempt("not balanced", "unbalanced", (draft(), line(1, ":ana", 5), line(2, ":bruno", -4), post()))
    yield Attempt(
        "a reversal of something else",
        "bad_reversal",
        (draft(reverses=":first"), *two(-5), post()),
    )
    yield Attempt(
        "a reversal of a reversal",
        "bad_reversal",
        (draft(reverses=":back"), *two(15, ":hana", ":ana"), post()),
    )
    yield Attempt(
        "a reversal of what is held",
        "bad_reversal",
        (draft(reverses=":held"), *two(-20, ":ana", ":hana"), post()),
    )
    yield Attempt(
        "a held reversal",
        "bad_reversal",
        (draft(reverses=":first", expires=f"'{SOON}'"), *two(-90), post(state="held")),
    )
    yield Attempt("no period", "no_period", (draft(), *two(5), post(period="NULL")))
    yield Attempt("the wrong period", "no_period", (draft(day="2027-05-05"), *two(5), post()))
    yield Attempt(
        "a closed period",
        "period_closed",
        (draft(day="2025-05-05"), *two(5, ":old", ":older"), post(period=":closed_period")),
    )
    yield Attempt("held for ever", "no_expiry", (draft(), *two(5), post(state="held")))
    yield Attempt("held too long", "no_expiry", (draft(expires=f"'{FAR}'"), *two(5), post(state="held")))
    yield Attempt("a resting account gives", "account_frozen", (draft(), *two(5, ":resting"), post()))
    yield Attempt(
        "a resting account receives", "account_frozen", (draft(), *two(5, ":ana", ":resting"), post())
    )
    yield Attempt("below the limit", "below_minimum", (draft(), *two(600), post()))
    yield Attempt("above the limit", "above_maximum", (draft(), *two(50, ":bruno", ":full"), post()))
    yield Attempt(
        "held below the limit", "below_minimum", (draft(expires=f"'{SOON}'"), *two(600), post(state="held"))
    )
    yield Attempt(
        "closed between line and posting",
        "account_closed",
        (
            draft(),
            *two(5, ":ana", ":empty"),
            "UPDATE account SET closed_on = '2026-11-16' WHERE id = :empty",
            post(),
        ),
    )
    yield Attempt(
        "write a balance", "append_only", ("UPDATE balance SET posted = 5 WHERE account_id = :ana",)
    )
    yield Attempt(
        "write what is held", "append_only", ("UPDATE balance SET held_out = 0 WHERE account_id = :ana",)
    )
    yield Attempt("remove a balance", "append_only", ("DELETE FROM balance WHERE account_id = :ana",))
    yield from _about_accounts()
    yield from _about_the_rest()


def _about_accounts() -> Iterator[Attempt]:
    made = (
        "INSERT INTO account (id, book_id, code, name, type, sign, unit, purpose, min_balance, follows, may_spend,"
        f" may_receive, opened_on) VALUES ('{NEW}', :book, 'NEW', '', 'L', -1, 'TIME', 'general', %s, false, true,"
        " true, '2020-01-01')"
    )
    yield Attempt("an account that begins beyond its limit", "limit_violated", (made % "5",))
    yield Attempt(
        "an account without a balance",
        "1",
        (made % "NULL",),
        probe=f"SELECT count(*) FROM balance WHERE account_id = '{NEW}' AND posted = 0",
    )
    yield Attempt(
        "a balance from nowhere",
        "append_only",
        (
            f"INSERT INTO balance (account_id, posted, held_out, held_in, lines) VALUES ('{ANEW}', 7, 0, 0, 0)",
        ),
    )
    for column, value in (("type", "'E'"), ("unit", "'EUR'"), ("code", "'X'"), ("opened_on", "'2019-01-01'")):
        yield Attempt(
            f"change {column} of an account",
            "append_only",
            (f"UPDATE account SET {column} = {value} WHERE id = :ana",),
        )
    yield Attempt(
        "open a closed account", "append_only", ("UPDATE account SET closed_on = NULL WHERE id = :closed",)
    )
    yield Attempt("remove an account", "append_only", ("DELETE FROM account WHERE id = :empty",))
    yield Attempt(
        "close a full account", "not_empty", ("UPDATE account SET closed_on = '2026-11-17' WHERE id = :ana",)
    )
    yield Attempt(
        "a limit that is broken", "limit_violated", ("UPDATE account SET min_balance = -10 WHERE id = :ana",)
    )
    yield Attempt(
        "a ceiling that is broken",
        "limit_violated",
        ("UPDATE account SET max_balance = 10 WHERE id = :bruno",),
    )
    yield Attempt(
        "the same account twice",
        "append_only",
        ("INSERT OR REPLACE INTO account SELECT * FROM account WHERE id = :empty",),
        only="sqlite",
    )
    yield Attempt(
        "the same entry again",
        "entry_exists",
        ("INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE id = :first",),
        only="sqlite",
    )
    yield Attempt(
        "the same balance again",
        "append_only",
        ("INSERT OR REPLACE INTO balance VALUES (:ana, 0, 0, 0, 0)",),
        only="sqlite",
    )
    yield Attempt(
        "what is posted moves the balance",
        "5",
        (
            draft(),
            *two(5, ":ana", ":empty"),
            post(),
        ),
        probe="SELECT -posted FROM balance WHERE account_id = :empty",
    )
    yield Attempt(
        "what is held is set aside",
        "5",
        (draft(expires=f"'{SOON}'"), *two(5, ":ana", ":empty"), post(state="held")),
        probe="SELECT held_in FROM balance WHERE account_id = :empty",
    )
    yield Attempt(
        "what is freed is free",
        "0",
        (f"UPDATE entry SET state = 'void', applying = 1, voided_at = '{AT}' WHERE id = :held",),
        probe="SELECT held_out FROM balance WHERE account_id = :ana",
    )


def _about_the_rest() -> Iterator[Attempt]:
    period = "INSERT INTO period (id, book_id, from_on, to_on) VALUES ('%s', :book, '%s', '%s')"
    yield Attempt("a gap of periods", "period_order", (period % (NEW, "2031-01-01", "2031-12-31"),))
    yield Attempt("periods over each other", "period_order", (period % (NEW, "2026-06-01", "2027-12-31"),))
    yield Attempt(
        "close a later period first",
        "period_order",
        (f"UPDATE period SET closed_at = '{AT}', closed_by_id = :person WHERE id = :later",),
    )
    yield Attempt(
        "open a closed period",
        "period_order",
        ("UPDATE period SET closed_at = NULL, closed_by_id = NULL WHERE id = :closed_period",),
    )
    yield Attempt(
        "lengthen a period", "period_order", ("UPDATE period SET to_on = '2040-01-01' WHERE id = :later",)
    )
    yield Attempt("remove a period", "period_order", ("DELETE FROM period WHERE id = :later",))
    yield Attempt("other words", "append_only", ("UPDATE memo SET text = 'Cake'",))
    yield Attempt("remove words", "append_only", ("DELETE FROM memo",))
    yield Attempt("another exponent", "append_only", ("UPDATE unit SET exponent = 3 WHERE code = 'TIME'",))
    yield Attempt("remove a unit", "append_only", ("DELETE FROM unit",))
    for table in ("limit_change", "ledger_seal"):
        column = "reason" if table == "limit_change" else "root"
        yield Attempt(f"change {table}", "append_only", (f"UPDATE {table} SET {column} = 'x'",))
        yield Attempt(f"remove {table}", "append_only", (f"DELETE FROM {table}",))
    for table in (
        "line",
        "entry",
        "balance",
        "account",
        "period",
        "memo",
        "unit",
        "limit_change",
        "ledger_seal",
    ):
        yield Attempt(
            f"empty {table}", "append_only|period_order", (f"TRUNCATE {table} CASCADE",), only="postgresql"
        )


ATTEMPTS = tuple(_attempts())


def answered(session: Session, one: Attempt, world: dict[str, Any]) -> str:
    """What the database answers: a code, what the probe found, or "done"; nothing of it stays."""
    connection = session.connection()
    nested = connection.begin_nested()
    try:
        for step in one.steps:
            filled = (
                step.format(**{k: v for k, v in world.items() if isinstance(v, str)}) if "{" in step else step
            )
            connection.execute(
                text(filled), {k: v for k, v in world.items() if re.search(rf":{k}\b", filled)}
            )
        if one.probe:
            wanted = {k: v for k, v in world.items() if re.search(rf":{k}\b", one.probe)}
            return str(connection.execute(text(one.probe), wanted).scalar())
        return "done"
    except DBAPIError as error:
        said = re.search(r"minga:([a-z_]+)", str(error.orig))
        return said[1] if said else str(error.orig)
    finally:
        nested.rollback()


def fits(one: Attempt, answer: str) -> bool:
    return answer in one.code.split("|")
