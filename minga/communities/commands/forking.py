"""A part of a community becomes one of its own: new ids throughout, nothing of those who do not come.

Whoever comes takes what is theirs and what is common. Of people who stay only an id is left where an exchange names
them. The log, the entries of the books, pools and draws stay behind, for they are the other community's to prove; balances
are carried over.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table

from minga.communities.commands.reading import Arriving
from minga.communities.rules.moving import COME_MIN, ELSEWHERE, ERASED, NOBODY_KEEPS, TOO_FEW, refused
from minga.communities.rules.roles import STEWARD
from minga.kit import holdings
from minga.kit.arrivals import Row
from minga.kit.ids import Id

STAYS_BEHIND = frozenset(
    {
        "event", "seal", "chain_head", "entry", "line", "memo", "limit_change", "ledger_seal", "payment_ask", "second",
        "exchange_amount", "loan_deposit", "fact", "fact_contest", "contribution_month", "application", "dispute",
        "dispute_end", "dispute_mediator", "listing_draw", "pool", "pool_account", "pool_seat", "pool_thing", "pool_rule",
        "pool_gift", "pool_round", "pool_claim", "pool_share", "stock_move", "delegation", "proposal", "proposal_version",
        "co_proposer", "seconding", "amendment", "advice", "poll", "poll_option", "roll_row", "presence", "scrutiny", "veto",
        "objection", "objection_view", "challenge", "ballot", "ballot_past", "paper_batch", "loose_ballot", "result",
        "decision", "effect", "voting_day",
    }
)  # fmt: skip
_HEX = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Fork:
    """What comes: the rows under their new ids, whence they came, and what each account stood at."""

    arriving: Arriving
    origin: tuple[Id, str]
    balances: Mapping[Id, int]


def fork(arriving: Arriving, handles: Collection[str] | None, shipped: Mapping[str, set[Id]]) -> Fork:
    """Take the part of those people, or everybody, out of what a file says; the file itself is not changed."""
    origin = (arriving.root_id, str(arriving.root["name"]))
    coming = {
        one["id"]
        for one in arriving.people
        if not (one.get(ELSEWHERE) or one.get(ERASED)) and (handles is None or one["handle"] in handles)
    }
    if len(coming) < COME_MIN:
        raise refused(TOO_FEW, "too_few", least=str(COME_MIN))
    balances = _balances(arriving)
    rows = _of_those(arriving, coming, shipped)
    _only_owned(arriving, rows)
    _must_be_kept(rows)
    named = _people_named(rows) | coming
    people = [
        one if one["id"] in coming else {"id": one["id"], "language": "en", ELSEWHERE: True}
        for one in arriving.people
        if one["id"] in named
    ]
    ids = {row["id"] for some in rows.values() for row in some if "id" in row} | named
    new = {old: _new_id(old, arriving.digest) for old in ids - {i for some in shipped.values() for i in some}}
    accounts = {row["account_id"] for row in rows.get("account_owner", ())}
    return Fork(
        Arriving(
            did=arriving.did,
            root_id=new[arriving.root_id],
            digest=arriving.digest,
            rows={name: [_new_row(row, new) for row in some] for name, some in rows.items()},
            people=[_renamed(one, new) for one in people],
            elsewhere=list(arriving.elsewhere),
            files=arriving.files,
        ),
        origin,
        {new[account]: amount for account, amount in balances.items() if account in accounts and amount},
    )


def _balances(arriving: Arriving) -> dict[Id, int]:
    posted = {row["id"] for row in arriving.rows.get("entry", ()) if row["state"].value == "posted"}
    found = defaultdict[Id, int](int)
    for row in arriving.rows.get("line", ()):
        if row["entry_id"] in posted:
            found[row["account_id"]] += row["amount"]
    return found


def _of_those(arriving: Arriving, coming: set[Id], shipped: Mapping[str, set[Id]]) -> dict[str, list[Row]]:
    """Rows of those who come and common rows; what hangs on a row that stays behind stays too."""
    kept: dict[str, list[Row]] = {}
    for said in holdings.holdings():
        if said.table in STAYS_BEHIND or said.table not in arriving.rows:
            continue
        table = holdings.table_of(said)
        owners = [path for path in said.own if "/" not in path and "=" not in path]
        points = _points(table, kept, shipped, arriving)
        some = []
        for row in arriving.rows[said.table]:
            mine = not owners or any(row[name] in coming for name in owners)
            private = (
                str(getattr(row.get("level"), "value", "")) == "private" and row.get("owner_id") not in coming
            )
            fitted = _fitted(row, table, points) if mine and not private else None
            if fitted is not None:
                some.append(fitted)
        kept[said.table] = _whole(table, some)
    kept["hidden"] = _of_what_came(kept)
    return {name: some for name, some in kept.items() if some}


def _of_what_came(kept: Mapping[str, list[Row]]) -> list[Row]:
    """What moderators have hidden stays hidden where it comes along; what stays behind is not told of."""
    came = {row["id"] for some in kept.values() for row in some if "id" in row}
    return [row for row in kept.get("hidden", ()) if row["about_id"] in came]


def _points(
    table: Table, kept: Mapping[str, list[Row]], shipped: Mapping[str, set[Id]], arriving: Arriving
) -> list[tuple[str, set[Any]]]:
    found: list[tuple[str, set[Any]]] = []
    for column in table.columns:
        for key in column.foreign_keys:
            target = key.column.table
            if target.name == "person" or target is table:
                continue
            allowed = {row[key.column.name] for row in kept.get(target.name, ())}
            allowed |= shipped.get(target.name, set())
            if target.name == "community":
                allowed |= set(arriving.elsewhere)
            found.append((column.name, allowed))
    return found


def _fitted(row: Row, table: Table, points: list[tuple[str, set[Any]]]) -> Row | None:
    """The row without what stayed behind; None when it cannot be without."""
    fitted = dict(row)
    for name, allowed in points:
        if row.get(name) is not None and row[name] not in allowed:
            if not table.c[name].nullable:
                return None
            fitted[name] = None
    return fitted


def _whole(table: Table, rows: list[Row]) -> list[Row]:
    """Rows that point at rows of the same table that stayed behind lose that, or stay behind too."""
    inner = [c for c in table.columns if any(k.column.table is table for k in c.foreign_keys)]
    if not inner:
        return rows
    key = next(iter(table.primary_key.columns)).name
    while True:
        there = {row[key] for row in rows}
        left = []
        for row in rows:
            lost = [c for c in inner if row[c.name] is not None and row[c.name] not in there]
            if all(c.nullable for c in lost):
                left.append(row | {c.name: None for c in lost})
        if len(left) == len(rows):
            return left
        rows = left


def _only_owned(arriving: Arriving, rows: dict[str, list[Row]]) -> None:
    """Accounts of people who stay behind stay with them."""
    before = {row["account_id"] for row in arriving.rows.get("account_owner", ())}
    here = {row["account_id"] for row in rows.get("account_owner", ())}
    rows["account"] = [row for row in rows.get("account", ()) if row["id"] in here or row["id"] not in before]


def _must_be_kept(rows: Mapping[str, list[Row]]) -> None:
    """Somebody who comes is a steward, or nobody could open the door."""
    keeping = {row["id"] for row in rows.get("role", ()) if row["key"] == STEWARD}
    if not any(row["role_id"] in keeping and row["ended_at"] is None for row in rows.get("role_grant", ())):
        raise refused(NOBODY_KEEPS, "no_steward")


def _people_named(rows: Mapping[str, list[Row]]) -> set[Id]:
    found = set[Id]()
    for name, some in rows.items():
        said = holdings.holding(name)
        assert said is not None
        columns = holdings.people_columns(holdings.table_of(said))
        found |= {row[column] for row in some for column in columns if row.get(column)}
    return found


def _new_id(old: Id, salt: str) -> Id:
    """Another id of the same moment, so that what was written first still stands first."""
    digest = hashlib.sha256(f"minga-fork/1 {salt} {old}".encode()).hexdigest()
    return f"{old[:12]}7{digest[:3]}{'89ab'[int(digest[3], 16) % 4]}{digest[4:19]}"


def _new_row(row: Row, new: Mapping[Id, Id]) -> Row:
    """The row under its new ids; what made sending a form twice harmless is of no use any more, and has to differ."""
    found: Row = _renamed(row, new)
    return found | {"form_id": f"fork:{found['id']}"} if "form_id" in found else found


def _renamed(value: Any, new: Mapping[Id, Id]) -> Any:
    if isinstance(value, str) and type(value) is str:
        return _HEX.sub(lambda found: new.get(found[0], found[0]), value)
    if isinstance(value, dict):
        return {key: _renamed(inner, new) for key, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, new) for inner in value]
    return value
