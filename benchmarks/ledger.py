"""`python -m benchmarks.ledger`: posting through the domain beside plain SQL that writes the same rows, by turns.

Both write to databases of the same kind with the same tables and triggers; "without triggers" shows what the guards
cost. Goals (spec: ledger-and-finance §20, and what we set ourselves): single ≥ 30 % of plain SQL, batches ≥ 40 %.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Connection, text

from benchmarks.report import machine, said
from minga import migrations
from minga.communities import commands as communities
from minga.communities.models import Policy
from minga.communities.rules import CameBy
from minga.identity import Actor
from minga.identity import commands as identity
from minga.kit.clock import utc_now
from minga.kit.db import Database
from minga.kit.ids import Id, new_id
from minga.ledger import commands
from minga.ledger.models.triggers_sqlite import TRIGGERS
from minga.ledger.rules import Draft, EntryKind, Line

SINGLE_MIN, BATCH_MIN, TRIGGERS_MAX = 0.30, 0.40, 3.0
BATCH = 500
ENTRY = (
    "INSERT INTO entry (id, book_id, kind, state, effective_on, recorded_at, request_hash, void_reason, applying)"
    " VALUES (:id, :book, 'transfer', 'draft', :day, :at, :hash, '', 0)"
)
LINE = "INSERT INTO line (entry_id, n, account_id, unit, amount) VALUES (:id, :n, :account, 'TIME', :amount)"
POST = "UPDATE entry SET state = 'posted', applying = 1, posted_at = :at, period_id = :period WHERE id = :id"


@dataclass(frozen=True)
class Book:
    """A database with one community, two accounts without limits, and the ids that plain SQL needs."""

    database: Database
    actor: Actor
    book_id: Id
    period_id: Id
    accounts: tuple[Id, Id]
    day: date


def make(url: str, *, guarded: bool = True) -> Book:
    """Such a database; without its guards when the triggers are dropped."""
    database, at = Database.open(url), utc_now()
    migrations.upgrade(database)
    with database.write() as session:
        ids = [
            identity.make_person(session, Actor.machine(), name=f"Member {n}", handle=f"member{n}", at=at)
            for n in (1, 2)
        ]
        first = Actor(ids[0], confirmed_at=at)
        made = communities.found(
            session, first, name="Valley", template="time_bank", founded_by="anybody", at=at
        )
        communities.begin(session, first, made.id, ids[1], at=at, came_by=CameBy.INVITE, trial_days=0)
        session.add(
            Policy(community_id=made.id, key="ledger.time_debt_max", value=600_000, since_at=at, made_at=at)
        )
        session.flush()
        book = commands.commons(session, first, made.id, at=at)
        one, other = (
            commands.member_account(session, first, book, person, "TIME", at=at).id for person in ids
        )
        lines = (Line(one, "TIME", 1), Line(other, "TIME", -1))
        entry = commands.post(
            session, first, Draft(new_id(), book.id, EntryKind.TRANSFER, at.date(), lines), at=at
        )
        assert entry.period_id is not None
        found = Book(database, first, book.id, entry.period_id, (one, other), at.date())
        if not guarded:
            _without_guards(session.connection())
    return found


def _without_guards(connection: Connection) -> None:
    names = connection.execute(text("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")).all()
    for name, table in names:
        if table in TRIGGERS:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")


def by_domain(book: Book, count: int, batch: int) -> None:
    """Entries through the domain, so many in a transaction: checked, told, sealed in the log."""
    for _ in range(count // batch):
        with book.database.write() as session:
            at, drafts = utc_now(), [_draft(book, n) for n in range(batch)]
            if batch == 1:
                commands.post(session, book.actor, drafts[0], at=at)
            else:
                commands.post_many(session, book.actor, drafts, at=at)


def _draft(book: Book, n: int) -> Draft:
    amount = 1 if n % 2 else -1
    lines = (Line(book.accounts[0], "TIME", amount), Line(book.accounts[1], "TIME", -amount))
    return Draft(new_id(), book.book_id, EntryKind.TRANSFER, book.day, lines)


def by_sql(book: Book, count: int, batch: int) -> None:
    """The same rows of entries and lines by plain SQL, each kind of row by one statement for the whole transaction."""
    entry, line, post = text(ENTRY), text(LINE), text(POST)
    for _ in range(count // batch):
        with book.database.write() as session:
            connection, at = session.connection(), utc_now().replace(tzinfo=None).isoformat(sep=" ")
            ids = [new_id() for _ in range(batch)]
            day = book.day.isoformat()
            connection.execute(
                entry, [{"id": one, "book": book.book_id, "day": day, "at": at, "hash": one} for one in ids]
            )
            connection.execute(
                line,
                [
                    {"id": one, "n": k, "account": account, "amount": size if n % 2 else -size}
                    for n, one in enumerate(ids)
                    for k, account, size in ((1, book.accounts[0], 1), (2, book.accounts[1], -1))
                ],
            )
            connection.execute(post, [{"id": one, "at": at, "period": book.period_id} for one in ids])


def rate(act: Callable[[Book, int, int], None], book: Book, count: int, batch: int) -> float:
    """Entries in a second."""
    began = time.perf_counter()
    act(book, count, batch)
    return count / (time.perf_counter() - began)


def measure(folder: Path, *, rounds: int, count: int) -> list[str]:
    """Medians over rounds in which all take their turn, so that a busy machine disturbs them alike."""
    guarded = make(f"sqlite:///{folder}/guarded.db")
    plain = make(f"sqlite:///{folder}/plain.db")
    bare = make(f"sqlite:///{folder}/bare.db", guarded=False)
    rows: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, batch in (("single", 1), ("batch", BATCH)):
            many = count if batch == 1 else max(BATCH, count * 2 // BATCH * BATCH)
            rows.setdefault(f"domain {name}", []).append(rate(by_domain, guarded, many, batch))
            rows.setdefault(f"sql {name}", []).append(rate(by_sql, plain, many, batch))
            rows.setdefault(f"bare {name}", []).append(rate(by_sql, bare, many, batch))
    found = {name: median(rates) for name, rates in rows.items()}
    for one in (guarded, plain, bare):
        one.database.close()
    return _table(found)


def _table(found: dict[str, float]) -> list[str]:
    lines = [
        "| entries a second, SQLite | domain | plain SQL | share | goal | without triggers | triggers cost | goal |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, least in (("single", SINGLE_MIN), ("batch", BATCH_MIN)):
        domain, sql, bare = (found[f"{who} {name}"] for who in ("domain", "sql", "bare"))
        share, cost = domain / sql, bare / sql
        goals: tuple[Any, Any] = (share >= least, cost <= TRIGGERS_MAX)
        lines.append(
            f"| {name} | {domain:,.0f} | {sql:,.0f} | {share:.0%} | ≥ {least:.0%} {said(goals[0])} | {bare:,.0f} "
            f"| {cost:.1f} : 1 | ≤ {TRIGGERS_MAX:.0f} : 1 {said(goals[1])} |"
        )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ledger", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one short round")
    parser.add_argument("--folder", help="where the databases are made; decides which disk is measured")
    given = parser.parse_args()
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory(prefix="minga-ledger-", dir=given.folder) as name:
        lines = measure(Path(name), rounds=1 if given.quick else 5, count=300 if given.quick else 2_000)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
