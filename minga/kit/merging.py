"""Two accounts that are one person: what each domain does when they become one, and how it is taken back.

Rows that name the person are moved by whoever merges; domains register here what plain rows cannot say.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from minga.kit import holdings
from minga.kit.ids import Id
from minga.kit.schema import Base

ROWS_MAX = 20_000


@dataclass(frozen=True)
class Merge:
    """Whose things go to whom; `id` names the act, so that doing it twice does it once."""

    id: Id
    from_id: Id
    into_id: Id


@dataclass(frozen=True, slots=True)
class Moved:
    """One cell that named the one and names the other now."""

    table: str
    column: str
    key: Mapping[str, Any]


Do = Callable[[Session, Merge, datetime], Mapping[str, Any]]
Undo = Callable[[Session, Merge, Mapping[str, Any], datetime], None]
_ways: dict[str, tuple[Do, Undo]] = {}


def merges(domain: str, do: Do, undo: Undo) -> None:
    """Register what a domain does beside moved rows: `do` answers what `undo` needs, as plain values. `do` may refuse."""
    _ways[domain] = do, undo


def merge_all(session: Session, merge: Merge, *, at: datetime) -> dict[str, Any]:
    """Let every domain do its part; what they answer is kept for `part_all`."""
    return {name: dict(do(session, merge, at)) for name, (do, _) in sorted(_ways.items())}


def part_all(session: Session, merge: Merge, noted: Mapping[str, Any], *, at: datetime) -> None:
    """Let every domain take its part back."""
    for name, (_, undo) in sorted(_ways.items(), reverse=True):
        undo(session, merge, noted.get(name, {}), at)


def columns_to(
    target: str, *, without: frozenset[str], domains: frozenset[str]
) -> Iterator[tuple[Table, str]]:
    """Every column that points at a table, but in those tables and domains."""
    for table in Base.metadata.sorted_tables:
        said = holdings.holding(table.name)
        if table.name in without or said is None or said.domain in domains:
            continue
        for column in table.columns:
            if any(key.column.table.name == target for key in column.foreign_keys):
                yield table, column.name


def move(session: Session, table: Table, column: str, before: Id, after: Id) -> Iterator[Moved]:
    """Let rows that name the one name the other; a row for which the other has one already stays where it is."""
    keys = [one.name for one in table.primary_key.columns]
    named = table.c[column] == before
    rows = session.execute(select(*(table.c[key] for key in keys)).where(named).limit(ROWS_MAX)).all()
    for row in rows:
        key = dict(zip(keys, row, strict=True))
        if _set(session, table, column, key, before, after):
            yield Moved(table.name, column, key | ({column: after} if column in key else {}))


def move_back(session: Session, moved: Moved, before: Id, after: Id) -> bool:
    """The same backwards, as far as nobody changed it since."""
    table = Base.metadata.tables[moved.table]
    return _set(session, table, moved.column, moved.key, after, before)


def _set(session: Session, table: Table, column: str, key: Mapping[str, Any], before: Id, after: Id) -> bool:
    this = [table.c[name] == value for name, value in key.items()]
    try:
        with session.begin_nested():
            done: Any = session.execute(
                update(table).where(*this, table.c[column] == before).values({column: after})
            )
    except DBAPIError:
        return False
    return bool(done.rowcount)
