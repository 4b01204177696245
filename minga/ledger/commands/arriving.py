"""Books that come with a community: entries are drafted and posted again, because the database lets nobody do less.

Balances are added up by the same triggers as ever; limits, closed accounts and closed periods come last.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, bindparam, update

from minga.kit.arrivals import Arrival, Row, arrives
from minga.ledger.models import Account, Entry, Period
from minga.ledger.rules.kinds import EntryState

_ENTRY: Any = Entry.__table__
_ACCOUNT: Any = Account.__table__
_PERIOD: Any = Period.__table__
OPEN_ACCOUNT = {
    "min_balance": None,
    "max_balance": None,
    "may_spend": True,
    "may_receive": True,
    "closed_on": None,
}
DRAFT = {
    "state": EntryState.DRAFT,
    "no": None,
    "posted_at": None,
    "period_id": None,
    "voided_at": None,
    "void_reason": "",
    "applying": 0,
}


def _draft(row: Row) -> Row:
    return row | DRAFT


def _post(connection: Connection, rows: Sequence[Row]) -> None:
    """Held, void and posted again in the order in which they came to be so."""
    moved = [row for row in rows if row["state"] is not EntryState.DRAFT]
    for row in sorted(moved, key=lambda one: (one["posted_at"] or one["recorded_at"], one["id"])):
        if row["state"] is not EntryState.POSTED:
            _move(connection, row["id"], state=EntryState.HELD)
        if row["state"] is EntryState.VOID:
            words = {"voided_at": row["voided_at"], "void_reason": row["void_reason"]}
            _move(connection, row["id"], state=EntryState.VOID, **words)
        if row["state"] is EntryState.POSTED:
            dated = {"posted_at": row["posted_at"], "period_id": row["period_id"]}
            _move(connection, row["id"], state=EntryState.POSTED, **dated)
    numbered = [{"entry_id": row["id"], "number": row["no"]} for row in moved if row["no"] is not None]
    if numbered:
        wanted = _ENTRY.c.id == bindparam("entry_id")
        connection.execute(update(_ENTRY).where(wanted).values(no=bindparam("number")), numbered)


def _move(connection: Connection, entry_id: str, **values: Any) -> None:
    connection.execute(update(_ENTRY).where(_ENTRY.c.id == entry_id).values(applying=1, **values))


def _opened(row: Row) -> Row:
    return row | OPEN_ACCOUNT


def _limit(connection: Connection, rows: Sequence[Row]) -> None:
    _put_back(connection, _ACCOUNT, rows, OPEN_ACCOUNT)


def _reopened(row: Row) -> Row:
    return row | {"closed_at": None, "closed_by_id": None}


def _close(connection: Connection, rows: Sequence[Row]) -> None:
    for row in sorted(rows, key=lambda one: one["from_on"]):
        if row["closed_at"] is not None:
            closed = {"closed_at": row["closed_at"], "closed_by_id": row["closed_by_id"]}
            connection.execute(update(_PERIOD).where(_PERIOD.c.id == row["id"]).values(**closed))


def _put_back(connection: Connection, table: Table, rows: Sequence[Row], changed: Row) -> None:
    for row in rows:
        before = {name: row[name] for name, value in changed.items() if row[name] != value}
        if before:
            connection.execute(update(table).where(table.c.id == row["id"]).values(**before))


arrives("entry", Arrival(_draft, _post, 1))
arrives("account", Arrival(_opened, _limit, 2))
arrives("period", Arrival(_reopened, _close, 3))
