"""Rows of a file on their way into tables: read as their columns say, put in order, written with what triggers demand."""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from itertools import groupby
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Connection, Date, LargeBinary, String, Table, insert, select
from sqlalchemy import Enum as EnumType

from minga.kit.schema import Instant

AT_ONCE = 400
Row = dict[str, Any]
Prepare = Callable[[Row], Row]
Finish = Callable[[Connection, Sequence[Row]], None]


class Unfitting(ValueError):
    """A value that its column cannot have; the text is the column's name."""


@dataclass(frozen=True)
class Arrival:
    """How the rows of a table are written when its triggers demand an order: first as `prepare` makes them, and when
    all tables are written, `finish` brings them to where they were. `rank` orders the finishing."""

    prepare: Prepare
    finish: Finish
    rank: int


_arrivals: dict[str, Arrival] = {}


def arrives(table: str, arrival: Arrival) -> None:
    """A domain says here how rows of one of its tables come in."""
    _arrivals[table] = arrival


def read_row(table: Table, columns: Iterable[str], plain: Mapping[str, Any]) -> Row:
    """The row that a record says, with every value as its column keeps it; what is missing is as in a new row."""
    allowed = set(columns)
    strange = set(plain) - allowed
    if strange:
        raise Unfitting(min(strange))
    row: Row = {}
    for column in table.columns:
        if column.computed is not None or (column.name not in allowed and column.autoincrement is True):
            continue
        if column.name in plain and plain[column.name] is not None:
            row[column.name] = _value(column, plain[column.name])
        elif not column.nullable and not (column.primary_key and column.name not in allowed):
            row[column.name] = _missing(column)
        elif column.nullable and not isinstance(
            column.type, JSON
        ):  # there None would be kept as the word null
            row[column.name] = None
    return row


def _missing(column: Column[Any]) -> Any:
    default = column.default
    if default is not None and getattr(default, "is_scalar", False):
        return default.arg  # type: ignore[attr-defined]
    if isinstance(column.type, String) and not isinstance(column.type, EnumType):
        return ""
    raise Unfitting(column.name)


def _value(column: Column[Any], value: Any) -> Any:
    kind = column.type
    try:
        if isinstance(kind, Instant):
            return datetime.fromisoformat(value).astimezone(UTC)
        if isinstance(kind, Date):
            return date.fromisoformat(value)
        if isinstance(kind, EnumType):
            return _word(kind, value)
        if isinstance(kind, LargeBinary):
            return base64.b64decode(value, validate=True)
        if isinstance(kind, Boolean):
            return _of(bool, value)
        if isinstance(kind, String):
            return _text(kind, value)
    except (ValueError, TypeError, KeyError, binascii.Error):
        raise Unfitting(column.name) from None
    if kind.python_type is int and (not isinstance(value, int) or isinstance(value, bool)):
        raise Unfitting(column.name)
    return value


def _word(kind: EnumType, value: Any) -> Enum:
    found: Enum = kind.enum_class(value)  # type: ignore[misc]
    return found


def _text(kind: String, value: Any) -> str:
    text: str = _of(str, value)
    if (kind.length and len(text) > kind.length) or "\0" in text:
        raise ValueError(text)
    return text


def _of(kind: type[Any], value: Any) -> Any:
    if not isinstance(value, kind):
        raise TypeError(value)
    return value


def in_order(table: Table, rows: Sequence[Row]) -> list[Row]:
    """Rows that point at rows of the same table stand behind them; raises Unfitting for a circle."""
    inner = [c.name for c in table.columns if any(k.column.table is table for k in c.foreign_keys)]
    if not inner:
        return list(rows)
    key = next(iter(table.primary_key.columns)).name
    waiting, ordered = list(rows), list[Row]()
    all_keys, there = {row[key] for row in rows}, set[Any]()
    while waiting:
        ready = [
            r for r in waiting if all(r[n] in there or r[n] not in all_keys or r[n] == r[key] for n in inner)
        ]
        if not ready:
            raise Unfitting(inner[0])
        ordered += ready
        there |= {row[key] for row in ready}
        waiting = [row for row in waiting if row[key] not in there]
    return ordered


def write(connection: Connection, tables: Sequence[tuple[Table, Sequence[Row]]]) -> None:
    """Write all rows, tables in the order given, then finish what triggers let nobody write at once."""
    unfinished: list[tuple[int, Finish, Sequence[Row]]] = []
    for table, rows in tables:
        arrival = _arrivals.get(table.name)
        ordered = in_order(table, rows)
        some: Sequence[Row] = [arrival.prepare(row) if arrival else row for row in ordered]
        for _columns, alike in groupby(some, key=tuple):
            part = list(alike)
            for start in range(0, len(part), AT_ONCE):
                connection.execute(insert(table), part[start : start + AT_ONCE])
        if arrival:
            unfinished.append((arrival.rank, arrival.finish, ordered))
    for _rank, finish, written in sorted(unfinished, key=lambda one: one[0]):
        finish(connection, written)


def already_here(connection: Connection, table: Table, keys: Sequence[str]) -> str | None:
    """One of these keys that the table has already; None when it has none of them."""
    column = next(iter(table.primary_key.columns))
    for start in range(0, len(keys), AT_ONCE):
        found: str | None = connection.scalar(
            select(column).where(column.in_(keys[start : start + AT_ONCE])).limit(1)
        )
        if found is not None:
            return found
    return None
