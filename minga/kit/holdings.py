"""What each table holds of people and of communities, said once: own export, erasure and community files read it.

Every domain names its tables in `models/holdings.py`; a test fails for a table that says nothing. A path leads from a
row to whose it is: `owner_id`, over foreign keys `listing_id/owner_id`, or over another table that points back,
`account_id=account_owner.account_id/owner_id`.
"""

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, String, Table, or_, select
from sqlalchemy import Enum as EnumType

from minga.kit.ids import Id
from minga.kit.schema import Base, IdText

CHUNK = 500


@dataclass(frozen=True, kw_only=True)
class Holding:
    """What one table holds.

    `own`: paths to the people whose row it is; they take all of it. `party`: paths to people who take part in it; they
    take its days, states and numbers, not the words that others wrote. `within`: the path to the community. `goes`:
    its rows are deleted with their person; else `blank` columns are emptied and `scrub` ones lose the person's name.
    `hide`: never leaves the node (hashes, what is sealed). `leave`: stays behind when the community moves. `files`:
    columns with hashes of files. `shipped`: rows without this column are on every node, under the same ids. `why` says why a table is in no export.
    """

    table: str
    domain: str = ""
    own: tuple[str, ...] = ()
    party: tuple[str, ...] = ()
    within: str = ""
    goes: bool = False
    blank: tuple[str, ...] = ()
    scrub: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    shipped: str = ""
    why: str = ""


_holdings: dict[str, Holding] = {}


def register(domain: str, holdings: Iterable[Holding]) -> None:
    """Take in what a domain says of its tables; saying it again changes nothing."""
    for one in holdings:
        _holdings[one.table] = Holding(**{**vars(one), "domain": domain})


def holdings() -> list[Holding]:
    """Everything that was said, each table after those it points at."""
    return [_holdings[t.name] for t in Base.metadata.sorted_tables if t.name in _holdings]


def holding(table: str) -> Holding | None:
    """What was said of one table."""
    return _holdings.get(table)


def table_of(one: Holding) -> Table:
    """The table itself."""
    return Base.metadata.tables[one.table]


def follow(table: Table, path: str, values: Any) -> ColumnElement[bool]:
    """The condition that a path ends in one of the values: a list of ids, or a statement that selects them."""
    step, _, rest = path.partition("/")
    if not rest:
        return table.c[step].in_(values)
    name, _, joined = step.partition("=")
    if joined:
        other, _, key = joined.partition(".")
        target: Column[Any] = Base.metadata.tables[other].c[key]
    else:
        target = next(iter(table.c[name].foreign_keys)).column
    inner = follow(target.table, rest, values)
    return table.c[name].in_(select(target).where(inner))


def ends_of(table: Table, path: str) -> Select[Any]:
    """Every id in which a path ends, from the rows that are there."""
    step, _, rest = path.partition("/")
    if not rest:
        return select(table.c[step]).where(table.c[step].is_not(None))
    name, _, joined = step.partition("=")
    if joined:
        other, _, key = joined.partition(".")
        target: Column[Any] = Base.metadata.tables[other].c[key]
    else:
        target = next(iter(table.c[name].foreign_keys)).column
    there = target.in_(select(table.c[name]))
    return ends_of(target.table, rest).where(there)


def either(table: Table, paths: Sequence[str], values: Any) -> ColumnElement[bool]:
    """The condition that one of the paths ends in one of the values."""
    return or_(*(follow(table, path, values) for path in paths))


def is_words(column: Column[Any]) -> bool:
    """Whether people type into this column: texts and documents, but no ids and no words of a list."""
    kind = column.type
    if isinstance(kind, IdText | EnumType):
        return False
    return isinstance(kind, String) or kind.python_type in {dict, list, bytes}


def people_columns(table: Table) -> list[str]:
    """Columns that name a person."""
    return [c.name for c in table.columns if _points_at(c, "person")]


def communities_columns(table: Table) -> list[str]:
    """Columns that name a community."""
    return [c.name for c in table.columns if _points_at(c, "community")]


def _points_at(column: Column[Any], table: str) -> bool:
    return any(key.column.table.name == table for key in column.foreign_keys)


def own_rows(connection: Any, one: Holding, person_id: Id) -> Iterator[dict[str, Any]]:
    """The person's own rows of a table, whole but for what is hidden and who else is named in them."""
    if not one.own:
        return
    table = table_of(one)
    others = set(people_columns(table))
    columns = [c for c in table.columns if c.name not in one.hide]
    for row in _rows(connection, table, columns, either(table, one.own, [person_id])):
        yield {k: v for k, v in row.items() if k not in others or v == person_id}


def party_rows(connection: Any, one: Holding, person_id: Id) -> Iterator[dict[str, Any]]:
    """Rows that the person takes part in and did not write: what happened when, without the words of others."""
    if not one.party:
        return
    table = table_of(one)
    others = set(people_columns(table))
    columns = [c for c in table.columns if c.name not in one.hide and not is_words(c)]
    wanted = either(table, one.party, [person_id])
    if one.own:
        wanted &= ~either(table, one.own, [person_id])
    for row in _rows(connection, table, columns, wanted):
        yield {k: v for k, v in row.items() if k not in others or v == person_id}


def rows_within(connection: Any, one: Holding, communities: Sequence[Id]) -> Iterator[dict[str, Any]]:
    """The rows of a table that belong to these communities, in the order of their keys; nothing empty in them."""
    if not one.within:
        return
    table = table_of(one)
    columns = [c for c in table.columns if c.name not in {*one.hide, *one.leave}]
    yield from _rows(connection, table, columns, follow(table, one.within, list(communities)))


def _rows(
    connection: Any, table: Table, columns: Sequence[Column[Any]], wanted: ColumnElement[bool]
) -> Iterator[dict[str, Any]]:
    found = connection.execution_options(yield_per=CHUNK).execute(
        select(*columns).where(wanted).order_by(*table.primary_key.columns)
    )
    names = [column.name for column in columns]
    for values in found:
        yield {name: value for name, value in zip(names, values, strict=True) if value is not None}


def shipped_ids(connection: Any) -> dict[str, set[Id]]:
    """Ids of rows that every node has, by table; a file may point at them."""
    found = {}
    for one in holdings():
        if one.shipped:
            table = table_of(one)
            found[one.table] = set(
                connection.scalars(select(table.c.id).where(table.c[one.shipped].is_(None)))
            )
    return found


def plain_value(value: Any) -> Any:
    """A stored value as JSON knows it: instants in UTC with a Z, days, words of a list, bytes in base64.

    >>> plain_value(datetime(2026, 11, 20, 7, tzinfo=UTC)), plain_value(date(2026, 11, 20)), plain_value(b"ab")
    ('2026-11-20T07:00:00Z', '2026-11-20', 'YWI=')
    """
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


KIT = (
    Holding(table="event", own=("person_id", "actor_id"), within="root_id"),
    Holding(table="seal", within="event_id=event.id/root_id"),
    Holding(table="chain_head", within="chain"),
    Holding(table="event_attempt", why="Delivery on this node."),
    Holding(table="event_receipt", why="Delivery on this node."),
    Holding(table="event_undelivered", why="Delivery on this node."),
    Holding(table="job", why="Work of this node; gone after seven days."),
    Holding(table="letter_out", why="Letters under way, sealed; gone when they were sent."),
    Holding(table="repeat", why="Answers to forms and calls; gone after two days."),
    Holding(table="schedule", why="The clock of this node."),
)
register("kit", KIT)
